"""What a look hands on, and what became of it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from apollonia.domain.neighbours import FolderNeighbours
from apollonia.ingest.reconcile.asks import Ready, Tally
from apollonia.media.workers.requests import Inspection
from apollonia.messages import FileError
from apollonia.ports.index import Entry

if TYPE_CHECKING:
    from apollonia.ingest.root.watched_root import WatchedRoot

Origin = Literal["watch", "scan", "verify"]
LostOrigin = Origin | Literal["ignored"]


@dataclass(slots=True)
class Candidate:
    """A file that is new, changed or moved.

    ``moved_from``: it was there, and that path is free now; ``guessed``: if its content is the same
    as there. ``same_as``: an entry with the very same content, whose hashes are taken over; only
    its headers are read. ``refused``: why it is not read at all.
    """

    root: "WatchedRoot"
    path: bytes
    stat: os.stat_result
    neighbours: FolderNeighbours
    origin: Origin
    ready: Ready
    moved_from: bytes | None = None
    guessed: bool = False
    same_as: Entry | None = None
    refused: FileError | None = None
    tally: Tally | None = None

    @property
    def needs_hash(self) -> bool:
        """Whether its content has to be read."""
        return self.same_as is None and self.refused is None

    @property
    def only_renamed(self) -> bool:
        """Whether its hashes are taken over for want of news, not because its times prove it."""
        return self.same_as is not None and self.same_as.ctime_ns != self.stat.st_ctime_ns


@dataclass(slots=True)
class Read:
    """A candidate that was looked into."""

    candidate: Candidate
    inspection: Inspection


@dataclass(slots=True)
class Lost:
    """A known file that is not there any more, or ``ignored`` by a rule from now on."""

    root: "WatchedRoot"
    path: bytes
    origin: LostOrigin
    tally: Tally | None = None


@dataclass(slots=True)
class Compared:
    """A checksum file of the content ``sha256_hash`` was compared with the files that it lists.

    ``result`` stands for what came of it and is in ``media``, told where it is news; without one
    nothing is told, and the check is forgotten.
    """

    root: "WatchedRoot"
    path: bytes
    marks: int
    sha256_hash: str | None = None
    result: str | None = None
    is_news: bool = False
    media: Mapping[str, Any] | None = None
    error: FileError | None = None
    neighbours: FolderNeighbours | None = None


Finding = Read | Lost | Compared
