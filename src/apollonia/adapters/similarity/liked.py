"""What a person likes: by what was played, rated and marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import run

_PLAYS = "SELECT place, plays FROM plays WHERE person = ? ORDER BY timestamp DESC LIMIT ?"
_SAID = (
    "SELECT target, value FROM edits WHERE person = ? AND field = ? AND value IS NOT NULL"
    " AND target > 'place:' AND target < 'place;' ORDER BY timestamp DESC LIMIT ?"
)
_LATELY = 200
_SEEDS = 12
_GOOD, _BEST = 3, 5


@dataclass(frozen=True, slots=True)
class Liked:
    """``seeds``: ids of places with how much they are liked (0 to 1), the most first.

    ``known``: what needs no recommending: played lately, or rated.
    """

    seeds: Sequence[tuple[str, float]]
    known: frozenset[str]


def liked_by(connection: Connection, person: str) -> Liked:
    """Good ratings and favourites count fully, plays the more the oftener."""
    plays = run(connection, _PLAYS, (person, _LATELY))
    ratings = [
        (target.removeprefix("place:"), float(orjson.loads(value)))
        for target, value in run(connection, _SAID, (person, "rating", _LATELY))
    ]
    marked = run(connection, _SAID, (person, "favourite", _LATELY))
    favourites = [target.removeprefix("place:") for target, _ in marked]
    liking = {place: min(1.0, 0.3 + 0.1 * count) for place, count in plays}
    liking |= {place: max(rating / _BEST, liking.get(place, 0.0)) for place, rating in ratings}
    liking |= dict.fromkeys(favourites, 1.0)
    disliked = {place for place, rating in ratings if rating < _GOOD}
    seeds = sorted(
        ((place, share) for place, share in liking.items() if place not in disliked),
        key=lambda it: (-it[1], it[0]),
    )
    return Liked(seeds[:_SEEDS], frozenset(liking))
