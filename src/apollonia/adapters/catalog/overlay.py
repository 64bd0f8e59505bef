"""What people say, laid over the files it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import orjson
from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import AnyRow, run, select_by_keys
from apollonia.domain.edits import Said, edited_as, overlaid
from apollonia.domain.ordering import Version
from apollonia.domain.place import Place

_ANY = "SELECT 1 FROM edits WHERE person = '' LIMIT 1"
_SAID = (
    "SELECT target, field, person, value, actor, timestamp, event_id FROM edits"
    " WHERE target IN {keys}"
)


def with_edits(connection: Connection, places: Mapping[str, Place]) -> Mapping[str, Place]:
    """The places by id as they are kept: each with the edits that there are of it."""
    if not run(connection, _ANY):
        return {
            id_: place if place.edited is None else replace(place, edited=None)
            for id_, place in places.items()
        }
    said = read_said(
        connection,
        (key for place in places.values() for key in edited_as(place.id, place.sha256_hash)),
    )
    return {id_: _overlaid(place, said) for id_, place in places.items()}


def read_said(connection: Connection, targets: Iterable[str]) -> Mapping[str, list[Said]]:
    """All that is said of these targets, by their keys; withdrawn words too."""
    found: dict[str, list[Said]] = {}
    for target, *row in select_by_keys(connection, _SAID, targets):
        found.setdefault(target, []).append(said_of(row))
    return found


def said_of(row: AnyRow) -> Said:
    """From field, person, value, actor, timestamp, event id."""
    field, person, value, actor, timestamp, event_id = row
    it = None if value is None else orjson.loads(value)
    return Said(field, person, it, actor, Version(timestamp, event_id))


def _overlaid(place: Place, said: Mapping[str, list[Said]]) -> Place:
    edited = overlaid([said.get(key, ()) for key in edited_as(place.id, place.sha256_hash)]) or None
    return place if edited == place.edited else replace(place, edited=edited)
