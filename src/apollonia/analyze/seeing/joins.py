"""Where one scene ends and the next begins: cuts, dissolves, and fades through black.

Works on every frame at 32 by 18, luma and chroma: what moves is blurred away, what changes is not.

*Cuts* are frames that differ from the one before by far more than their neighbours do (as in
PySceneDetect's adaptive detector), unless what was there comes back at once: a flash.
*Dissolves* are found by what makes them dissolves: halfway, the picture is the mean of both ends.
Of a pan, a zoom or a cut it is not. (Twin comparison: Zhang, Kankanhalli and Smoliar, "Automatic
partitioning of full-motion video", 1993; linearity as in Lienhart, "Reliable transition detection
in videos", 2001.) *Fades* are dark stretches that the picture sinks into or rises from.

All thresholds were chosen on ``testing.clips``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

type JoinKind = Literal["cut", "dissolve", "fade"]
type Floats = NDArray[np.float32]

WIDTH, HEIGHT = 32, 18
PIXELS = WIDTH * HEIGHT * 3 // 2
"""Bytes of a frame: planes of luma, then of both chromas at half the size, as ``yuv420p``."""

_LUMA = WIDTH * HEIGHT
_LIGHT_WEIGHT = 0.4
_CHROMA_WEIGHT = 2.0  # a quarter as many, and flatter

_CUT_LEAST = 26.0  # mean difference of 8-bit values
_CUT_RATIO = 3.2  # over the mean of the neighbours
_CUT_NEAR = 6
_FLASH_FRAMES = 5
_FLASH_SHARE = 0.45

_HALVES = (5, 8, 12, 18, 26)  # frames from the middle of a dissolve to its ends
_DISSOLVE_LEAST = 22.0
_DISSOLVE_RESIDUAL = 0.22
_SMALLER_LEAST, _SMALLER_RESIDUAL = 8.0, 0.3
_SHARES = (0.5, 0.25, 0.75)  # of the way
_PART = 4096
_PLATEAU = 3  # frames that must be seen before and after
_PLATEAU_RANGE = 0.2
_RAMP_LEAST, _RAMP_MOST = 0.8, 1.6
_RAMP_EDGE = 0.05
_MIX_RESIDUAL = 0.5
_UNEVEN = 0.3
_BUSIER = 0.85

_BLACK_LUMA = 32.0
_BLACK_SPREAD = 6.0
_FADE_FRAMES = 4
_SLOPE, _SLOPE_LEAST, _SLOPE_REST = 1.01, 0.3, 2


@dataclass(frozen=True, slots=True)
class Join:
    """``start``: the first frame that is not the old scene alone, ``end``: the first of the new.

    ``strength`` is the difference between both sides, 0 to 255.
    """

    kind: JoinKind
    start: int
    end: int
    strength: float


def find_joins(frames: NDArray[np.uint8]) -> Sequence[Join]:
    """The joins in frames (n, 864) uint8, in order; they do not overlap."""
    if len(frames) < 2:
        return []
    steps = _steps(frames)
    luma = frames[:, :_LUMA]
    means, spreads = luma.mean(axis=1), luma.std(axis=1)
    cuts = _cuts(frames, steps)
    fades, edges = _fades(means, spreads, cuts)
    cuts = [cut for cut in cuts if not _within_any(cut.start, fades)]
    dissolves = _dissolves(frames, steps, [*cuts, *fades, *edges])
    return sorted([*cuts, *fades, *dissolves], key=lambda join: join.start)


def _weighted(difference: Floats) -> NDArray[np.float64]:
    """How much a frame (…, 864) of differences is; what all of it shares, light, counts less."""
    luma = difference[..., :_LUMA]
    light = luma.mean(axis=-1, keepdims=True)
    pattern = np.abs(luma - light).mean(axis=-1, dtype=np.float64)
    chroma = np.abs(difference[..., _LUMA:]).mean(axis=-1, dtype=np.float64)
    return pattern + _LIGHT_WEIGHT * np.abs(light[..., 0]) + _CHROMA_WEIGHT * chroma


def _apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.float64]:
    """How much frames differ, 0 to about 255; in parts, so that long films need no more memory."""
    out = np.empty(len(one))
    for at in range(0, len(one), _PART):
        part = slice(at, at + _PART)
        out[part] = _weighted(one[part].astype(np.float32) - other[part])
    return out


def _steps(frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    """``[n]``: how much frame n differs from the one before; the first by nothing."""
    steps = np.zeros(len(frames))
    steps[1:] = _apart(frames[1:], frames[:-1])
    return steps


def _cuts(frames: NDArray[np.uint8], steps: NDArray[np.float64]) -> list[Join]:
    found: list[Join] = []
    for at in np.flatnonzero(steps >= _CUT_LEAST).tolist():
        around = np.concatenate(
            (steps[max(1, at - _CUT_NEAR) : at], steps[at + 1 : at + 1 + _CUT_NEAR])
        )
        near = np.sort(around)[: max(1, len(around) - 1)]  # one of them may be a flash's other end
        usual = float(near.mean()) if len(near) else 0.0
        if steps[at] < _CUT_RATIO * usual + 3.0 or steps[at] < around.max(initial=0.0) * 0.6:
            continue
        if found and at - found[-1].start < 2:
            if steps[at] > found[-1].strength:
                found[-1] = Join("cut", at, at, float(steps[at]))
            continue
        if not _is_flash(frames, at, float(steps[at])):
            found.append(Join("cut", at, at, float(steps[at])))
    return found


def _is_flash(frames: NDArray[np.uint8], at: int, step: float) -> bool:
    """Whether what was there before comes back within some frames, or had been there before."""
    before = frames[at - 1]
    after = frames[at + 1 : at + 1 + _FLASH_FRAMES]
    if (
        len(after)
        and _apart(after, np.broadcast_to(before, after.shape)).min() < _FLASH_SHARE * step
    ):
        return True
    earlier = frames[max(0, at - 1 - _FLASH_FRAMES) : at - 1]
    now = frames[at]
    return bool(
        len(earlier)
        and _apart(earlier, np.broadcast_to(now, earlier.shape)).min() < _FLASH_SHARE * step
    )


def _fades(
    means: NDArray[np.float64], spreads: NDArray[np.float64], cuts: Sequence[Join]
) -> tuple[list[Join], list[Join]]:
    """Dark stretches with a slope on at least one side; apart, those at the film's very ends."""
    black = (spreads < _BLACK_SPREAD) & (means < _BLACK_LUMA)
    found: list[Join] = []
    edges: list[Join] = []
    for first, last in _runs(black):
        start = _slope(means + spreads, first, -1, cuts)
        end = _slope(means + spreads, last, +1, cuts)
        sinks, rises = first - start, end - last
        if sinks < _FADE_FRAMES and rises < _FADE_FRAMES:
            continue
        strength = max(float(means[start]), float(means[end]))
        if start == 0 or end == len(means) - 1:  # in from nothing, or out to nothing: no join
            edges.append(Join("fade", start, end, strength))
            continue
        join = Join("fade", start + 1, end, strength)
        if found and join.start <= found[-1].end:
            join = Join("fade", found.pop().start, end, strength)
        found.append(join)
    return found, edges


