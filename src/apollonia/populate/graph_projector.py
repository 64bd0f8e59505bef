"""Changes into the graph: each file as the catalog has it now, whatever order changes come in."""

from collections.abc import Sequence

from apollonia.domain.kinds import Availability
from apollonia.domain.place import Place
from apollonia.errors import MalformedMessageError
from apollonia.messages import Change, parse
from apollonia.ports.bus import Delivery
from apollonia.ports.graph import Graph, GraphEdge, GraphFile
from apollonia.ports.library import Library
from apollonia.work.refused import Refused

_ENTITY = "file"


class GraphProjector:
    """The handler of ``apollonia-graph``: reads the rows of a whole batch at once."""

    def __init__(self, *, library: Library, graph: Graph) -> None:
        self._library = library
        self._graph = graph

    async def __call__(self, scope: None, deliveries: Sequence[Delivery]) -> None:  # noqa: ARG002 - the graph has no transaction of ours
        """Put what is there, take away what is not.

        Raises:
            Refused: naming the messages that do not follow the wire contract.
        """
        ids = sorted(_changed(deliveries))  # sorted, so that concurrent writers do not deadlock
        places = await self._library.places(ids)
        gone = [id_ for id_ in ids if id_ not in places]
        if gone:
            await self._graph.remove(gone)
        files = [graph_file(places[id_]) for id_ in ids if id_ in places]
        if files:
            await self._graph.apply(files)


def graph_file(place: Place) -> GraphFile:
    """A place as the graph knows it."""
    return GraphFile(
        id=place.id,
        path=place.path,
        kind=place.kind.value,
        present=place.availability is Availability.PRESENT,
        neighbors=tuple(GraphEdge(it.path, it.role.value) for it in place.neighbors),
    )


def _changed(deliveries: Sequence[Delivery]) -> set[str]:
    ids: set[str] = set()
    bad: dict[str, Exception] = {}
    for delivery in deliveries:
        try:
            change = parse(Change, delivery.message.body)
        except MalformedMessageError as error:
            bad[delivery.message.message_id] = error
        else:
            if change.entity == _ENTITY:
                ids.add(change.id)
    if bad:
        raise Refused(bad)
    return ids
