"""Reading a whole root again takes hours: what was read stays read, whatever interrupts it."""

from collections import Counter
from collections.abc import Iterable

from apollonia.ingest.reconcile.asks import Tally
from apollonia.ports.index import Index

_SAVED_AT_ONCE = 64


class Verification:
    """One verifying scan of ``top``: which folders it is through with, in the index."""

    def __init__(self, index: Index, top: bytes) -> None:
        self._index = index
        self._top = top
        self._before: frozenset[bytes] = frozenset()
        self._through: list[bytes] = []

    async def begin(self) -> None:
        """Go on with one of the same folder that was interrupted, or start."""
        self._before = frozenset(await self._index.verified(self._top))

    def is_through(self, folder: bytes) -> bool:
        """Whether the files in this folder were read before the interruption."""
        return folder in self._before

    def tallies(self, folders: Iterable[bytes], whole: Tally) -> dict[bytes, Tally]:
        """A tally for each folder, given the folder of each file that is about to be read."""
        counts = Counter(folders)
        return {folder: _Part(self, folder, count, whole) for folder, count in counts.items()}

    def through(self, folder: bytes) -> None:
        """All files in it were read."""
        self._through.append(folder)

    async def save(self, *, at_least: int = _SAVED_AT_ONCE) -> None:
        """Make it durable, so many folders at a time."""
        if len(self._through) >= at_least:
            through, self._through = self._through, []
            await self._index.save_verified(self._top, through)

    async def end(self) -> None:
        """It is complete: the next one starts over."""
        await self._index.forget_verified(self._top)


class _Part(Tally):
    """The files of one folder, which count in the whole scan too."""

    def __init__(self, all_: Verification, folder: bytes, count: int, whole: Tally) -> None:
        super().__init__(is_whole=whole.is_whole)
        self._all = all_
        self._folder = folder
        self._unread = count
        self._whole = whole

    def add(self) -> None:
        self._whole.add()

    def finish(self) -> None:
        self._whole.finish()
        self._unread -= 1
        if not self._unread:
            self._all.through(self._folder)
