"""One pass over a film: all frames tiny, some as stills, a few in full size, packets counted."""

import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from apollonia.media.faults import MediaFault
from apollonia.media.film.film import (
    TINY_BYTES,
    Every,
    Film,
    FilmFacts,
    FilmLimits,
    Luma,
    Still,
)
from apollonia.media.film.frames import Tinier, hdr_of, shown_size, to_luma, to_still
from apollonia.media.film.tally import Tally
from apollonia.media.imaging.decoders import VIDEO_DECODERS
from apollonia.media.probing.opening import open_av
from apollonia.media.probing.streams import codec_of, is_picture, rotation_of
from apollonia.media.sniffing.content import Content
from apollonia.media.sniffing.sniff import sniff

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

type Look = Callable[[Luma], Any]

_MOST_BAD_PACKETS = 2_000
_LEAST_INTERVAL_S = 0.5
_BLOCK = 1024
_SKIP: "dict[Every, Literal['DEFAULT', 'NONREF', 'NONKEY']]" = {
    "frame": "DEFAULT",
    "reference": "NONREF",
    "key": "NONKEY",
}


def decode_film(content: Content, limits: FilmLimits, look: Look | None = None) -> Film:
    """The pictures of a film: of its default stream, or its first.

    Raises:
        MediaFault: it has none, none that can be decoded, or its frames are too large.
    """
    guess = sniff(content.read_at, content.name)
    demuxer = guess.format.demuxer if guess.sure and guess.format else None
    try:
        with open_av(content, demuxer) as opened:
            return _Pass(opened, limits, look).run()
    except MemoryError:
        raise MediaFault("memory", "It needs more memory than a worker may have.") from None


def film_stream(container: "InputContainer", pixel_limit: int) -> "VideoStream":
    """The stream that is the film, ready to be decoded on one core.

    Raises:
        MediaFault: there is none, no decoder for it, or its frames are too large.
    """
    streams = [s for s in container.streams.video if s.codec_context and not is_picture(s)]
    if not streams:
        raise MediaFault("no_streams", "There are no pictures in it.")
    from av.stream import Disposition  # noqa: PLC0415 - with PyAV

    stream = next((s for s in streams if s.disposition & Disposition.default), streams[0])
    context = stream.codec_context
    if context.codec.name not in VIDEO_DECODERS:
        raise MediaFault("unsupported", "Its pictures are of a kind that no decoder here knows.")
    if context.width * context.height > pixel_limit:
        raise MediaFault("too_many_pixels", f"Its frames have more than {pixel_limit:,} pixels.")
    context.thread_count = 1  # one core a worker; slots are what is scaled
    context.options = {"max_pixels": str(pixel_limit)}  # also of frames that are larger than told
    return stream


def describe_film(container: "InputContainer", stream: "VideoStream") -> FilmFacts:
    """What the stream says of itself."""
    context = stream.codec_context
    told = stream.sample_aspect_ratio or context.sample_aspect_ratio
    aspect = Fraction(told.numerator, told.denominator) if told else Fraction(1)
    if not Fraction(1, 8) <= aspect <= 8:
        aspect = Fraction(1)
    turned = round((rotation_of(stream) or 0) / 90) * 90 % 360
    rate = stream.average_rate or stream.guessed_rate
    micros = container.duration
    format_ = context.format
    return FilmFacts(
        codec=codec_of(stream) or "",
        width=context.width,
        height=context.height,
        shown=shown_size(context.width, context.height, aspect, turned),
        sample_aspect=aspect,
        rotation=turned,
        pixel_format=context.pix_fmt or "",
        bit_depth=format_.components[0].bits if format_ and format_.components else 8,
        hdr=hdr_of(context.color_trc),
        frame_rate=float(rate) if rate and 0 < rate < 1000 else None,
        told_s=micros / 1e6 if micros and micros > 0 else None,
        bit_rate=context.bit_rate or None,
    )


