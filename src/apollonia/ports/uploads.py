"""Uploads on their way into a root: spooled by whoever receives them, landed by the ingestor."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What somebody sends: a new ``id`` (a UUID), the file's own ``name``, its ``size`` in bytes.

    ``root``: the name of the root that it shall go to; empty: the first that takes uploads.
    ``sha256_hash``: of the content, where the sender knows it. ``time``: wire time.
    """

    id: str
    name: str
    root: str
    size: int
    sha256_hash: str | None
    who: str
    time: str


class UploadState(StrEnum):
    """Where an upload is."""

    WRITING = "writing"  # its content is still arriving
    READY = "ready"  # complete: the ingestor takes it next, or says what it waits for
    LANDED = "landed"
    DUPLICATE = "duplicate"  # the very same file was there already
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """An upload in the spool; ``waiting`` says why it does not land yet.

    ``folder`` holds it. Beside ``content`` the ingestor may keep notes of its own there.
    """

    upload: Upload
    state: UploadState
    folder: bytes
    waiting: str | None = None

    @property
    def content(self) -> bytes:
        """The path of its bytes."""
        return self.folder + b"/content"


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadResult:
    """What became of an upload: where it is, or why it is nowhere. ``time``: wire time."""

    upload: Upload
    state: UploadState
    time: str
    path: bytes | None = None
    reason: str | None = None


class Spool(Protocol):
    """Uploads between their first byte and their landing; all of it survives a crash.

    One who receives calls ``begin``, writes to ``Spooled.content`` (appending, in any number of
    goes), then ``commit`` or ``abandon``; what is neither is swept. From ``commit`` on the upload
    belongs to the ingestor. Raises ``FilesUnavailableError`` when the spool cannot be used.
    """

    async def begin(self, upload: Upload) -> Spooled:
        """Make room for an upload; its content is an empty file, for us alone.

        Raises ``InvalidError`` for a bad id or size, ``ConflictError`` when the id was used, and
        ``FilesUnavailableError`` with the reason when there is not enough space.
        """
        ...

    async def commit(self, upload_id: str) -> None:
        """Its content is complete: on disk, and handed over, when this returns. MAY be repeated.

        Raises ``NotFoundError``, and ``InvalidError`` when its size is not the one promised.
        """
        ...

    async def abandon(self, upload_id: str) -> None:
        """Forget it, if it is not handed over yet; again, or for an unknown id: nothing happens."""
        ...

    async def list(self) -> Sequence[Spooled]:
        """Everything in the spool that can be read, oldest id first; at most 10,000."""
        ...

    async def result(self, upload_id: str) -> UploadResult | None:
        """What became of it; kept for a month."""
        ...

    async def ready(self) -> Sequence[str]:
        """The ids of those handed over, oldest first; at most 10,000."""
        ...

    async def get(self, upload_id: str) -> Spooled | None:
        """The upload as it is now.

        Raises ``InvalidError`` when what is said about it cannot be read.
        """
        ...

    async def wait(self, upload_id: str, reason: str) -> None:
        """Remember why it does not land yet."""
        ...

    async def finish(self, result: UploadResult) -> None:
        """Keep the result, then remove the upload. MAY be repeated after a crash."""
        ...

    async def sweep(self, *, unfinished_before: int, done_before: int) -> int:
        """Remove what nobody has written to since, and old results; times in µs; how many went."""
        ...
