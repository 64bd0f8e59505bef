"""Why one file is like another, and how much all reasons together weigh."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

WEIGHTS: Final[Mapping[str, float]] = {
    "sound": 1.0,
    "look": 1.0,
    "artist": 0.35,
    "album": 0.2,
    "genre": 0.25,
    "mood": 0.2,
    "tempo": 0.15,
    "folder": 0.1,
    "collection": 0.3,
    "plays": 0.4,
}
"""How much a reason of strength 1 says. Several reasons are joined as independent evidence."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its name in ``WEIGHTS``, its strength from 0 to 1, and words for people."""

    name: str
    strength: float
    words: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """An id with its score from 0 to 1 and its reasons, the strongest first."""

    id: str
    score: float
    why: Sequence[str] = field(default=())


def joined(reasons: Iterable[Reason]) -> float:
    """1 - Π(1 - weight x strength): each reason takes its share of the doubt that is left."""
    doubt = 1.0
    for it in reasons:
        doubt *= 1 - WEIGHTS[it.name] * min(1.0, max(0.0, it.strength))
    return round(1 - doubt, 4)


def ranked(reasons: Mapping[str, Sequence[Reason]], limit: int) -> Sequence[Ranked]:
    """The ids with the best reasons; equal ones in the order of their ids."""
    scored = [
        Ranked(
            id_,
            joined(those),
            tuple(it.words for it in sorted(those, key=lambda it: -WEIGHTS[it.name] * it.strength)),
        )
        for id_, those in reasons.items()
    ]
    return sorted(scored, key=lambda it: (-it.score, it.id))[:limit]
