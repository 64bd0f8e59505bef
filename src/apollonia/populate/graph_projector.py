"""Changes into the graph: each file as the catalog has it now, whatever order changes come in."""

from collections.abc import Collection, Sequence

from apollonia.errors import GraphUnavailableError, MalformedMessageError
from apollonia.messages import Change, parse
from apollonia.ports.bus import Delivery
from apollonia.ports.graph import Graph
from apollonia.ports.library import Library
from apollonia.work.refused import Refused

_ENTITY = "file"
_ROUNDS = 3


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
        ids = _changed(deliveries)
        if ids:
            await self.project(ids)

    async def project(self, ids: Collection[str]) -> None:
        """Bring these files to what the catalog has now, at most three times.

        Another projector may have read a newer row and written it before our older one. So what
        was written is compared with the catalog once more: whoever writes last sees the newest.

        Raises:
            Unavailable: the catalog or the graph is away, or these files do not come to rest.
        """
        left = sorted(ids)  # sorted, so that concurrent writers do not deadlock
        for _ in range(_ROUNDS):
            files = await self._library.graph_files(left)
            written = {file.id: file.version for file in files}
            gone = [one for one in left if one not in written]
            if gone:
                await self._graph.remove(gone)
            if files:
                await self._graph.apply(sorted(files, key=lambda file: file.id))
            now = await self._library.graph_versions(left)
            left = [one for one in left if now.get(one) != written.get(one)]
            if not left:
                return
        raise GraphUnavailableError(f"{len(left)} files change faster than the graph is written")


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
