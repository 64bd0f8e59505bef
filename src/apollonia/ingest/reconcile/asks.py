"""What to look at: the one thing that watching and scanning both produce."""

import asyncio
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apollonia.ingest.selection.folder_rules import FolderRules


class Ready(IntEnum):
    """How sure it is that nobody is still writing a file."""

    UNSURE = 0  # its times decide
    CLOSED = 1  # its writer has closed it; an empty file may still be filled
    SETTLED = 2  # it was moved here whole, or nothing happened to it for the settle time


@dataclass(slots=True)
class Named:
    """What is known of one name beforehand; it is not looked at ``before`` that moment.

    ``only_renamed``: nothing else was heard of it, under either name, since it was cataloged.
    ``reread``: its content has to be read whatever its times say.
    """

    ready: Ready = Ready.UNSURE
    moved_from: bytes | None = None
    before: float = 0.0
    only_renamed: bool = False
    reread: bool = False


@dataclass(slots=True)
class Ask:
    """Look at this folder: at these names in it; ``whole``: at all, and at all folders below it.

    ``moved_from``: the folder was there before. ``rules``: what the folder above says of it, where
    that was looked at a moment ago.
    """

    folder: bytes
    names: dict[bytes, Named] = field(default_factory=dict)
    whole: bool = False
    moved_from: bytes | None = None
    rules: "FolderRules | None" = None


@dataclass
class Tally:
    """How many things that a scan handed on are still in hand.

    ``is_whole``: the scan is of the whole root, so what it finds unchanged counts as progress.
    """

    is_whole: bool = True
    left: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self) -> None:
        """One more in hand."""
        self.left += 1
        self._idle.clear()

    def finish(self) -> None:
        """One less."""
        self.left -= 1
        if self.left == 0:
            self._idle.set()

    async def drained(self) -> None:
        """Wait until nothing is in hand."""
        if self.left:
            await self._idle.wait()
