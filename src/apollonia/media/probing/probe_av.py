"""Audio and video: streams, facts, tags, artwork and chapters, by PyAV."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apollonia.domain.kinds import Kind
from apollonia.media.faults import MediaFault
from apollonia.media.imaging.pictures import embedded_pictures
from apollonia.media.probing.opening import open_av
from apollonia.media.probing.streams import describe_stream, is_picture
from apollonia.media.probing.tags import normalise
from apollonia.media.probing.text import clean
from apollonia.media.sniffing.content import Content
from apollonia.media.sniffing.formats import AUDIO_ONLY, FORMATS, WITH_VIDEO, Format

if TYPE_CHECKING:
    from av.container import InputContainer

MAX_STREAMS = 64
MAX_CHAPTERS = 512
_WEEK_MS = 7 * 24 * 3600 * 1000
_FFMPEG_NAMES = {
    "mov,mp4,m4a,3gp,3g2,mj2": "mp4",
    "matroska,webm": "matroska",
    "mpc8": "mpc",
    "aac": "adts",
}


@dataclass(slots=True)
class AvFacts:
    """``media`` has the fields of ``messages.Media`` as JSON, without ``format`` and ``mime``."""

    media: dict[str, Any]
    format: Format | None
    playable: bool = field(default=True)


def probe_av(content: Content, known: Format | None) -> AvFacts:
    """Everything FFmpeg knows of an audio or video file, without decoding it.

    Raises:
        MediaFault: it cannot be opened.
    """
    try:
        with open_av(content, known.demuxer if known else None) as container:
            return _describe(container, content, known)
    except MemoryError:
        raise MediaFault("memory", "It needs more memory than a media worker may have.") from None


def _describe(container: "InputContainer", content: Content, known: Format | None) -> AvFacts:
    all_streams = list(container.streams)[:MAX_STREAMS]
    pictures = embedded_pictures(all_streams)
    real = [s for s in all_streams if not is_picture(s)]
    streams = [describe_stream(stream) for stream in real]
    sounds = [s for s in streams if s["type"] == "audio"]
    films = [s for s in streams if s["type"] == "video"]
    format_ = _by_streams(known, audio=bool(sounds), video=bool(films))
    name = container.format.name
    media: dict[str, Any] = {
        "kind": (Kind.VIDEO if films else Kind.AUDIO if sounds else None),
        "container": _FFMPEG_NAMES.get(name, name),
        "codecs": _codecs(films + sounds + streams),
        "duration_ms": _duration_ms(container),
        "bit_rate": _bit_rate(container, content, streams),
        "streams": streams,
        "tags": normalise(_pairs(container, audio_only=not films)),
        "chapters": list(_chapters(container)),
        "artwork": pictures[0].facts() if pictures else None,
        "artwork_count": len(pictures),
    }
    _without_track_title(streams, media["tags"])
    if sounds:
        best = _main(sounds)
        media |= {key: best.get(key) for key in ("sample_rate", "channels")}
    if films:
        best = _main(films)
        media |= {key: best.get(key) for key in ("width", "height", "frame_rate", "rotation")}
    return AvFacts(media, format_, playable=_playable(media, streams))


def _without_track_title(streams: list[dict[str, Any]], tags: dict[str, Any]) -> None:
    """Ogg keeps the track's tags in its stream: they are not the stream's own."""
    for stream in streams:
        if stream.get("title") and stream["title"] == tags.get("title"):
            del stream["title"]


def _playable(media: dict[str, Any], streams: list[dict[str, Any]]) -> bool:
    """A stream of sound needs a rate and channels, one of pictures a size, or it is but a name."""
    return any(
        (s.get("sample_rate") and s.get("channels")) or (s.get("width") and s.get("height"))
        for s in streams
    ) or any(s["type"] == "subtitle" and media["container"] == "matroska" for s in streams)


def _main(streams: list[dict[str, Any]]) -> dict[str, Any]:
    return next((s for s in streams if s.get("default")), streams[0])


def _by_streams(known: Format | None, *, audio: bool, video: bool) -> Format | None:
    """An MP4 with nothing but sound is an M4A; one with a film is not."""
    if known is None:
        return None
    if audio and not video:
        name = AUDIO_ONLY.get(known.name, known.name)
    elif video:
        name = WITH_VIDEO.get(known.name, known.name)
    else:
        name = known.name
    return FORMATS[name]


def _codecs(streams: list[dict[str, Any]]) -> list[str]:
    played = [s for s in streams if s["type"] in {"audio", "video", "subtitle"}]
    return list(dict.fromkeys(s["codec"] for s in played if s.get("codec")))[:16]


def _duration_ms(container: "InputContainer") -> int | None:
    micros = container.duration
    if micros is None or micros <= 0:
        return None
    millis = round(micros / 1000)
    return millis if millis < 52 * _WEEK_MS else None


def _bit_rate(
    container: "InputContainer", content: Content, streams: list[dict[str, Any]]
) -> int | None:
    rate = container.bit_rate
    if rate and 0 < rate < 1 << 40:
        return int(rate)
    micros = container.duration
    if micros and micros > 0:
        return content.size * 8_000_000 // micros
    return next((s["bit_rate"] for s in streams if s.get("bit_rate")), None)


def _pairs(container: "InputContainer", *, audio_only: bool) -> Iterator[tuple[str, str]]:
    yield from container.metadata.items()
    if audio_only and container.streams.audio:
        yield from container.streams.audio[0].metadata.items()  # Ogg keeps its tags there


def _chapters(container: "InputContainer") -> Iterator[dict[str, Any]]:
    for chapter in container.chapters()[:MAX_CHAPTERS]:
        base = chapter["time_base"]
        if base is None or not base:
            continue
        start, end = (round(chapter[key] * base * 1000) for key in ("start", "end"))
        title = clean(chapter["metadata"].get("title", ""), 1024)
        if 0 <= start <= end < 52 * _WEEK_MS:
            yield {"start_ms": start, "end_ms": end} | ({"title": title} if title else {})
