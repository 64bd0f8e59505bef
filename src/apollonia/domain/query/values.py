"""A field's values: from text, and as text."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from apollonia.domain.musical_keys import camelot_of
from apollonia.domain.query.dates import read_date, show_age
from apollonia.domain.query.fields import Field, Type, closest
from apollonia.domain.query.tree import Age, Amount, Date, Number, Value
from apollonia.domain.query.units import read_amount, show_amount

_INTEGER = re.compile(r"\d{1,9}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?:\.\d{1,6})?|\.\d{1,6})", re.ASCII)
_YEAR = re.compile(r"\d{1,4}", re.ASCII)
_FLAGS = {
    **dict.fromkeys(("yes", "true", "1", "on"), "yes"),
    **dict.fromkeys(("no", "false", "0", "off"), "no"),
}
_EXPECTED = {
    Type.INTEGER: "a whole number",
    Type.NUMBER: "a number",
    Type.YEAR: "a year, such as 1997 or 90s",
    Type.DURATION: "a duration, such as 3m, 1h20m or 3:20",
    Type.SIZE: "a size, such as 10MB or 1GiB",
    Type.BITRATE: "a bit rate, such as 320 or 1.4M",
    Type.FREQUENCY: "a frequency, such as 44100 or 96kHz",
    Type.DATE: "a date, such as 2024-01, 2024-01-31, 7d or today",
    Type.KEY: "a key, such as 8A or Am",
    Type.FLAG: "yes or no",
}


def read_value(field: Field, text: str) -> Value | None:
    """The value; ``None`` where the text is none."""
    return _READERS[field.type](field, text.strip())


def expected(field: Field) -> str:
    """What a value of the field looks like."""
    if field.values and field.type is not Type.FLAG:
        return f"one of {', '.join(field.values)}"
    return _EXPECTED.get(field.type, "a word")


def suggested(field: Field, text: str) -> str | None:
    """The value that was meant, if that can be guessed."""
    return closest(text, field.values) if field.values else None


def show_value(field: Field, value: Value) -> str:
    """Text that is read as this value."""
    match value:
        case Number():
            return str(value.value)
        case Amount():
            return show_amount(field.type, value)
        case Date():
            return value.text
        case Age():
            return show_age(value)
        case _:
            return value


def _word(_field: Field, text: str) -> Value | None:
    return text or None


def _choice(field: Field, text: str) -> Value | None:
    lowered = text.lower()
    if field.type is Type.HAS and lowered == "subtitle":
        return "subtitles"
    return lowered if lowered in field.values else None


def _matching(pattern: re.Pattern[str]) -> Callable[[Field, str], Value | None]:
    def read(_field: Field, text: str) -> Value | None:
        return Number(Decimal(text.removeprefix("+"))) if pattern.fullmatch(text) else None

    return read


def _amount(field: Field, text: str) -> Value | None:
    return read_amount(field.type, text)


_READERS: Mapping[Type, Callable[[Field, str], Value | None]] = {
    Type.TEXT: _word,
    Type.PATH: _word,
    Type.WORD: _word,
    Type.TERM: _word,
    Type.CHOICE: _choice,
    Type.HAS: _choice,
    Type.FLAG: lambda _, text: _FLAGS.get(text.lower()),
    Type.KEY: lambda _, text: camelot_of(text),
    Type.DATE: lambda _, text: read_date(text),
    Type.INTEGER: _matching(_INTEGER),
    Type.NUMBER: _matching(_NUMBER),
    Type.YEAR: _matching(_YEAR),
    Type.DURATION: _amount,
    Type.SIZE: _amount,
    Type.BITRATE: _amount,
    Type.FREQUENCY: _amount,
}
