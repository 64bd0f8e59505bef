"""Bytes of a text whose encoding nobody tells.

A byte-order mark is believed; then UTF-8, UTF-16 by its zeros, Shift-JIS by its kana, and at last
the encoding of western Windows, which reads every byte somehow.
"""

import codecs

_SAMPLE = 64 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KANA = ("\u3041", "\u30fe")
_HALF_KANA = ("\uff61", "\uff9f")
_MIN_KANA = 2


def decode_text(data: bytes) -> str:
    """The text, without its mark; never raises: what cannot be read is replaced."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        if b"\x00" not in data[:_SAMPLE]:
            return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        wide = _wide(data[:_SAMPLE])
        return data.decode(wide or "utf-8", "replace")
    if _is_shift_jis(data[:_SAMPLE]):
        return data.decode("cp932", "replace")
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of western text is zero."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd * 4 > len(sample) > 3 and even * 8 < odd:
        return "utf-16-le"
    if even * 4 > len(sample) > 3 and odd * 8 < even:
        return "utf-16-be"
    return None


def _is_shift_jis(sample: bytes) -> bool:
    try:
        text = codecs.getincrementaldecoder("cp932")().decode(sample)
    except UnicodeDecodeError:
        return False
    kana = sum(_KANA[0] <= one <= _KANA[1] for one in text)
    halves = sum(_HALF_KANA[0] <= one <= _HALF_KANA[1] for one in text)
    return kana >= _MIN_KANA and kana > halves * 4
