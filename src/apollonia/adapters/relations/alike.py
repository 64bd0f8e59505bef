"""Pairs of contents that are alike, with what people said of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run, select_by_keys
from apollonia.domain.matching.likeness import Decision, Nature
from apollonia.ports.relations import RelationKind

_COLUMNS = (
    "r.family, r.one, r.other, r.nature, r.score, r.evidence, d.state, d.actor, d.decided_time"
)
_JOIN = (
    " LEFT JOIN relation_decisions d ON d.family = r.family AND d.one = r.one AND d.other = r.other"
)
_OF = (
    f"SELECT {_COLUMNS} FROM content_relations r{_JOIN} WHERE r.one = ?"  # noqa: S608 - our names
    f" UNION ALL SELECT {_COLUMNS} FROM content_relations r{_JOIN} WHERE r.other = ?"
    " ORDER BY 5 DESC, 2, 3 LIMIT ?"
)
_DECIDED = (
    "SELECT family, one, other, state, actor, decided_time FROM relation_decisions"
    " WHERE family = 'work' AND one IN {keys}"
)
WORK = "work"
"""The family of decisions on works: found by tags, when they are asked for."""
KINDS: Mapping[Nature, RelationKind] = {
    Nature.SAME: RelationKind.NEAR_DUPLICATE,
    Nature.EXCERPT: RelationKind.EXCERPT,
    Nature.PASSAGE: RelationKind.PASSAGE,
}


@dataclass(frozen=True, slots=True)
class Said:
    """A person's word on a pair."""

    state: Decision = Decision.PROPOSED
    actor: str | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class AlikeContent:
    """A content that is like the one that was asked for."""

    sha256_hash: str
    kind: RelationKind
    score: float
    evidence: Mapping[str, Any] = field(default_factory=dict)
    said: Said = Said()


def alike_of(connection: Connection, sha256: str, limit: int) -> Sequence[AlikeContent]:
    """What was found to be like this content, the likest first; ``evidence`` seen from it."""
    rows = run(connection, _OF, (sha256, sha256, limit))
    return [
        AlikeContent(
            other if one == sha256 else one,
            KINDS[Nature(nature)],
            score,
            {"by": family, **_seen(orjson.loads(evidence), turned=one != sha256)},
            Said(Decision(state), actor, time) if state else Said(),
        )
        for family, one, other, nature, score, evidence, state, actor, time in rows
    ]


def _seen(evidence: Mapping[str, Any], *, turned: bool) -> Mapping[str, Any]:
    """Offsets are how much later the other has it."""
    if not turned:
        return evidence
    turn = {"offset_s", "offset_ms"} & evidence.keys()
    return {**evidence, **{name: -evidence[name] for name in turn}}


def said_of_works(connection: Connection, sha256s: Iterable[str]) -> Mapping[tuple[str, str], Said]:
    """Decisions on works, by pair, the smaller hash first; of pairs whose smaller one is given."""
    rows = select_by_keys(connection, _DECIDED, sha256s)
    return {
        (one, other): Said(Decision(state), actor, time)
        for _, one, other, state, actor, time in rows
    }


def pair_of(one: str, other: str) -> tuple[str, str]:
    """The smaller hash first."""
    return (one, other) if one < other else (other, one)
