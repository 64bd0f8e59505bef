"""``MemoryEdits``: what people say, over a ``MemoryCatalog``."""

from collections.abc import Collection, Mapping, Sequence

from apollonia.domain.edits import Edit, Said, Target, TargetKind, fold_edits
from apollonia.ports.edits import CollectionFact, Play, PlayState
from apollonia.testing.memory_catalog import MemoryCatalog


class MemoryEdits:
    """An ``Edits`` for tests, by the plainest means."""

    def __init__(self, catalog: MemoryCatalog) -> None:
        self._catalog = catalog

    async def apply(self, edits: Sequence[Edit]) -> None:
        """To the catalog's own state."""
        await self._catalog.apply(edits)

    async def play(self, plays: Sequence[Play]) -> None:
        """Known ids are ignored."""
        for it in plays:
            self._catalog.logged_plays.setdefault(it.id, it)

    async def said(
        self, targets: Collection[Target], person: str
    ) -> Mapping[Target, Mapping[str, Said]]:
        """What is said of these."""
        found = {target: self._of(target) for target in targets}
        seen = {
            target: {it.field: it for it in them if it.user in ("", person)}
            for target, them in found.items()
        }
        return {target: fields for target, fields in seen.items() if found[target]}

    async def about(self, person: str, field: str, *, after: str, limit: int) -> Sequence[Said]:
        """A person's words on one field."""
        targets = sorted({it.target for it in self._catalog.edits.values()}, key=lambda it: it.key)
        return [
            Said(target.key, it.user, it.value, it.actor, it.version)
            for target in targets
            if target.key > after
            for it in self._of(target)
            if (it.user, it.field) == (person, field)
        ][:limit]

    async def plays(self, person: str, place_ids: Collection[str]) -> Mapping[str, PlayState]:
        """Counted anew."""
        return {it.place_id: it for it in self._states(person) if it.place_id in place_ids}

    async def recent_plays(self, person: str, limit: int) -> Sequence[PlayState]:
        """The newest first."""
        states = self._states(person)
        return sorted(states, key=lambda it: (it.timestamp, it.place_id), reverse=True)[:limit]

    async def collections(self, *, deleted: bool = False) -> Sequence[CollectionFact]:
        """Those with a name."""
        facts: list[CollectionFact] = []
        targets = {it.target for it in self._catalog.edits.values()}
        for target in sorted(it for it in targets if it.kind is TargetKind.COLLECTION):
            said = {it.field: it for it in self._of(target)}
            if "name" in said:
                value = {name: it.value for name, it in said.items()}
                gone, name = bool(value.get("deleted")), said["name"]
                text, query = value.get("description"), value.get("query")
                fact = CollectionFact(target.id, name.value, text, query, gone, name.actor)
                facts += [fact] if gone is deleted else []
        return facts

    async def items(self, collection_id: str) -> Sequence[str]:
        """By position, then by place."""
        said = self._of(Target(TargetKind.COLLECTION, collection_id))
        placed = [(it.value, it.field) for it in said if it.field.startswith("item/")]
        return [field.removeprefix("item/") for _, field in sorted(placed)]

    def _of(self, target: Target) -> list[Said]:
        edits = [it for it in self._catalog.edits.values() if it.target == target]
        return [it for it in fold_edits(edits).values() if it.value is not None]

    def _states(self, person: str) -> list[PlayState]:
        plays = sorted(self._catalog.logged_plays.values(), key=lambda it: (it.timestamp, it.id))
        states: dict[str, PlayState] = {}
        for it in plays:
            if it.actor == person:
                known = states.get(it.place_id)
                count = (known.plays if known else 0) + (it.position_ms is None)
                states[it.place_id] = PlayState(it.place_id, count, it.timestamp, it.position_ms)
        return list(states.values())
