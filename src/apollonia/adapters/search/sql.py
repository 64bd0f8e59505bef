"""A condition on a file's row, with the values of its question marks."""

from collections.abc import Collection
from typing import Any, NamedTuple


class Sql(NamedTuple):
    """Part of a ``WHERE``; whatever was typed is among the values."""

    text: str
    values: tuple[Any, ...] = ()


TRUE = Sql("1 = 1")
FALSE = Sql("1 = 0")


def joined(parts: Collection[Sql], word: str) -> Sql:
    """All of these (``AND``), or any (``OR``); without any part: true."""
    if not parts:
        return TRUE
    texts = f" {word} ".join(part.text for part in parts)
    values = tuple(value for part in parts for value in part.values)
    return Sql(f"({texts})" if len(parts) > 1 else texts, values)
