"""A film as those see it who analyse it: decoded once, kept small."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

type Rgb = NDArray[np.uint8]
"""(height, width, 3), upright, in the shape it is shown in, SDR."""

type Luma = NDArray[np.uint8]
"""(height, width) as it was coded, neither turned nor stretched, scaled to 8 bits."""

type Every = Literal["frame", "reference", "key"]

TINY_WIDTH, TINY_HEIGHT = 32, 18
TINY_BYTES = TINY_WIDTH * TINY_HEIGHT * 3 // 2
STILL_PIXELS = 320
"""Of the longer side of a still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmLimits:
    """What decoding a film may cost.

    Of a film of more than ``full_pixels`` (of all frames) only frames that others refer to are
    decoded, of one of more than ``reference_pixels`` only key frames.
    """

    pixel_limit: int = 36_000_000
    time_limit_s: float = 540.0
    most_frames: int = 500_000
    full_pixels: float = 2.0e11
    reference_pixels: float = 4.0e11
    most_stills: int = 300
    most_samples: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmFacts:
    """What its stream says: ``width`` and ``height`` as coded, ``shown`` upright with its aspect.

    ``rotation`` in degrees clockwise, ``hdr`` the transfer (``pq``, ``hlg``) or ``""``.
    """

    codec: str
    width: int
    height: int
    shown: tuple[int, int]
    sample_aspect: Fraction
    rotation: int
    pixel_format: str
    bit_depth: int
    hdr: str
    frame_rate: float | None
    told_s: float | None
    bit_rate: int | None


@dataclass(frozen=True, slots=True)
class Still:
    """A frame and when it is shown, in seconds from the start of the film."""

    at_s: float
    image: Rgb


@dataclass(frozen=True, slots=True)
class StreamTally:
    """Packets of one stream, as a full demux sees them."""

    type: str
    codec: str
    packets: int
    bytes: int
    corrupt: int
    backwards: int
    end_s: float


@dataclass(frozen=True, slots=True)
class Text:
    """Texts of one subtitle stream, in order of time; ``language`` is an ISO 639 code or ``""``."""

    language: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """``tiny``: every decoded frame as yuv420p of 32 by 18, (n, 864); ``times_s`` when it is shown.

    ``looked``: what ``look`` made of samples, which are full frames. ``interlaced``: the share of
    frames that say so. ``bad_frames``: what could not be decoded, or only in part. ``complete``:
    nothing was left out for reasons of cost.
    """

    facts: FilmFacts
    every: Every
    times_s: NDArray[np.float64]
    tiny: NDArray[np.uint8]
    stills: Sequence[Still]
    looked: Sequence[tuple[float, Any]]
    interlaced: float
    bad_frames: int
    complete: bool
    format_name: str
    indexed: bool | None
    streams: Sequence[StreamTally] = ()
    texts: Sequence[Text] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long it lasts, by its frames: the last is shown as long as they are on average."""
        if len(self.times_s) < 2:
            return self.facts.told_s or 0.0
        span = float(self.times_s[-1] - self.times_s[0])
        return span * len(self.times_s) / (len(self.times_s) - 1)
