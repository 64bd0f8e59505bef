"""Foreign strings, made safe to store, to send and to show."""

import re

MAX_TEXT_BYTES = 4096
MAX_LONG_TEXT_BYTES = 64 * 1024

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str, limit: int = MAX_TEXT_BYTES) -> str:
    """Without NULs, control characters and lone surrogates, at most ``limit`` bytes of UTF-8.

    FFmpeg hands over bytes that are no UTF-8 as surrogates: old tags, mostly Latin-1.
    """
    text = text[: limit + 1]
    if _SURROGATE.search(text):
        text = _repaired(text)
    text = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(text) * 4 > limit:
        text = text.encode("utf-8")[:limit].decode("utf-8", "ignore")
    return text


def _repaired(text: str) -> str:
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    real = _SURROGATE.sub("", text)
    if real.isascii():
        return raw.decode("cp1252", "replace")
    return raw.decode("utf-8", "replace")
