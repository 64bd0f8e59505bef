"""Facts of files that FFmpeg cannot open, as far as their descriptions can be read without it."""

import os
from typing import Any

from apollonia.media.probing.tags import normalise
from apollonia.media.sniffing.asf import asf_facts
from apollonia.media.sniffing.content import Content, Readable
from apollonia.media.sniffing.formats import Format

_BY_TINYTAG = frozenset({"mp3", "flac", "m4a", "mp4", "mov", "ogg", "opus", "wav", "aiff"})
_FIELDS = {
    "albumartist": "album_artist",
    "track_total": "tracktotal",
    "disc_total": "disctotal",
}
_AUDIO_FACTS = frozenset(
    {"filename", "filesize", "mime_type", "duration", "channels", "bitrate", "bitdepth"}
    | {"samplerate", "is_lossless"}
)
_APE_FOOTER_BYTES = 32
_MAX_APE_BYTES = 4 << 20
_MAX_APE_ITEMS = 512


def probe_plain(content: Content, known: Format | None) -> dict[str, Any]:
    """Fields of ``messages.Media`` as JSON; empty where nothing can be read."""
    name = known.name if known else ""
    if name in {"wma", "wmv"}:
        return asf_facts(content.read_at(0, 1 << 20))
    if name in _BY_TINYTAG:
        return _tinytag(content)
    return {"tags": normalise(ape_items(content))}


def missing_tags(content: Content, known: Format | None, tags: dict[str, Any]) -> dict[str, Any]:
    """The tags, with what FFmpeg overlooks: an MP4's tempo, tags in unusual places."""
    name = known.name if known else ""
    if name == "m4a" or (not tags and name in _BY_TINYTAG):
        found: dict[str, Any] = _tinytag(content).get("tags", {})
        found.pop("other", None)
        return found | tags
    return tags


def _tinytag(content: Content) -> dict[str, Any]:
    from tinytag import TinyTag, TinyTagException  # noqa: PLC0415 - in workers only

    os.lseek(content.fd, 0, os.SEEK_SET)
    with os.fdopen(os.dup(content.fd), "rb") as stream:
        try:
            found = TinyTag.get(file_obj=stream).as_dict()
        except (TinyTagException, ValueError, OverflowError, MemoryError, RecursionError):
            return {}
    pairs = [
        (_FIELDS.get(key, key), str(value))
        for key, values in found.items()
        if key not in _AUDIO_FACTS and isinstance(values, list)
        for value in values
    ]
    return {"tags": normalise(pairs)}


def ape_items(content: Readable) -> list[tuple[str, str]]:
    """The text items of an APEv2 tag at the end of the file, or before its ID3v1 tag."""
    end = content.size
    if content.read_at(max(0, end - 128), 3) == b"TAG":
        end -= 128
    footer = content.read_at(max(0, end - _APE_FOOTER_BYTES), _APE_FOOTER_BYTES)
    length = int.from_bytes(footer[12:16], "little")
    if footer[:8] != b"APETAGEX" or not _APE_FOOTER_BYTES < length <= min(end, _MAX_APE_BYTES):
        return []
    data = content.read_at(end - length, length - _APE_FOOTER_BYTES)
    items: list[tuple[str, str]] = []
    at = 0
    while at + 9 < len(data) and len(items) < _MAX_APE_ITEMS:
        size = int.from_bytes(data[at : at + 4], "little")
        is_text = not (data[at + 4] >> 1) & 3
        end_of_key = data.find(b"\x00", at + 8)
        if end_of_key < 0:
            break
        key = data[at + 8 : end_of_key].decode("latin-1")
        at = end_of_key + 1 + size
        if is_text:
            values = data[end_of_key + 1 : at].decode("utf-8", "replace").split("\x00")
            items.extend((key, value) for value in values[:16])
    return items
