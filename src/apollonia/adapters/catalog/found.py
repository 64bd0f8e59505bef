"""Bringing what is known of a content by analysis to the rows of its files."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.engine import Connection

from apollonia.adapters.catalog.columns import known_columns
from apollonia.adapters.catalog.rows import json_bytes
from apollonia.adapters.catalog.stored_places import read_places
from apollonia.adapters.catalog.terms import delete_terms, insert_terms
from apollonia.adapters.database.bulk import insert_rows, update_rows
from apollonia.adapters.database.driver import Otherwise
from apollonia.domain.effective import Effective, effective
from apollonia.domain.facts import Facts

_COLUMNS = tuple(known_columns(Effective()))
_FOUND = Otherwise(("file",), "UPDATE SET found = excluded.found")


def save_found(connection: Connection, facts: Mapping[int, Facts | None]) -> None:
    """Files by number: their facts, and the columns and terms that follow from them."""
    if not facts:
        return
    places = [
        (number, replace(place, found=facts[number]))
        for number, place in read_places(connection, "number", facts, neighbors=False).items()
    ]
    rows = [
        (*known_columns(effective(place.media, place.found, place.edited)).values(), number)
        for number, place in places
    ]
    update_rows(connection, "files", "number", _COLUMNS, rows)
    found = ((number, json_bytes(place.found)) for number, place in places)
    insert_rows(connection, "file_media", ("file", "found"), found, otherwise=_FOUND)
    delete_terms(connection, facts)
    insert_terms(connection, places)
