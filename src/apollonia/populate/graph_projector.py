"""Changes into the graph: each file as the catalog has it now, whatever order changes come in."""

from collections.abc import Sequence

from apollonia.errors import MalformedMessageError
from apollonia.messages import Change, parse
from apollonia.ports.bus import Delivery
from apollonia.ports.graph import Graph
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
        files = await self._library.graph_files(ids)
        gone = set(ids).difference(file.id for file in files)
        if gone:
            await self._graph.remove(sorted(gone))
        if files:
            await self._graph.apply(sorted(files, key=lambda file: file.id))


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
