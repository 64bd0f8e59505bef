"""Checksum files, compared with the files that they list: in the background, one at a time.

What is due stands in the index, written in the same transaction as what made it due; so nothing is
forgotten when the process dies, and nothing is compared again without a reason.
"""

import asyncio
from collections.abc import Collection
from hashlib import sha256

import orjson

from apollonia.domain.kinds import RootState
from apollonia.domain.neighbours import FolderNeighbours
from apollonia.domain.paths import display, folder_of
from apollonia.errors import FilesUnavailableError, Unavailable
from apollonia.ingest.engine import Engine
from apollonia.ingest.flow.candidate import Compared
from apollonia.ingest.reconcile.comparing import Comparing
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.media.bounds import fit
from apollonia.media.hashing import ContentChangedError, StoppedError
from apollonia.media.workers.requests import Inspection, InspectRequest
from apollonia.observe.logs import get_logger
from apollonia.ports.index import Check

log = get_logger(__name__)

_AT_ONCE = 1000
_LATER_S = 60.0
_AT_REST = 4  # where nothing is due, we look so many times less often


class Checksums:
    """Compares what is due in one root, when nothing has happened to it for a while."""

    def __init__(self, root: WatchedRoot, engine: Engine) -> None:
        ports = engine.ports
        self._root = root
        self._engine = engine
        self._index = ports.index
        self._inspector = ports.inspector
        self._clock = ports.clock
        self._poll_s = engine.options.check_poll_s
        self._files = ports.files
        self._comparing = Comparing(ports.index, engine.digests, root.path, self._existing)
        self._seen: dict[bytes, int] = {}
        self._later: dict[bytes, float] = {}

    async def run(self) -> None:
        """Until cancelled; what was due then is due at the next start."""
        while True:
            await self._clock.sleep(self._poll_s * (1 if self._seen else _AT_REST))
            try:
                ripe = await self._ripe()
            except Unavailable as error:
                log.warning("checksums not compared", root=self._root.root.name, reason=str(error))
                continue
            for check in ripe:
                await self._wait_for_rest()
                await self._try(check)

    async def _try(self, check: Check) -> None:
        """One that cannot be compared now does not keep the others waiting."""
        try:
            await self._compare(check)
        except Unavailable as error:
            log.warning("checksums not compared", path=display(check.path), reason=str(error))
            self._postpone(check)

    async def _ripe(self) -> list[Check]:
        """What is due, and was not marked once more since we last looked."""
        if not self._is_at_rest():
            return []
        due = await self._index.due_checks(self._root.path, _AT_ONCE)
        ripe = [check for check in due if self._seen.get(check.path) == check.marks]
        self._seen = {check.path: check.marks for check in due}
        now = self._clock.monotonic()
        self._later = {path: until for path, until in self._later.items() if until > now}
        return [check for check in ripe if check.path not in self._later]

    def _is_at_rest(self) -> bool:
        """Whether nothing that matters more waits for the disk."""
        watching = self._root.progress.state is RootState.WATCHING
        return watching and self._root.gate.is_open and not len(self._engine.pipeline.flights)

    async def _wait_for_rest(self) -> None:
        while not self._is_at_rest():
            await self._clock.sleep(self._poll_s)

    async def _compare(self, check: Check) -> None:
        entry = (await self._index.entries([check.path])).get(check.path)
        if entry is None or not entry.is_live:
            await self._put(Compared(self._root, check.path, check.marks))
            return
        request = InspectRequest(check.path, top=self._root.path, sums=True)
        (found,) = await self._inspector.inspect([request])
        if found.outcome == "error" or (found.outcome == "ok" and found.sums is None):
            await self._put(Compared(self._root, check.path, check.marks))  # nothing to compare
            return
        if found.sha256_hash != entry.sha256_hash:
            self._engine.recheck(check.path)
            self._postpone(check)
            return
        try:
            await self._tell(check, found)
        except (ContentChangedError, StoppedError):
            self._postpone(check)

    def _postpone(self, check: Check) -> None:
        """Something is being written, or away: no use in trying at once."""
        self._later[check.path] = self._clock.monotonic() + _LATER_S

    async def _tell(self, check: Check, found: Inspection) -> None:
        assert found.sums is not None
        verdict = await self._comparing.compare(check.path, found.sums, self._wait_for_rest)
        facts = verdict.facts(found.sums)
        result = sha256(orjson.dumps(facts)).hexdigest()
        if verdict.mismatched:
            log.warning(
                "files are not what a checksum file says",
                path=display(check.path),
                files=[display(name) for name in verdict.mismatched[:5]],
            )
        await self._put(
            Compared(
                self._root,
                check.path,
                check.marks,
                sha256_hash=found.sha256_hash,
                result=result,
                is_news=result != check.result,
                media=fit(dict(found.media or {}) | {"checksums": facts}),
                error=verdict.error(found.sums),
                neighbours=await self._neighbours(folder_of(check.path)),
            )
        )

    async def _neighbours(self, folder: bytes) -> FolderNeighbours:
        names = (await self._index.fingerprints([folder]))[folder]
        return FolderNeighbours.of(names)

    async def _existing(self, paths: Collection[bytes]) -> Collection[bytes]:
        """Those of the paths where there is something, known to the index or not."""

        def look() -> set[bytes]:
            return {path for path in paths if self._is_there(path)}

        return await asyncio.get_running_loop().run_in_executor(self._root.disk, look)

    def _is_there(self, path: bytes) -> bool:
        try:
            return self._files.stat(path, top=self._root.path) is not None
        except FilesUnavailableError:
            return True  # nobody knows: at least it is not missing

    async def _put(self, done: Compared) -> None:
        await self._engine.pipeline.committer.put([done])
