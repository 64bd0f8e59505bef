"""From what a detector believes of single frames to what there is in a film, and when.

A single frame may show a thing that is none; what is there is seen again in the next still, and
somewhere clearly. How clearly is asked of each class by itself: ``least_score`` of those that were
ever seen in pictures with nothing in them (generated patterns and test pictures) is higher.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

type Box = tuple[float, float, float, float]
"""Left, top, right, bottom, as shares of the picture."""

_USUAL = 0.6
_VOTE = 0.45
_LEAST_VOTES = 2
_GAP_STILLS = 3
_MARGIN = 0.03

_FALSE: Mapping[str, float] = {
    "umbrella": 0.75,
    "frisbee": 0.75,
    "stop sign": 0.73,
    "kite": 0.73,
    "cake": 0.711,
    "bird": 0.711,
    "toilet": 0.656,
    "tie": 0.645,
    "person": 0.633,
    "apple": 0.633,
    "traffic light": 0.609,
    "surfboard": 0.609,
    "sports ball": 0.598,
    "vase": 0.586,
    "tv": 0.586,
    "refrigerator": 0.586,
    "laptop": 0.586,
    "banana": 0.586,
}
"""The highest score of SSD-MobileNet v1 for a class in 813 pictures with nothing in them."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing in one frame. ``still`` is the frame's number among those that were looked at."""

    label: str
    score: float
    box: Box
    still: int
    at_s: float


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in which a thing is seen again and again; ``score``: the highest of it."""

    start_s: float
    end_s: float
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """A kind of thing that is there: ``most`` of them at once, and where it is seen best."""

    label: str
    score: float
    stills: int
    most: int
    best: Sighting
    spans: Sequence[Span]


def least_score(label: str) -> float:
    """What is asked of the clearest sighting of a thing."""
    return max(_USUAL, round(_FALSE.get(label, 0.0) + _MARGIN, 3))


def in_a_film(sightings: Sequence[Sighting], step_s: float, stills: int) -> Sequence[Found]:
    """What there is, the clearest first. ``step_s`` between stills, of which there are so many.

    Of a film with fewer than two stills, one sighting is enough.
    """
    by_label: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        if sighting.score >= _VOTE:
            by_label[sighting.label].append(sighting)
    found = []
    for label, seen in by_label.items():
        runs = [run for run in _runs(seen) if _counts(run, label, stills)]
        if runs:
            found.append(_found(label, runs, step_s))
    return sorted(found, key=lambda it: (-it.score, it.label))


def in_a_picture(sightings: Sequence[Sighting]) -> Sequence[Found]:
    """What there is in one picture: what is clear enough by itself, with others of its kind."""
    by_label: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        if sighting.score >= _VOTE:
            by_label[sighting.label].append(sighting)
    kept = {
        label: seen
        for label, seen in by_label.items()
        if max(one.score for one in seen) >= least_score(label)
    }
    found = [_found(label, [seen], 0.0) for label, seen in kept.items()]
    return sorted(found, key=lambda it: (-it.score, it.label))


def _runs(seen: Sequence[Sighting]) -> list[list[Sighting]]:
    """Sightings in stills that follow one another, but for short gaps."""
    runs: list[list[Sighting]] = []
    for one in sorted(seen, key=lambda it: (it.still, -it.score)):
        if runs and one.still - runs[-1][-1].still <= _GAP_STILLS:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _counts(run: Sequence[Sighting], label: str, stills: int) -> bool:
    votes = len({one.still for one in run})
    clear = max(one.score for one in run) >= least_score(label)
    return clear and votes >= min(_LEAST_VOTES, stills)


def _found(label: str, runs: Sequence[Sequence[Sighting]], step_s: float) -> Found:
    everything = [one for run in runs for one in run]
    best = max(everything, key=lambda it: (it.score, -it.still))
    counts: dict[int, int] = defaultdict(int)
    for one in everything:
        counts[one.still] += 1
    spans = [
        Span(run[0].at_s, run[-1].at_s + step_s, max(one.score for one in run)) for run in runs
    ]
    return Found(label, best.score, len(counts), max(counts.values()), best, spans)
