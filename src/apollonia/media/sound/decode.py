"""One pass over a file's sound: decoded, measured, and kept as samples at two rates.

FFmpeg's ``ebur128`` filter (EBU R 128, ITU-R BS.1770) measures loudness and true peak on the way.
"""

import math
import time
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.filter import Graph

from apollonia.media.faults import OUT_OF_MEMORY, MediaFault
from apollonia.media.imaging.decoders import AUDIO_DECODERS
from apollonia.media.probing.opening import open_av
from apollonia.media.probing.streams import describe_stream
from apollonia.media.sniffing.content import Content
from apollonia.media.sniffing.sniff import sniff
from apollonia.media.sound.keeping import Keeper
from apollonia.media.sound.measuring import Measurer
from apollonia.media.sound.sound import (
    MODEL_RATE,
    RATE,
    Loudness,
    Samples,
    Sound,
    SoundLimits,
    Span,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from numpy.typing import NDArray

_MOST_BAD_PACKETS = 2_000
_MOST_CHANGES = 64
_MOST_CHANNELS = 16
_RATES = range(1_000, 768_001)
_SILENT_LUFS = -70.0
_NO_MORE = (av.BlockingIOError, av.EOFError)


def decode_sound(content: Content, limits: SoundLimits) -> Sound:
    """The sound of a file: of its default stream, or its first.

    Raises:
        MediaFault: it has none, or none that can be decoded.
    """
    guess = sniff(content.read_at, content.name)
    try:
        with open_av(
            content, guess.format.demuxer if guess.sure and guess.format else None
        ) as opened:
            return _decode(opened, limits)
    except MemoryError:
        raise MediaFault("memory", OUT_OF_MEMORY) from None


def sound_seconds(content: Content) -> float | None:
    """How long a file says that it is; ``None`` where it does not say or cannot be opened."""
    guess = sniff(content.read_at, content.name)
    try:
        with open_av(
            content, guess.format.demuxer if guess.sure and guess.format else None
        ) as opened:
            return _told_s(opened)
    except MediaFault:
        return None


def _told_s(container: "InputContainer") -> float | None:
    micros = container.duration
    return micros / 1e6 if micros and micros > 0 else None


def _decode(container: "InputContainer", limits: SoundLimits) -> Sound:
    stream = _stream(container)
    taking = _Taking(Keeper(limits.held_s, _told_s(container)))
    packets = _Packets(container, stream, limits)
    for frame in packets.frames():
        taking.add(frame)
        if taking.seconds >= limits.longest_s:
            packets.complete = False
            break
    taking.end()
    spans = taking.spans()
    if not spans:
        damaged = packets.bad
        code = "corrupt" if damaged else "no_streams"
        words = "None of its sound can be decoded." if damaged else "There is no sound in it."
        raise MediaFault(code, words)
    facts = describe_stream(stream)
    return Sound(
        seconds=taking.seconds,
        spans=spans,
        loudness=taking.loudness(),
        measures=taking.measurer.measures(),
        codec=str(facts.get("codec") or ""),
        sample_rate=taking.rate,
        channels=taking.channels,
        bit_depth=facts.get("bit_depth"),
        bit_rate=facts.get("bit_rate") or container.bit_rate or None,
        bad_packets=packets.bad,
        complete=packets.complete,
    )


def _stream(container: "InputContainer") -> "AudioStream":
    streams = [one for one in container.streams.audio if one.codec_context is not None]
    if not streams:
        raise MediaFault("no_streams", "There is no sound in it.")
    stream = next((one for one in streams if _is_default(one)), streams[0])
    if stream.codec_context.codec.name not in AUDIO_DECODERS:
        raise MediaFault("unsupported", "Its sound is of a kind that no decoder here knows.")
    stream.codec_context.thread_count = 1  # one core a worker; slots are what is scaled
    return stream


def _is_default(stream: "AudioStream") -> bool:
    from av.stream import Disposition  # noqa: PLC0415 - with PyAV

    return bool(stream.disposition & Disposition.default)


class _Packets:
    """Decoded frames; damaged packets are counted and left out."""

    def __init__(
        self, container: "InputContainer", stream: "AudioStream", limits: SoundLimits
    ) -> None:
        self._container = container
        self._stream = stream
        self._until = time.monotonic() + limits.time_limit_s
        self.bad = 0
        self.complete = True

    def frames(self) -> "Iterator[AudioFrame]":
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
                frames = packet.decode()
            except StopIteration:
                return
            except (av.FFmpegError, ValueError, OverflowError):
                self.bad += 1
                if self.bad > _MOST_BAD_PACKETS:
                    self.complete = False
                    return
                continue
            yield from frames
            if time.monotonic() > self._until:
                self.complete = False
                return


class _Taking:
    """What becomes of the frames of one stream."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._layout: tuple[str, str, int] | None = None
        self._changes = 0
        self._chain: _Chain | None = None
        self._loudness: list[tuple[float, Loudness]] = []
        self.measurer = Measurer(RATE)
        self.rate, self.channels = 0, 0
        self.seconds = 0.0

    def add(self, frame: "AudioFrame") -> None:
        """One frame; where rate or channels change, a new chain goes on from there."""
        if not frame.samples or frame.sample_rate not in _RATES:
            return
        if not 0 < frame.layout.nb_channels <= _MOST_CHANNELS:
            return
        layout = (frame.format.name, frame.layout.name, frame.sample_rate)
        if layout != self._layout:
            self._change(frame)
            self._layout = layout
        if self._chain is not None:
            frame.pts = None  # what lies on a time line with gaps is heard without them
            self._take(self._chain.push(frame))

    def _change(self, frame: "AudioFrame") -> None:
        self.end()
        if self._changes >= _MOST_CHANGES:
            return
        self._changes += 1
        self._chain = _Chain(frame)
        if not self.rate:
            self.rate, self.channels = frame.sample_rate, frame.layout.nb_channels
            self.measurer = Measurer(self.rate)

    def _take(self, blocks: "Iterator[NDArray[np.float32]]") -> None:
        assert self._chain is not None
        for block in blocks:
            mono = block[0] if len(block) == 1 else block.mean(axis=0)
            self.seconds += len(mono) / self._chain.rate
            self.measurer.add(block, mono)
            self._keeper.add(*self._chain.at_both_rates(mono))

    def end(self) -> None:
        """No more of this kind comes."""
        if self._chain is not None:
            self._take(self._chain.end())
            self._keeper.add(*self._chain.rest())
            self._loudness.append((self._chain.seconds, self._chain.loudness()))
            self._chain = None

    def spans(self) -> tuple[Span, ...]:
        """What is kept."""
        return self._keeper.spans()

    def loudness(self) -> Loudness:
        """Of the longest part with one rate and layout: nearly always all of it."""
        return max(self._loudness, key=lambda it: it[0])[1]


class _Chain:
    """From frames of one kind to float32 blocks of a second, and from these to both rates."""

    def __init__(self, frame: "AudioFrame") -> None:
        self.rate = frame.sample_rate
        self.seconds = 0.0
        self._graph = graph = Graph()
        source = graph.add_abuffer(
            sample_rate=self.rate,
            format=frame.format.name,
            layout=frame.layout.name,
            time_base=frame.time_base,
        )
        split = graph.add("asplit", "2")
        loud = graph.add("ebur128", "peak=true:metadata=1:framelog=quiet")
        form = graph.add("aformat", "sample_fmts=fltp")
        block = graph.add("asetnsamples", f"n={self.rate}:p=0")
        self._told, self._blocks = graph.add("abuffersink"), graph.add("abuffersink")
        source.link_to(split)
        split.link_to(loud, 0)
        loud.link_to(self._told)
        split.link_to(form, 1)
        form.link_to(block)
        block.link_to(self._blocks)
        graph.configure()
        self._source = source
        self._momentary: list[float] = []
        self._short_term: list[float] = []
        self._last: dict[str, str] = {}
        self._wide = None if self.rate == RATE else _resampler(RATE)
        self._narrow = None if self.rate == MODEL_RATE else _resampler(MODEL_RATE)

    def push(self, frame: "AudioFrame") -> "Iterator[NDArray[np.float32]]":
        """One more frame; blocks that are ready."""
        self._source.push(frame)
        return self._ready()

    def end(self) -> "Iterator[NDArray[np.float32]]":
        """The last blocks."""
        self._source.push(None)
        return self._ready()

    def _ready(self) -> "Iterator[NDArray[np.float32]]":
        for told in _pull(self._told):
            if "lavfi.r128.M" not in told.metadata:
                continue  # the last one may be too short to be measured
            self._last = told.metadata
            self._momentary.append(_number(self._last.get("lavfi.r128.M")))
            self._short_term.append(_number(self._last.get("lavfi.r128.S")))
        for frame in _pull(self._blocks):
            block = frame.to_ndarray().astype(np.float32, copy=False)
            np.nan_to_num(block, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
            np.clip(block, -4.0, 4.0, out=block)
            self.seconds += block.shape[1] / self.rate
            yield block

    def at_both_rates(self, mono: "Samples") -> tuple["Samples", "Samples"]:
        """The same at 44.1 and 16 kHz; resamplers hold a few samples back."""
        return self._resample(self._wide, mono), self._resample(self._narrow, mono)

    def rest(self) -> tuple["Samples", "Samples"]:
        """What the resamplers held back."""
        return self._resample(self._wide, None), self._resample(self._narrow, None)

    def _resample(self, resampler: Any, mono: "Samples | None") -> "Samples":
        if resampler is None:
            return np.zeros(0, np.float32) if mono is None else mono
        frame = None
        if mono is not None:
            frame = av.AudioFrame.from_ndarray(mono[np.newaxis], format="fltp", layout="mono")
            frame.sample_rate = self.rate
        made = [one.to_ndarray()[0] for one in resampler.resample(frame)]
        return np.concatenate(made) if made else np.zeros(0, np.float32)

    def loudness(self) -> Loudness:
        """What the filter told last."""
        told = self._last
        integrated = _number(told.get("lavfi.r128.I"))
        peaks = [_number(value) for key, value in told.items() if "true_peaks_ch" in key]
        peak = max(peaks, default=0.0)
        quiet = not integrated > _SILENT_LUFS
        return Loudness(
            integrated_lufs=None if quiet else integrated,
            range_lu=None if quiet else _number(told.get("lavfi.r128.LRA")),
            true_peak_db=20 * math.log10(peak) if peak > 0 else None,
            momentary_lufs=np.array(self._momentary, np.float32),
            short_term_lufs=np.array(self._short_term, np.float32),
        )


def _resampler(rate: int) -> Any:
    return av.AudioResampler(format="fltp", layout="mono", rate=rate)


def _pull(sink: Any) -> "Iterator[AudioFrame]":
    while True:
        try:
            yield sink.pull()
        except _NO_MORE:
            return


def _number(text: str | None) -> float:
    """What the filter wrote; not a number where it wrote none."""
    try:
        return float(text) if text is not None else math.nan
    except ValueError:
        return math.nan
