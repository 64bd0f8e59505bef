"""What is asked of the media workers, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from apollonia.media.facts import FileFacts
from apollonia.media.sidecars.checksum_files import SumList
from apollonia.messages import FileError

MAX_BATCH = 64
Outcome = Literal["ok", "error", "vanished", "changed", "not_regular"]


@dataclass(frozen=True, slots=True)
class InspectRequest:
    """A file to look at; ``hash=False`` where the caller has hashed it already (large files).

    ``top``: a folder above it, below which no symbolic link is followed on the way. ``sums``: it
    is a checksum file, whose list is wanted.
    """

    path: bytes
    hash: bool = True
    top: bytes | None = None
    sums: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was found at one path.

    ``media`` is ``messages.Media`` as plain JSON, with the fields that have their default left out:
    it goes into an event as it is. With the outcome ``error`` it may still be there, and so may the
    hashes; with ``ok`` they are, if they were asked for.
    """

    path: bytes
    outcome: Outcome
    facts: FileFacts | None = None
    sha256_hash: str | None = None
    xxh128_hash: str | None = None
    media: Mapping[str, Any] | None = None
    error: FileError | None = None
    sums: SumList | None = None


@dataclass(frozen=True, slots=True)
class ArtworkRequest:
    """The picture that stands for a file, its longer side at most ``size`` pixels (16 to 2048)."""

    path: bytes
    size: int = 320


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """All previews of a group, as ``previews.GROUPS`` has them."""

    path: bytes
    group: Literal["storyboard", "hover", "sound"]


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture and where it came from: inside the file, the file itself, or a film."""

    mime: str
    data: bytes
    width: int
    height: int
    source: Literal["embedded", "image", "frame"]
