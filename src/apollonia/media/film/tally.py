"""What a full demux tells of a container: broken packets, times that go back, where streams end."""

from typing import TYPE_CHECKING, Any

from apollonia.domain.languages import language_code
from apollonia.media.film.film import StreamTally, Text
from apollonia.media.probing.streams import codec_of
from apollonia.media.probing.text import clean

if TYPE_CHECKING:
    from av.packet import Packet
    from av.stream import Stream

_MOST_STREAMS = 64
_MOST_LINES = 4_000
_MOST_CHARACTERS = 60_000
_TEXTUAL = frozenset({"subrip", "ass", "ssa", "mov_text", "webvtt", "text"})


class Tally:
    """Counts the packets of every stream, and keeps the texts of subtitles."""

    def __init__(self) -> None:
        self._rows: dict[int, _Row] = {}

    def add(self, packet: "Packet[Any]") -> None:
        """One packet, before it is decoded."""
        if packet.size == 0 and packet.dts is None:
            return  # the end of a stream
        row = self._rows.get(packet.stream.index)
        if row is None:
            if len(self._rows) >= _MOST_STREAMS:
                return
            row = self._rows[packet.stream.index] = _Row(packet.stream)
        row.add(packet)

    def end_s(self, index: int) -> float:
        """Where a stream ends, by its packets."""
        return self._rows[index].end_s if index in self._rows else 0.0

    def streams(self) -> tuple[StreamTally, ...]:
        """By number of the stream."""
        return tuple(row.tally() for _, row in sorted(self._rows.items()))

    def texts(self) -> tuple[Text, ...]:
        """Of each stream of subtitles that is text."""
        rows = [row for _, row in sorted(self._rows.items())]
        return tuple(Text(row.language, tuple(row.lines)) for row in rows if row.lines)


class _Row:
    def __init__(self, stream: "Stream") -> None:
        self.type = stream.type
        self.codec = codec_of(stream) or ""
        self.language = language_code(stream.metadata.get("language", "")) or ""
        self.lines: list[str] = []
        self.end_s = 0.0
        self._packets = self._bytes = self._corrupt = self._backwards = self._characters = 0
        self._last: int | None = None
        self._textual = self.type == "subtitle" and self.codec in _TEXTUAL

    def add(self, packet: "Packet[Any]") -> None:
        self._packets += 1
        self._bytes += packet.size
        self._corrupt += bool(packet.is_corrupt)
        if packet.dts is not None:
            self._backwards += self._last is not None and packet.dts < self._last
            self._last = packet.dts
        if packet.pts is not None and packet.time_base is not None:
            end = (packet.pts + (packet.duration or 0)) * packet.time_base
            self.end_s = max(self.end_s, float(end))
        if self._textual and len(self.lines) < _MOST_LINES:
            self._read(packet)

    def _read(self, packet: "Packet[Any]") -> None:
        text = subtitle_text(bytes(packet), self.codec)
        if text and self._characters < _MOST_CHARACTERS:
            self._characters += len(text)
            self.lines.append(text)

    def tally(self) -> StreamTally:
        return StreamTally(
            self.type,
            self.codec,
            self._packets,
            self._bytes,
            self._corrupt,
            self._backwards,
            self.end_s,
        )


def subtitle_text(data: bytes, codec: str) -> str:
    """What one packet says, without its marks; ``""`` when it says nothing."""
    import re  # noqa: PLC0415 - small, and only where there are subtitles

    if codec == "mov_text":
        length = int.from_bytes(data[:2], "big")
        data = data[2 : 2 + length]
    text = data.decode("utf-8", "replace")
    if codec in {"ass", "ssa"}:
        text = text.split(",", 8)[-1]
        text = re.sub(r"\{[^}]{0,500}\}", "", text).replace("\\N", " ").replace("\\n", " ")
    text = re.sub(r"<[^>]{0,200}>", "", text)
    return clean(" ".join(text.split()), 1_000) or ""