def _slope(light: NDArray[np.float64], edge: int, way: int, cuts: Sequence[Join]) -> int:
    """Where the way out of black ends: it grows no lighter, or there is a cut."""
    stops = {cut.start - 1 if way > 0 else cut.start for cut in cuts}
    at = best = edge
    while 0 <= at + way < len(light) and at not in stops:
        at += way
        if light[at] > light[best] * _SLOPE + _SLOPE_LEAST:
            best = at
        elif abs(at - best) >= _SLOPE_REST:
            break
    return best


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last position of each stretch that is true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _within_any(at: int, joins: Sequence[Join]) -> bool:
    return any(join.start - 1 <= at <= join.end + 1 for join in joins)


def _dissolves(
    frames: NDArray[np.uint8], steps: NDArray[np.float64], others: Sequence[Join]
) -> list[Join]:
    """Stretches whose middle is the mean of their ends, the clearest first."""
    candidates = [
        one for half in _HALVES if len(frames) > 2 * half for one in _linear(frames, half)
    ]
    taken: list[Join] = []
    for _, strength, middle, half in sorted(candidates, reverse=True):
        start, end = middle - half, middle + half
        joins = [*others, *taken]
        if any(join.start <= end and start <= join.end for join in joins):
            continue
        left = max((join.end for join in joins if join.end <= start), default=0)
        right = min((join.start - 1 for join in joins if join.start > end), default=len(frames) - 1)
        ramp = _ramp(frames, (max(left, start - half), start, end, min(right, end + half)))
        if ramp is not None and _is_mix(frames, steps, *ramp):
            taken.append(Join("dissolve", *ramp, strength))
    return taken


def _linear(frames: NDArray[np.uint8], half: int) -> list[tuple[float, float, int, int]]:
    """(score, strength, middle, half) of what is linear over ``2 * half`` frames.

    Looked for in even smaller frames first, in which motion is hardly seen: they let pass more.
    """
    found: list[tuple[float, float, int, int]] = []
    for begin in range(0, len(frames) - 2 * half, _PART):
        stop = min(begin + _PART, len(frames) - 2 * half)
        small = _smaller(frames[begin : stop + 2 * half])
        first, last = small[: stop - begin], small[2 * half :]
        apart = np.abs(last - first).mean(axis=1)
        worst = np.zeros(len(apart))
        for share in _SHARES:
            at = round(2 * half * share)
            mixed = first * np.float32(1 - share) + last * np.float32(share)
            off = np.abs(small[at : at + len(first)] - mixed).mean(axis=1)
            np.maximum(worst, off, out=worst)
        ratio = np.where(apart >= _SMALLER_LEAST, worst / np.maximum(apart, 1e-6), np.inf)
        ratio[ratio >= _SMALLER_RESIDUAL] = np.inf
        for at in _lowest(ratio):
            told = _residual(frames, begin + at, half)
            if told is not None:
                residual, strength = told
                found.append((strength * (1 - residual), strength, begin + at + half, half))
    return found


