"""Files that are gone from one place and came to another one: moved, and no disappearance.

From disk to disk a move is a copy and a deletion. Where the copy was read before the original went,
both are known, each with an id of its own: what goes then is no loss that a person has to confirm.
"""

from collections import Counter
from collections.abc import Collection

from apollonia.domain.kinds import RootState
from apollonia.ingest.engine import Engine
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.ports.index import Entry

_EACH = 16
_PATIENCE_S = 10.0
_LOOK_S = 0.1


class Elsewhere:
    """Asks for one root what all roots of the process know."""

    def __init__(self, root: WatchedRoot, engine: Engine) -> None:
        self._root = root
        self._engine = engine
        self._index = engine.ports.index
        self._clock = engine.ports.clock

    async def moved(self, gone: Collection[bytes]) -> set[bytes]:
        """Those of these paths whose content came to another path since the root's last scan.

        An older copy tells nothing: a library and its mirror are two.
        """
        since = self._root.progress.last_scan_micros
        if since is None or not gone:
            return set()
        lost = [one for one in (await self._index.entries(gone)).values() if _has_content(one)]
        hashes = {one.sha256_hash for one in lost if one.sha256_hash is not None}
        known = await self._index.entries_by_content(hashes, _EACH) if hashes else ()
        came = Counter(one.sha256_hash for one in known if self._came(one, since, gone))
        moved: set[bytes] = set()
        for one in lost:  # one arrival explains one loss
            if came[one.sha256_hash] > 0:
                came[one.sha256_hash] -= 1
                moved.add(one.path)
        return moved

    async def rest(self) -> None:
        """Wait until the other roots have read what came to them: for a while, not for ever."""
        end = self._clock.monotonic() + _PATIENCE_S
        while self._is_anything_coming() and self._clock.monotonic() < end:
            await self._clock.sleep(_LOOK_S)

    def _came(self, one: Entry, since: int, gone: Collection[bytes]) -> bool:
        is_new = one.is_live and one.ctime_ns // 1000 >= since
        return is_new and one.path not in gone and self._engine.top_of(one.path) is not None

    def _is_anything_coming(self) -> bool:
        engine = self._engine
        others = [root for root in engine.roots if root is not self._root and root.owned]
        return bool(len(engine.pipeline.flights) or len(engine.settle)) or any(
            other.looking
            or len(other.hints)
            or len(other.trees)
            or other.progress.state is RootState.SCANNING
            for other in others
        )


def _has_content(entry: Entry) -> bool:
    return entry.is_live and entry.size > 0
