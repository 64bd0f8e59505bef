"""Mixing sound with Pillow: a picture one pixel high is a row of samples that C code can add.

NumPy would be the usual tool; it is no dependency of the running system, and Pillow is.
"""

import sys
from array import array

from PIL import Image, ImageMath

RATE = 44_100
Sound = Image.Image  # mode "F", height 1: one channel of samples, about -1 to 1
_FADE_SAMPLES = 1764
_PEAK = 0.82


def sound_of(samples: array[float]) -> Sound:
    """32-bit floats as a sound."""
    return Image.frombytes("F", (len(samples), 1), samples.tobytes())


def pitched(base: Sound, ratio: float, seconds: float) -> Sound:
    """The sound ``ratio`` times as high, at most ``seconds`` long, its end faded out."""
    length = max(2, round(base.width / ratio))
    kept = min(length, round(seconds * RATE))
    # resize only what is kept of it: the rest would be thrown away
    box = (0.0, 0.0, base.width * kept / length, 1.0)
    note = base.resize((kept, 1), Image.Resampling.BILINEAR, box=box)
    fade = min(_FADE_SAMPLES, kept)
    ramp = sound_of(array("f", (1 - index / fade for index in range(fade))))
    tail = note.crop((kept - fade, 0, kept, 1))
    faded = ImageMath.lambda_eval(lambda of: of["a"] * of["b"], a=tail, b=ramp)
    note.paste(faded, (kept - fade, 0))
    return note


def louder(sound: Sound, factor: float) -> Sound:
    """Every sample times ``factor``."""
    return sound.point(lambda value: value * factor + 0)


class Mix:
    """Two channels that sounds are added to."""

    def __init__(self, seconds: float) -> None:
        self.length = round(seconds * RATE)
        self._sides = [Image.new("F", (self.length, 1)) for _ in range(2)]

    def add(self, sound: Sound, at: float, gain: float = 1.0, pan: float = 0.0) -> None:
        """Add a sound from second ``at`` on; ``pan`` from -1 (left) to 1 (right)."""
        start = round(at * RATE)
        width = min(sound.width, self.length - start)
        if width <= 0:
            return
        part = sound.crop((0, 0, width, 1))
        for side, weight in zip(self._sides, (1 - pan, 1 + pan), strict=True):
            below = side.crop((start, 0, start + width, 1))
            above = louder(part, gain * weight / 2)
            summed = ImageMath.lambda_eval(lambda of: of["a"] + of["b"], a=below, b=above)
            side.paste(summed, (start, 0))

    def echo(self, delay: float, amount: float) -> None:
        """A softer copy later, crossed over to the other side."""
        left, right = (side.copy() for side in self._sides)
        self._sides[0].paste(self._delayed(left, right, delay, amount))
        self._sides[1].paste(self._delayed(right, left, delay * 1.31, amount))

    def _delayed(self, side: Sound, other: Sound, delay: float, amount: float) -> Sound:
        start = round(delay * RATE)
        late = Image.new("F", side.size)
        late.paste(other.crop((0, 0, self.length - start, 1)), (start, 0))
        summed: Sound = ImageMath.lambda_eval(
            lambda of: of["a"] + of["b"], a=side, b=louder(late, amount)
        )
        return summed

    def pcm(self) -> bytes:
        """16-bit little-endian stereo, as loud as it gets without clipping."""
        peak = max(abs(value) for side in self._sides for value in side.getextrema())  # type: ignore[arg-type]  # mode F has two
        factor = 32767 * _PEAK / (peak or 1.0)
        pcm = array("h", bytes(4 * self.length))
        for index, side in enumerate(self._sides):
            floats = array("f", louder(side, factor).tobytes())
            pcm[index::2] = array("h", map(int, floats))
        if sys.byteorder == "big":
            pcm.byteswap()
        return pcm.tobytes()
