"""Which reader a sidecar goes to, and what becomes of one that cannot be read."""

from collections.abc import Callable
from typing import Any

from apollonia.media.faults import MediaFault
from apollonia.media.sidecars.charset import decode_text
from apollonia.media.sidecars.checksum_files import is_checksum_name, read_sums, sum_facts
from apollonia.media.sidecars.cue import read_cue
from apollonia.media.sidecars.limits import MAX_SIDECAR_BYTES
from apollonia.media.sidecars.lyrics import read_lyrics
from apollonia.media.sidecars.nfo import read_nfo
from apollonia.media.sidecars.playlist import read_m3u, read_pls
from apollonia.media.sidecars.subtitles import read_subtitle
from apollonia.media.sidecars.xmp import read_xmp
from apollonia.media.sniffing.content import Content

_READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "cue": read_cue,
    "lrc": read_lyrics,
    "nfo": read_nfo,
    "xmp": read_xmp,
    "m3u": read_m3u,
    "pls": read_pls,
}
_SUBTITLES = frozenset({"srt", "vtt", "ass", "sub", "smi", "idx"})


def sidecar_facts(content: Content, format_: str | None) -> dict[str, Any]:
    """Fields of ``messages.Media`` as JSON; ``damage`` tells why there are none.

    Raises:
        OSError: the disk cannot deliver it.
    """
    sums = is_checksum_name(content.name)
    if not sums and format_ not in _READERS and format_ not in _SUBTITLES:
        return {}
    if content.size > MAX_SIDECAR_BYTES:
        return {"damage": f"It is larger than {MAX_SIDECAR_BYTES >> 20} MiB: it is not read."}
    data = content.read_at(0, content.size)
    if sums:
        return sum_facts(read_sums(data, content.name.encode("utf-8", "replace")))
    try:
        return _read(data, str(format_), content.name)
    except MediaFault as fault:
        return {"damage": fault.message}


def _read(data: bytes, format_: str, name: str) -> dict[str, Any]:
    if format_ == "sub" and b"\x00" in data[:1024]:
        return {"subtitle": {"format": "vobsub", "cues": 0}}  # pictures; the .idx tells of them
    text = decode_text(data).replace("\r\n", "\n").replace("\r", "\n")
    if format_ in _SUBTITLES:
        return read_subtitle(text, format_, name)
    return _READERS[format_](text)
