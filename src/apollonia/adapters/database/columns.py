"""What to read of many rows at once, said so that each database may deliver it in its own way."""

from typing import NamedTuple


class Raw(NamedTuple):
    """A column of bytes."""

    sql: str


class StoredJson(NamedTuple):
    """A column of bytes that are JSON; read as text or bytes, whichever is cheaper."""

    sql: str


class Columns:
    """Columns of texts and whole numbers, given as SQL; of bytes as ``Raw`` or ``StoredJson``."""

    def __init__(self, *columns: str | Raw | StoredJson) -> None:
        names = [each if isinstance(each, str) else each.sql for each in columns]
        self.plain = ", ".join(names)
        self.raw = tuple(at for at, each in enumerate(columns) if isinstance(each, Raw))
        packed = ", ".join(map(_as_json, columns))
        self.packed = f"json_group_array(json_array({packed}))"


def _as_json(column: str | Raw | StoredJson) -> str:
    if isinstance(column, Raw):
        return f"hex({column.sql})"
    if isinstance(column, StoredJson):
        return f"CAST({column.sql} AS TEXT)"
    return column
