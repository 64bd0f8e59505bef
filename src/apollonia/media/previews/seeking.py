"""Frames of a film at given moments, by jumping to the key frame before each."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import av
from av.video.reformatter import VideoReformatter

from apollonia.media.faults import MediaFault
from apollonia.media.film.decode import describe_film, film_stream
from apollonia.media.film.film import Rgb
from apollonia.media.film.frames import to_still
from apollonia.media.previews.previews import PreviewLimits
from apollonia.media.probing.opening import open_av
from apollonia.media.sniffing.content import Content
from apollonia.media.sniffing.sniff import sniff

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_MOST_PACKETS = 400


class Jumping:
    """A film that is open; ``seconds`` by what it says, else by its last packets unknown: 0."""

    def __init__(self, container: "InputContainer", limits: PreviewLimits, longest: int) -> None:
        self._container = container
        self._stream: VideoStream = film_stream(container, limits.pixel_limit)
        self._facts = describe_film(container, self._stream)
        self._scaler = VideoReformatter()
        self._longest = longest
        self._until = time.monotonic() + limits.time_limit_s
        self.seconds = self._facts.told_s or 0.0

    def stills(self, moments: Sequence[float]) -> Iterator[tuple[float, Rgb]]:
        """A still for each moment (seconds from the start), with its own time; fewer when late."""
        self._stream.codec_context.skip_frame = "NONKEY"
        for moment in moments:
            if time.monotonic() > self._until:
                return
            frame = self._near(moment)
            if frame is not None:
                yield moment, self._still(frame)

    def run(self, start_s: float, length_s: float, rate: int) -> Iterator[Rgb]:
        """Frames from about ``start_s`` on, ``rate`` a second."""
        self._stream.codec_context.skip_frame = "DEFAULT"
        due: float | None = None
        first = 0.0
        for frame in self._from(start_s):
            at = frame.time or 0.0
            if due is None:
                due = first = at
            if at >= due:
                due += 1 / rate
                yield self._still(frame)
            if at - first >= length_s or time.monotonic() > self._until:
                return

    def _still(self, frame: "VideoFrame") -> Rgb:
        facts = self._facts
        return to_still(
            frame,
            self._scaler,
            shown=facts.shown,
            rotation=facts.rotation,
            longest=self._longest,
        )

    def _near(self, moment: float) -> "VideoFrame | None":
        return next(self._from(moment), None)

    def _from(self, moment: float) -> "Iterator[VideoFrame]":
        start = self._container.start_time or 0
        try:
            if self.seconds:
                self._container.seek(int(moment * 1_000_000) + start)
            for count, packet in enumerate(self._container.demux(self._stream)):
                yield from self._decoded(packet)
                if count >= _MOST_PACKETS:
                    return
        except (av.FFmpegError, ValueError, OverflowError):
            return

    def _decoded(self, packet: "av.Packet[VideoStream]") -> "Iterator[VideoFrame]":
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError, OverflowError):
            return
        yield from frames


def open_film(content: Content) -> "InputContainer":
    """The container of a film; raises ``MediaFault``."""
    guess = sniff(content.read_at, content.name)
    if not guess.sure or guess.format is None:
        raise MediaFault("unsupported", "Its content is of no format that is known here.")
    return open_av(content, guess.format.demuxer)