class _Pass:
    """What becomes of the frames of one film; ``run`` once."""

    def __init__(self, container: "InputContainer", limits: FilmLimits, look: Look | None) -> None:
        self._container = container
        self._limits = limits
        self._look = look
        self._until = time.monotonic() + limits.time_limit_s
        self._stream = film_stream(container, limits.pixel_limit)
        self._facts = describe_film(container, self._stream)
        self._every = _plan(self._facts, limits)
        self._tally = Tally()
        self._tinier, self._scalers = Tinier(), (VideoReformatter(), VideoReformatter())
        self._frames = _Growing()
        self._stills: list[Still] = []
        self._interval = _interval(self._facts.told_s, limits.most_stills)
        self._samples: list[tuple[float, Any]] = []
        self._sample_every = max(1, round(self._stills_expected() / limits.most_samples))
        self._taken = self._interlaced = self._bad = 0
        self._next_still = 0.0
        self._origin: float | None = None
        self._complete = True

    def _stills_expected(self) -> float:
        told = self._facts.told_s
        return told / self._interval if told else 60.0

    def run(self) -> Film:
        self._stream.codec_context.skip_frame = _SKIP[self._every]
        for frame in self._decoded():
            self._take(frame)
            if len(self._frames) >= self._limits.most_frames:
                self._complete = False
                break
        if not len(self._frames):
            words = "None of its pictures can be decoded."
            raise MediaFault("corrupt" if self._bad else "no_streams", words)
        times, tiny = self._frames.arrays()
        return Film(
            facts=self._facts,
            every=self._every,
            times_s=times,
            tiny=tiny,
            stills=self._stills,
            looked=self._samples,
            interlaced=self._interlaced / len(times),
            bad_frames=self._bad,
            complete=self._complete,
            format_name=self._container.format.name,
            indexed=_is_indexed(self._stream),
            streams=self._tally.streams(),
            texts=self._tally.texts(),
        )

    def _decoded(self) -> Iterator["VideoFrame"]:
        """Frames of the film; every packet of all streams is counted on the way."""
        packets = self._container.demux()
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (av.FFmpegError, ValueError, OverflowError):
                if not self._is_bearable():
                    return
                continue
            yield from self._frames_of(packet)
            if time.monotonic() > self._until:
                self._complete = False
                return

    def _frames_of(self, packet: "Packet[Any]") -> Iterator["VideoFrame"]:
        self._tally.add(packet)
        if packet.stream.index != self._stream.index:  # the last one of a stream says 0 itself
            return
        try:
            yield from packet.decode()
        except (av.FFmpegError, ValueError, OverflowError):
            self._is_bearable()

    def _is_bearable(self) -> bool:
        self._bad += 1
        self._complete = self._complete and self._bad <= _MOST_BAD_PACKETS
        return self._bad <= _MOST_BAD_PACKETS

    def _take(self, frame: "VideoFrame") -> None:
        if frame.width * frame.height > self._limits.pixel_limit:
            raise MediaFault(
                "too_many_pixels", f"Its frames have more than {self._limits.pixel_limit:,} pixels."
            )
        at = self._time_of(frame)
        self._bad += bool(frame.is_corrupt)
        self._interlaced += bool(frame.interlaced_frame)
        self._frames.add(at, self._tinier.tiny(frame))
        if at >= self._next_still:
            self._next_still = (at // self._interval + 1) * self._interval
            self._keep(frame, at)

    def _time_of(self, frame: "VideoFrame") -> float:
        """Seconds from the first frame; where it does not say, as the rate has it."""
        last = self._frames.last()
        step = 1 / (self._facts.frame_rate or 25.0)
        told = frame.time
        if told is None:
            return 0.0 if last is None else last + step
        if self._origin is None:
            self._origin = told
        at = told - self._origin
        return at if last is None or at > last else last + min(step, 1e-3)

    def _keep(self, frame: "VideoFrame", at: float) -> None:
        facts = self._facts
        image = to_still(frame, self._scalers[0], shown=facts.shown, rotation=facts.rotation)
        self._stills.append(Still(at, image))
        if self._look is not None and self._taken % self._sample_every == 0:
            self._samples.append((at, self._look(to_luma(frame, self._scalers[1]))))
        self._taken += 1
        if len(self._stills) > self._limits.most_stills:  # it lasts longer than it said
            self._interval *= 2
            self._stills = [s for n, s in enumerate(self._stills) if n % 2 == 0]
        if len(self._samples) > 2 * self._limits.most_samples:
            self._samples = self._samples[::2]
            self._sample_every *= 2


class _Growing:
    """Tiny frames and their times, in blocks: nothing is copied while it grows."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._blocks: list[Any] = []

    def __len__(self) -> int:
        return len(self._times)

    def last(self) -> float | None:
        return self._times[-1] if self._times else None

    def add(self, at: float, tiny: Any) -> None:
        row = len(self._times) % _BLOCK
        if row == 0:
            self._blocks.append(np.empty((_BLOCK, TINY_BYTES), np.uint8))
        self._blocks[-1][row] = tiny
        self._times.append(at)

    def arrays(self) -> tuple[Any, Any]:
        whole = np.concatenate(self._blocks)[: len(self._times)]
        self._blocks = []
        return np.array(self._times), whole


def _plan(facts: FilmFacts, limits: FilmLimits) -> Every:
    """How much of it is decoded: by its size alone, so that the same film is always seen alike."""
    seconds, rate = facts.told_s or 60.0, facts.frame_rate or 25.0
    pixels = facts.width * facts.height * seconds * rate
    if pixels <= limits.full_pixels:
        return "frame"
    return "reference" if pixels <= limits.reference_pixels else "key"


def _interval(seconds: float | None, most: int) -> float:
    """Between stills: half a second times a power of two, so that those of copies agree in time."""
    interval = _LEAST_INTERVAL_S
    while seconds and seconds / interval > most:
        interval *= 2
    return interval


def _is_indexed(stream: "VideoStream") -> bool | None:
    """Whether one can jump in it; ``None`` where that cannot be told."""
    entries = getattr(stream, "index_entries", None)
    return None if entries is None else len(entries) > 1
