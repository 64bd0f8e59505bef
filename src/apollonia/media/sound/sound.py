"""What was heard of a file: buffers to work on, and measures of all of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Samples = NDArray[np.float32]

RATE = 44_100
MODEL_RATE = 16_000


@dataclass(frozen=True, slots=True)
class SoundLimits:
    """``held_s``: seconds kept as samples; of longer sound the most energetic minutes are kept.

    ``time_limit_s`` and ``longest_s`` bound one decoding: seconds of work and of sound. What is
    beyond is left out, and ``Sound.complete`` says so.
    """

    held_s: int = 600
    time_limit_s: float = 300.0
    longest_s: int = 12 * 3600


@dataclass(frozen=True, slots=True)
class Span:
    """Sound without a gap, mixed to one channel: float32, full scale is 1.

    ``mono_44k`` and ``mono_16k`` (44,100 and 16,000 a second) begin at the same moment.
    """

    start_s: float
    mono_44k: Samples
    mono_16k: Samples

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.mono_44k) / RATE


@dataclass(frozen=True, slots=True)
class Loudness:
    """By EBU R 128 and ITU-R BS.1770 over all channels; LUFS, LU, and dB of full scale.

    ``None``: too short or too quiet to say. ``momentary_lufs``: one value in 100 ms.
    """

    integrated_lufs: float | None
    range_lu: float | None
    true_peak_db: float | None
    momentary_lufs: NDArray[np.float32]
    short_term_lufs: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Measures:
    """Of all samples of all channels, at the file's own rate.

    ``rms`` one value a second, full scale is 1. ``low`` and ``high``: extremes of each 50 ms.
    ``spectrum_db``: mean power of each bin of a 4,096 point transform, dB below the strongest,
    ``bin_hz`` apart. ``clipped``: runs of three or more samples that lie at the very peak.
    ``correlation``, ``balance_db`` and ``side_share`` are of two channels.
    """

    peak: float
    rms_db: float | None
    clipped: int
    dc_offset: float
    correlation: float | None
    balance_db: float | None
    side_share: float | None
    rms: NDArray[np.float32]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    spectrum_db: NDArray[np.float32]
    bin_hz: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Everything that was decoded of one file's first stream of sound.

    ``spans``: what is held as samples, in order, at least one; ``is_whole``: that is all of it.
    ``complete``: it was decoded to its end. ``bad_packets`` could not be decoded and are missing.
    """

    seconds: float
    spans: tuple[Span, ...]
    loudness: Loudness
    measures: Measures
    codec: str
    sample_rate: int
    channels: int
    bit_depth: int | None
    bit_rate: int | None
    bad_packets: int
    complete: bool

    @property
    def is_whole(self) -> bool:
        """Whether the spans are all there is."""
        return len(self.spans) == 1 and self.spans[0].seconds > self.seconds - 1.0

    def excerpts(self, seconds: float, count: int) -> Sequence["Span"]:
        """At most ``count`` spans of ``seconds`` each that stand for the whole, in order.

        Of each of ``count`` equal parts of what is held, the most energetic stretch; all that is
        held where that is no more.
        """
        from apollonia.media.sound.excerpts import choose  # noqa: PLC0415 - it needs ``Span``

        return choose(self.spans, seconds, count)
