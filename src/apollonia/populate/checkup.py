"""Whether the graph and the cache fit the catalog, and putting right what does not."""

from collections.abc import Awaitable, Callable, Sequence

from apollonia.domain.kinds import Kind
from apollonia.populate.graph_rebuild import GraphRebuild
from apollonia.ports.analyses import Analyses
from apollonia.ports.cache import Cache
from apollonia.ports.consistency import Consistency, Fault
from apollonia.ports.graph import Graph
from apollonia.ports.library import Library

_BATCH = 1_000
_SHOWN = 5
_FORGOTTEN_S = 1.0


async def graph_fault(library: Library, graph: Graph) -> Fault | None:
    """Files that only the catalog has, or only the graph: by their ids, in one pass over both."""
    catalog, own = _Ids(library.ids), _Ids(graph.ids)
    missing, extra = 0, 0
    shown: list[str] = []
    one, other = await catalog.next(), await own.next()
    while one is not None or other is not None:
        if other is None or (one is not None and one < other):
            missing += 1
            shown.append(f"{one} is not in the graph")
            one = await catalog.next()
        elif one is None or other < one:
            extra += 1
            shown.append(f"{other} is only in the graph")
            other = await own.next()
        else:
            one, other = await catalog.next(), await own.next()
        del shown[_SHOWN:]
    if not missing and not extra:
        return None
    words = f"{missing} files are not in the graph, {extra} only there"
    return Fault("graph", missing + extra, words, shown, "written anew from the catalog")


async def cache_fault(
    analyses: Analyses, cache: Cache, key: Callable[[str], str], settled: Callable[[Kind], bytes]
) -> tuple[Fault | None, Sequence[str]]:
    """Contents that the cache says are analysed and the catalog not; and their keys.

    ``key`` and ``settled``: under what the intake remembers a content, and as what.
    """
    wrong: list[str] = []
    shown: list[str] = []
    after = 0
    while files := await analyses.undone(after, _BATCH):
        for it in files:
            if await cache.get(key(it.sha256_hash)) == settled(it.kind):
                wrong.append(key(it.sha256_hash))
                shown.append(it.sha256_hash)
        after = files[-1].number
        del shown[_SHOWN:]
    if not wrong:
        return None, ()
    words = "contents are analysed as the cache has it, and not as the catalog has it"
    return Fault("cache", len(wrong), words, shown, "forgotten, so that they are analysed"), wrong


async def forget(cache: Cache, keys: Sequence[str]) -> None:
    """What the cache has under these keys says nothing any more."""
    for key in keys:
        await cache.set(key, b"", ttl=_FORGOTTEN_S)


async def repair_catalog(fault: Fault, consistency: Consistency) -> None:
    """Put right what ``Consistency`` found."""
    work: Callable[[], Awaitable[None]] = {
        "counts": consistency.recount,
        "search": consistency.reindex,
    }[fault.part]
    await work()


async def repair_graph(library: Library, graph: Graph) -> None:
    """Write the graph anew."""
    await GraphRebuild(library=library, graph=graph).run()


class _Ids:
    """Ids in their order, read by the thousand."""

    def __init__(self, read: Callable[[str, int], Awaitable[Sequence[str]]]) -> None:
        self._read = read
        self._page: list[str] = []
        self._after = ""

    async def next(self) -> str | None:
        if not self._page:
            self._page = list(await self._read(self._after, _BATCH))[::-1]
            if not self._page:
                return None
            self._after = self._page[0]
        return self._page.pop()
