"""Which stretches of sound stand for all of it: the most energetic of each part."""

from collections.abc import Sequence

import numpy as np

from apollonia.media.sound.sound import MODEL_RATE, RATE, Span

_STEP_S = 0.5


def choose(spans: Sequence[Span], seconds: float, count: int) -> Sequence[Span]:
    """As ``Sound.excerpts`` says."""
    held = sum(span.seconds for span in spans)
    if held <= seconds * count:
        return spans
    chosen: list[Span] = []
    for span, number in _shared_out(spans, seconds, count):
        part = span.seconds / number
        for index in range(number):
            start = _loudest(span, index * part, (index + 1) * part, seconds)
            chosen.append(cut(span, start, seconds))
    return chosen


def cut(span: Span, start_s: float, seconds: float) -> Span:
    """A part of a span, without copying; ``start_s`` from the beginning of the span."""
    first, last = start_s, start_s + seconds
    return Span(
        span.start_s + start_s,
        span.mono_44k[round(first * RATE) : round(last * RATE)],
        span.mono_16k[round(first * MODEL_RATE) : round(last * MODEL_RATE)],
    )


def _shared_out(spans: Sequence[Span], seconds: float, count: int) -> Sequence[tuple[Span, int]]:
    """How many excerpts each span gives; long ones first where there are too many spans."""
    long = [span for span in spans if span.seconds >= seconds] or list(spans)[:1]
    if len(long) >= count:
        step = len(long) / count
        return [(long[int(index * step)], 1) for index in range(count)]
    total = sum(span.seconds for span in long)
    return [
        (
            span,
            max(1, min(round(count * span.seconds / total), int(span.seconds / seconds))),
        )
        for span in long
    ]


def _loudest(span: Span, first_s: float, last_s: float, seconds: float) -> float:
    """Where in this part of the span the most energetic ``seconds`` begin."""
    step = round(_STEP_S * MODEL_RATE)
    part = span.mono_16k[round(first_s * MODEL_RATE) : round(last_s * MODEL_RATE)]
    steps = len(part) // step
    wide = round(seconds / _STEP_S)
    if steps <= wide:
        return min(first_s, max(0.0, span.seconds - seconds))
    energy = np.square(part[: steps * step].reshape(steps, step), dtype=np.float32).sum(axis=1)
    sums = np.convolve(energy, np.ones(wide, np.float32), "valid")
    return first_s + float(np.argmax(sums)) * _STEP_S
