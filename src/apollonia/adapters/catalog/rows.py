"""A row of ``files``, with its shelf and media, as a place."""

from collections.abc import Mapping
from typing import Any

import orjson

from apollonia.adapters.catalog.columns import unsigned
from apollonia.adapters.catalog.folding import clean
from apollonia.adapters.database.bulk import AnyRow
from apollonia.adapters.database.columns import Columns, Raw, StoredJson
from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.domain.neighbours import Role
from apollonia.domain.ordering import Version
from apollonia.domain.place import Place, Relation

PLACE_COLUMNS = Columns(
    "f.number",
    "f.id",
    Raw("f.path"),
    "s.root",
    "s.kind",
    "s.format",
    "s.availability",
    "s.status",
    "f.reason_code",
    "f.reason",
    "f.analysis",
    "f.sha256_hash",
    "f.xxh128_hash",
    "f.size",
    "f.modified_time",
    "f.accessed_time",
    "f.changed_time",
    "f.added_time",
    "f.missing_since",
    "f.inode",
    "f.links",
    "f.version_timestamp",
    "f.version_message_id",
    StoredJson("m.media"),
    StoredJson("m.found"),
    StoredJson("m.edited"),
    "f.hidden",
)
PLACE_JOINS = " JOIN shelves s ON s.number = f.shelf LEFT JOIN file_media m ON m.file = f.number"
NEIGHBOR_COLUMNS = Columns("file", "rank", Raw("path"), "role", "language", "forced")


def place_of(row: AnyRow, neighbors: tuple[Relation, ...] = ()) -> Place:
    """The place of a row of ``PLACE_COLUMNS``."""
    return Place(
        id=row[1],
        path=row[2],
        root=row[3],
        kind=Kind(row[4]),
        format=row[5] or None,
        availability=Availability(row[26] or row[6]),
        status=Status(row[7]),
        reason_code=row[8],
        reason=row[9],
        analysis=AnalysisState(row[10]),
        sha256_hash=row[11],
        xxh128_hash=row[12],
        size=row[13],
        modified_time=row[14],
        accessed_time=row[15],
        changed_time=row[16],
        added_time=row[17],
        missing_since=row[18],
        inode=unsigned(row[19]),
        links=unsigned(row[20]),
        version=Version(row[21], row[22]),
        media=None if row[23] is None else orjson.loads(row[23]),
        found=None if row[24] is None else orjson.loads(row[24]),
        edited=None if row[25] is None else orjson.loads(row[25]),
        neighbors=neighbors,
    )


def relation_of(row: AnyRow) -> Relation:
    """The relation of a row of ``NEIGHBOR_COLUMNS``."""
    return Relation(row[2], Role(row[3]), row[4], bool(row[5]))


def json_bytes(value: Mapping[str, Any] | None) -> bytes | None:
    """Media or facts as they are kept."""
    if value is None:
        return None
    try:
        return orjson.dumps(value)
    except TypeError:  # half of a surrogate pair, a number beyond 64 bits
        return orjson.dumps(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {clean(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        return float(value)
    return clean(value) if isinstance(value, str) else value
