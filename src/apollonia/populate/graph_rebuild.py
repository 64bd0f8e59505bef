"""The whole graph from the catalog, while everything else goes on."""

from collections.abc import Callable
from dataclasses import dataclass

from apollonia.populate.graph_projector import GraphProjector
from apollonia.ports.graph import Graph
from apollonia.ports.library import Library


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was done: files written, and files that the catalog does not have taken away."""

    written: int = 0
    removed: int = 0


class GraphRebuild:
    """Writes every file of the catalog, then takes away what the catalog does not have.

    Files that change meanwhile are safe: each is read right before it is written and compared
    after it, as in the projection of changes, and what is taken away was asked for just before.
    """

    def __init__(self, *, library: Library, graph: Graph, batch: int = 1_000) -> None:
        self._library = library
        self._graph = graph
        self._projector = GraphProjector(library=library, graph=graph)
        self._batch = batch

    async def run(self, tell: Callable[[Rebuilt], None] = lambda _: None) -> Rebuilt:
        """All of it; ``tell`` hears how far it is. Interrupted, it may simply be run again.

        Raises:
            Unavailable: the catalog or the graph is away.
        """
        written, after = 0, ""
        while ids := await self._library.ids(after, self._batch):
            await self._projector.project(ids)
            written, after = written + len(ids), ids[-1]
            tell(Rebuilt(written))
        removed, after = 0, ""
        while ids := await self._graph.ids(after, self._batch):
            known = await self._library.graph_versions(ids)
            gone = [one for one in ids if one not in known]
            if gone:
                await self._projector.project(gone)
            removed, after = removed + len(gone), ids[-1]
            tell(Rebuilt(written, removed))
        await self._graph.tidy()
        return Rebuilt(written, removed)
