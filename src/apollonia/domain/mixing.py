"""An order of tracks that mix well: along a path of tempo, around the wheel of keys, by energy.

A beam search: at each step the few best beginnings go on with whatever costs least next. What a
step costs is the sum of what a listener would notice: a jump of tempo, keys that clash, another
energy than is wanted there, the same artist again, little in common with what was asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from math import log2, pi, sin
from typing import Final

_WHEEL: Final = 12
_BEAM: Final = 6
_BRANCHES: Final = 12
_RECENT_ARTISTS: Final = 3
_TEMPO_STEP: Final = 0.06  # of tempo, what a turntable's pitch covers
_UNKNOWN: Final = 0.6  # what is not known costs as much as a middling fit


class EnergyCurve(StrEnum):
    """How energy goes through a mix."""

    LEVEL = "level"
    RISE = "rise"
    FALL = "fall"
    WAVE = "wave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What mixing knows of a file; ``likeness`` (0 to 1) to what was asked for, and why."""

    id: str
    duration_ms: int = 0
    tempo_bpm: float | None = None
    key: str | None = None
    energy: float | None = None
    artist: str = ""
    likeness: float = 0.0
    why: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MixPlan:
    """``length_ms`` or ``tracks``, whichever is reached first.

    Tempo goes from the first of ``tempo`` to the second, evenly; without it, it stays near that
    of the track before. ``keys``: keys decide, too.
    """

    length_ms: int = 3_600_000
    tracks: int = 100
    tempo: tuple[float, float] | None = None
    keys: bool = True
    energy: EnergyCurve | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A track in its place, and why it is there."""

    track: Track
    why: Sequence[str] = field(default=())


def wheel_distance(one: str, other: str) -> int:
    """Steps on the Camelot wheel: 0 the same key, 1 a neighbour (``8A``: ``7A 9A 8B``)."""
    numbers = int(one[:-1]), int(other[:-1])
    around = abs(numbers[0] - numbers[1]) % _WHEEL
    return min(around, _WHEEL - around) + (one[-1] != other[-1])


def tempo_distance(one: float, other: float) -> float:
    """How far apart two tempi are, as a share; half and double time count as the same."""
    octaves = abs(log2(one / other))
    return float(2 ** min(octaves % 1, 1 - octaves % 1) - 1)


def mix(seeds: Sequence[Track], pool: Sequence[Track], plan: MixPlan) -> Sequence[Step]:
    """The seeds' first one, then whatever fits; each track once. Deterministic.

    Seeds beyond the first are in the mix where they fit, before others that fit as well.
    """
    wanted = {it.id for it in seeds}
    tracks = {it.id: it for it in (*pool, *seeds)}
    others = [it for it in tracks.values() if it.id not in wanted]
    if not seeds and not others:
        return ()
    start = seeds[0] if seeds else min(others, key=lambda it: (_opening(it, plan), it.id))
    beams = [_Beam((start.id,), start.duration_ms, 0.0)]
    while not all(_is_long_enough(it, plan, len(tracks)) for it in beams):
        grown = [
            longer
            for beam in beams
            for longer in (
                (beam,)
                if _is_long_enough(beam, plan, len(tracks))
                else _continued(beam, tracks, wanted, plan)
            )
        ]
        beams = sorted(grown, key=lambda it: (it.cost / len(it.ids), it.ids))[:_BEAM]
    best = min(beams, key=lambda it: (it.cost / len(it.ids), it.ids))
    return _told([tracks[it] for it in best.ids], wanted, plan)


@dataclass(frozen=True, slots=True)
class _Beam:
    ids: tuple[str, ...]
    length_ms: int
    cost: float


def _is_long_enough(beam: _Beam, plan: MixPlan, most: int) -> bool:
    return beam.length_ms >= plan.length_ms or len(beam.ids) >= min(plan.tracks, most)


def _continued(
    beam: _Beam, tracks: Mapping[str, Track], wanted: set[str], plan: MixPlan
) -> Sequence[_Beam]:
    there = set(beam.ids)
    before = tracks[beam.ids[-1]]
    artists = {tracks[it].artist for it in beam.ids[-_RECENT_ARTISTS:]} - {""}
    at = min(1.0, beam.length_ms / plan.length_ms) if plan.length_ms else 1.0

    def cost(track: Track) -> float:
        again = 1.0 if track.artist in artists else 0.0
        asked = -0.5 if track.id in wanted else 0.0
        return _fit(before, track, plan, at) + again + asked + (1 - track.likeness)

    left = ((cost(it), it.id) for it in tracks.values() if it.id not in there)
    return [
        _Beam((*beam.ids, id_), beam.length_ms + max(1, tracks[id_].duration_ms), beam.cost + paid)
        for paid, id_ in islice(sorted(left), _BRANCHES)
    ]


def _fit(before: Track, track: Track, plan: MixPlan, at: float) -> float:
    """0: seamless; about 1 for each thing that a listener would notice."""
    paid = _tempo_cost(before, track, plan, at)
    if plan.keys:
        known = before.key is not None and track.key is not None
        steps = wheel_distance(before.key or "", track.key or "") if known else 0
        paid += min(1.0, max(0, steps - 1) / 2 + steps / 10) if known else _UNKNOWN
    if plan.energy is not None:
        goal = energy_at(plan.energy, at)
        paid += _UNKNOWN if track.energy is None else 2 * abs(track.energy - goal)
    return paid


def _tempo_cost(before: Track, track: Track, plan: MixPlan, at: float) -> float:
    if track.tempo_bpm is None:
        return _UNKNOWN
    goal = tempo_at(plan, at) if plan.tempo else before.tempo_bpm
    return min(2.0, tempo_distance(track.tempo_bpm, goal) / _TEMPO_STEP) if goal else _UNKNOWN


def tempo_at(plan: MixPlan, at: float) -> float:
    """The tempo that is wanted ``at`` (0 to 1) of the way."""
    first, last = plan.tempo or (0.0, 0.0)
    return first + (last - first) * at


def energy_at(curve: EnergyCurve, at: float) -> float:
    """The energy that is wanted ``at`` (0 to 1) of the way."""
    shapes: Mapping[EnergyCurve, Callable[[float], float]] = {
        EnergyCurve.LEVEL: lambda _: 0.6,
        EnergyCurve.RISE: lambda x: 0.3 + 0.6 * x,
        EnergyCurve.FALL: lambda x: 0.9 - 0.6 * x,
        EnergyCurve.WAVE: lambda x: 0.6 + 0.3 * sin(4 * pi * x - pi / 2),
    }
    return shapes[curve](at)


def _opening(track: Track, plan: MixPlan) -> float:
    paid = 0.0 if plan.tempo is None else _tempo_cost(track, track, plan, 0.0)
    if plan.energy is not None and track.energy is not None:
        paid += abs(track.energy - energy_at(plan.energy, 0.0))
    return paid - track.likeness


def _told(tracks: Sequence[Track], wanted: set[str], plan: MixPlan) -> Sequence[Step]:
    steps, before, played = [], None, 0
    for track in tracks:
        at = min(1.0, played / plan.length_ms) if plan.length_ms else 1.0
        why = ["was asked for"] if track.id in wanted else []
        if before is not None:
            why += _transition(before, track)
        if plan.tempo is not None and track.tempo_bpm is not None:
            why.append(f"{tempo_at(plan, at):.0f} BPM are wanted here")
        if plan.energy is not None and track.energy is not None:
            goal = energy_at(plan.energy, at)
            why.append(f"energy {track.energy:.2f}, wanted {goal:.2f}")
        steps.append(Step(track, (*why, *track.why)))
        before, played = track, played + track.duration_ms
    return steps


def _transition(before: Track, track: Track) -> list[str]:
    why = []
    if before.key and track.key:
        steps = wheel_distance(before.key, track.key)
        words = {0: "the same key", 1: "neighbours on the wheel"}.get(steps, f"{steps} steps apart")
        why.append(f"{before.key} → {track.key}: {words}")
    if before.tempo_bpm and track.tempo_bpm:
        why.append(f"{before.tempo_bpm:.0f} → {track.tempo_bpm:.0f} BPM")
    return why