def _lowest(values: NDArray[np.float64]) -> list[int]:
    """Where there is something, and nothing lower within two steps."""
    around = np.pad(values, 2, constant_values=np.inf)
    least = np.min([around[n : n + len(values)] for n in range(5)], axis=0)
    return [int(at) for at in np.flatnonzero(np.isfinite(values) & (values <= least))]


def _smaller(frames: NDArray[np.uint8]) -> Floats:
    """(n, 864) to (n, 84): luma of 8 by 6, chromas of 6 by 3."""
    count = len(frames)
    luma = frames[:, :_LUMA].reshape(count, 6, 3, 8, 4).mean(axis=(2, 4), dtype=np.float32)
    chroma = frames[:, _LUMA:].reshape(count, 2, 3, 3, 4, 4).mean(axis=(3, 5), dtype=np.float32)
    return np.concatenate((luma.reshape(count, -1), chroma.reshape(count, -1)), axis=1)


def _residual(frames: NDArray[np.uint8], start: int, half: int) -> tuple[float, float] | None:
    """How far frames between are off the mean of both ends, and how far these are apart."""
    first = frames[start].astype(np.float32)
    last = frames[start + 2 * half].astype(np.float32)
    apart = float(_weighted(first - last))
    if apart < _DISSOLVE_LEAST:
        return None
    residual = 0.0
    for share in _SHARES:
        mixed = first * (1 - share) + last * share
        there = frames[start + round(2 * half * share)]
        residual = max(residual, float(_weighted(there - mixed)) / apart)
        if residual >= _DISSOLVE_RESIDUAL:
            return None
    return residual, apart


def _ramp(frames: NDArray[np.uint8], at: tuple[int, int, int, int]) -> tuple[int, int] | None:
    """First mixed frame and first new one, if the change begins and ends there.

    Before and after a dissolve the way from old to new is not gone on; in a pan it is. ``at``:
    where to look from, start, end, and where to look to.
    """
    first, start, end, last = at
    if start - first < _PLATEAU or last - end < _PLATEAU:
        return None
    stretch = frames[first : last + 1].astype(np.float32)
    way = stretch[end - first] - stretch[start - first]
    gone = (stretch - stretch[start - first]) @ way / max(float(way @ way), 1e-6)
    before, after = gone[: start - first + 1], gone[end - first :]
    low, high = (
        float(np.median(before[: len(before) // 2 + 1])),
        float(np.median(after[len(after) // 2 :])),
    )
    if not _RAMP_LEAST < high - low < _RAMP_MOST:
        return None
    outer = (before[: len(before) // 2 + 1], after[len(after) // 2 :])
    if max(float(np.ptp(part)) for part in outer) > _PLATEAU_RANGE * (high - low):
        return None
    share = (gone - low) / (high - low)
    middle = int(np.argmin(np.abs(share - 0.5)))
    old = np.flatnonzero(share[:middle] < _RAMP_EDGE)
    new = np.flatnonzero(share[middle:] > 1 - _RAMP_EDGE)
    if not len(old) or not len(new):
        return None
    return first + int(old[-1]) + 1, first + middle + int(new[0])


def _is_mix(frames: NDArray[np.uint8], steps: NDArray[np.float64], start: int, end: int) -> bool:
    """Whether every frame is made of both ends, and more happens here than before and after."""
    stretch = frames[start - 1 : end + 1].astype(np.float32)
    way = stretch[-1] - stretch[0]
    share = ((stretch - stretch[0]) @ way / max(float(way @ way), 1e-6))[:, np.newaxis]
    mixed = stretch[0] * (1 - share) + stretch[-1] * share
    residual = float(_weighted(stretch - mixed).max() / max(float(_weighted(way)), 1e-6))
    uneven = float(np.abs(share[:, 0] - np.linspace(0, 1, len(share))).max())
    around = max(_PLATEAU, (end - start) // 2)
    outside = np.concatenate(
        (steps[max(1, start - around) : start], steps[end + 1 : end + 1 + around])
    )
    inside = float(np.median(steps[start : end + 1]))
    busier = inside >= _BUSIER * float(np.median(outside)) if len(outside) else True
    return residual < _MIX_RESIDUAL and uneven < _UNEVEN and busier
