"""What a text is (subtitles, lyrics, cue sheets, playlists, metadata) from a look at its start."""

import codecs
import re

from apollonia.domain.kinds import Kind
from apollonia.media.sniffing.formats import format_by_extension

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SEARCHED = 4096
_TIME = r"\d{1,3}:\d{2}:\d{2}[,.:]\d{1,3}"
_CUE = r"^\s*FILE\s.+\s(?:WAVE|MP3|AIFF|BINARY|FLAC)\s*$[\s\S]*^\s*TRACK\s+\d+"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("vtt", re.compile(r"\AWEBVTT(?:[ \t\r\n]|\Z)")),
    ("ass", re.compile(r"\A\s*(?:;[^\n]*\n\s*)*\[Script Info\]", re.IGNORECASE)),
    ("srt", re.compile(rf"(?m)^\s*{_TIME}\s*-->\s*{_TIME}")),
    ("sub", re.compile(r"\A\s*\{\d+\}\{\d+\}")),
    ("smi", re.compile(r"\A\s*<SAMI\b", re.IGNORECASE)),
    ("idx", re.compile(r"\A# VobSub index file")),
    ("lrc", re.compile(r"\A\s*(?:\[[a-z]{2,8}:[^\]\n]*\]\s*)*\[\d{1,3}:\d{2}(?:[.:]\d{1,3})?\]")),
    ("m3u", re.compile(r"\A#EXTM3U\b")),
    ("pls", re.compile(r"\A\[playlist\]", re.IGNORECASE)),
    ("cue", re.compile(_CUE, re.IGNORECASE | re.MULTILINE)),
    ("html", re.compile(r"\A\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)),
    ("xml", re.compile(r"\A\s*<\?xml\b")),
)
_TEXT_KINDS = frozenset({Kind.SUBTITLE, Kind.DOCUMENT})
_SHADOWED = frozenset({"ts"})  # an extension that text and video share


def sniff_text(head: bytes, extension: str) -> str | None:
    """The name of a text's format; ``None``: no text, or plain text under a medium's extension."""
    text = _decode(head)
    if text is None or not text.strip():
        return None
    by_name = format_by_extension(extension)
    for name, pattern in _PATTERNS:
        if pattern.search(text, 0, _SEARCHED):
            return _refined(name, by_name.name if by_name else "")
    if by_name is not None and by_name.kind in _TEXT_KINDS and by_name.name not in {"pdf", "sup"}:
        return by_name.name
    if by_name is None or extension in _SHADOWED:
        return "json" if _is_json(text) else "txt"
    return None


def _refined(name: str, by_name: str) -> str:
    """XML and SRT-like texts have dialects that only the name tells."""
    if name == "xml" and by_name in {"nfo", "xmp", "html"}:
        return by_name
    return name


def _is_json(text: str) -> bool:
    return bool(re.match(r'\s*(?:\{\s*(?:"|\})|\[\s*(?:["\[{\d\]]))', text))


def _decode(head: bytes) -> str | None:
    """The head as text; ``None`` for binary contents. A character cut off at the end is no harm."""
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return head[len(bom) :].decode(encoding, "replace")
    if _CONTROL.search(head):
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return head.decode("cp1252", "replace")
