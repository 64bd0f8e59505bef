"""Searching at a terminal: the query language over the whole catalog."""

import json
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from apollonia.api.present import file_item
from apollonia.config import Settings
from apollonia.domain.paging import TOTAL_CAP, FileFilter, Sort, SortKey
from apollonia.domain.paths import display
from apollonia.domain.place import Place
from apollonia.domain.query import QueryError, parse
from apollonia.errors import InvalidError
from apollonia.ports.search import Found
from apollonia.wiring.data_folder import prepare_data_folder
from apollonia.wiring.ports import open_ports

_WIDE = 200  # columns, where nobody looks at a terminal
_MOST = 1_000
_SHOWN = ("present", "missing")


async def search(
    settings: Settings, query: str, *, sort: str | None, limit: int, as_json: bool
) -> None:
    """The first matches: a table, or with ``as_json`` the items of the API and what was done."""
    where, order = _filter(query), _sort(sort)
    async with open_ports(settings, prepare_data_folder(settings.data, needs_space=False)) as ports:
        found = await ports.search.search(where, order, limit=min(limit, _MOST))
    if as_json:
        sys.stdout.write(json.dumps(_as_json(found), indent=2) + "\n")
        return
    if found.items:
        Console(width=None if sys.stdout.isatty() else _WIDE).print(_table(found.items))
    for line in _notes(found, order):
        Console(stderr=True, soft_wrap=True).print(line, markup=False, highlight=False)


async def explain(settings: Settings, query: str, *, sort: str | None) -> None:
    """How the database finds the matches."""
    where, order = _filter(query), _sort(sort)
    async with open_ports(settings, prepare_data_folder(settings.data, needs_space=False)) as ports:
        lines = await ports.search.explain(where, order)
    sys.stdout.write("\n".join(lines) + "\n")


def _filter(query: str) -> FileFilter:
    try:
        return FileFilter(query=parse(query), availabilities=_SHOWN)
    except QueryError as error:
        mark = " " * error.position + "^" * max(1, min(error.length, len(query) - error.position))
        raise InvalidError(f"{error.message}\n  {query}\n  {mark}") from error


def _sort(word: str | None) -> Sort:
    if word is None:
        return Sort(SortKey.RELEVANCE)
    try:
        return Sort(SortKey(word.removeprefix("-")), descending=word.startswith("-"))
    except ValueError as error:
        names = ", ".join(SortKey)
        raise InvalidError(f"cannot sort by {word}: choose one of {names}, or -name") from error


def _as_json(found: Found) -> dict[str, object]:
    return {
        "items": [file_item(place) for place in found.items],
        "total": found.total,
        "sorted_by": found.order.value,
        "corrections": [{"typed": it.typed, "used": it.used} for it in found.corrections],
        "query": found.query,
    }


def _table(places: Sequence[Place]) -> Table:
    table = Table("Title", "Artist", "Album", "Length", "Path", box=None, pad_edge=False)
    for place in places:
        media = place.media or {}
        tags = media.get("tags") or {}
        seconds = int(media.get("duration_ms") or 0) // 1000
        length = f"{seconds // 60}:{seconds % 60:02}" if seconds else ""
        cells = (tags.get("title"), tags.get("artist"), tags.get("album"), length)
        table.add_row(*(Text(str(cell or "")) for cell in cells), Text(display(place.path)))
    return table


def _notes(found: Found, asked: Sort) -> list[str]:
    notes = []
    if found.corrections:
        changes = ", ".join(f"{it.used} (not {it.typed})" for it in found.corrections)
        notes.append(f"Nothing matched as typed; this is for {changes}: {found.query}")
    total = f"more than {TOTAL_CAP}" if found.total is None else str(found.total)
    shown = f", the first {len(found.items)} are shown" if found.next is not None else ""
    notes.append(f"{total} {'file matches' if total == '1' else 'files match'}{shown}.")
    if found.total is None and found.order is not asked.key:
        notes.append(f"They are too many to sort by {asked.key.value}: the newest come first.")
    return notes
