"""A quiet tone as PCM: what test files sound like."""

import math
import sys
from array import array
from functools import lru_cache

SAMPLE_RATE = 44_100
CHANNELS = 2
_FREQUENCY = 441.0
_PERIOD = 100  # samples: 441 Hz at 44.1 kHz
_LEVEL = 6000


@lru_cache(maxsize=8)
def test_tone(seconds: float) -> bytes:
    """16-bit little-endian stereo at 44.1 kHz, a sine of 441 Hz."""
    period = array("h")
    for index in range(_PERIOD):
        value = round(_LEVEL * math.sin(2 * math.pi * _FREQUENCY * index / SAMPLE_RATE))
        period.extend((value, value))
    if sys.byteorder == "big":
        period.byteswap()
    samples = max(1, round(seconds * SAMPLE_RATE))
    whole = period.tobytes() * (samples // _PERIOD + 1)
    return whole[: samples * 2 * CHANNELS]
