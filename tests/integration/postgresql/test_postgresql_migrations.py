"""The one history of migrations on PostgreSQL."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.database import Database, migrate
from apollonia.adapters.database.partitions import make_partitions
from apollonia.adapters.database.schema import METADATA
from apollonia.domain.ids import uuid7
from apollonia.errors import ConfigurationError
from apollonia.ports.catalog import StoredEvent
from apollonia.testing.builders import a_time

pytestmark = pytest.mark.service

_PARTS = (
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'file_events'::regclass"
)


async def test_several_at_once_migrate_once(empty_url):
    await asyncio.gather(*(migrate(empty_url) for _ in range(4)))

    database = Database(empty_url)
    await database.open()
    await database.close()


async def test_tables_are_those_that_the_program_knows(open_database):
    def differences(at) -> list[object]:
        context = MigrationContext.configure(at, opts={"compare_type": True})
        return [it for it in compare_metadata(context, METADATA) if _matters(it)]

    database = await open_database()
    assert await database.read(differences) == []


def _matters(difference) -> bool:
    """Foreign keys are not checked there; partitions and the words of files are its own."""
    if difference[0] == "remove_column":
        return (difference[2], difference[3].name) != ("files", "search")
    kind = difference[0] if isinstance(difference, tuple) else difference[0][0]
    return kind not in {"add_fk", "remove_table", "remove_index"}


async def test_newer_schema_is_refused(url, admin):
    await admin.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(ConfigurationError, match="newer"):
        await migrate(url)
    with pytest.raises(ConfigurationError, match="newer"):
        await Database(url).open()


async def test_events_go_to_the_quarter_of_their_id_and_strangers_to_the_default(
    open_database, admin
):
    catalog = SqlCatalog(await open_database())
    now = uuid7()
    ids = [now, "zzz-not-a-uuid", "0" * 32]
    async with catalog.begin() as unit:
        await unit.append_events([_event(id_) for id_ in ids])
        assert await unit.known_events([*ids, "x"]) == frozenset(ids)
    async with catalog.begin() as unit:
        await unit.append_events([_event(id_) for id_ in ids])

    rows = await admin.fetch("SELECT tableoid::regclass::text, event_id FROM file_events")
    parts = {row[1]: row[0] for row in rows}
    assert len(rows) == len(ids)
    assert parts[ids[1]] == parts[ids[2]] == "file_events_default"
    assert parts[now].startswith("file_events_2")


async def test_log_is_append_only(url, admin):
    for statement in ("DELETE FROM file_events", "UPDATE file_events SET origin = 'x'"):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await admin.execute(statement)


async def test_partitions_are_made_once_and_reach_two_years_ahead(open_database, admin):
    database = await open_database()
    before = {row[0] for row in await admin.fetch(_PARTS)}

    await database.write(make_partitions)
    assert {row[0] for row in await admin.fetch(_PARTS)} == before

    await database.write(lambda at: make_partitions(at, datetime(2041, 12, 31, tzinfo=UTC)))
    assert {"file_events_2041_q4", "file_events_2043_q4"} <= {
        row[0] for row in await admin.fetch(_PARTS)
    }
    assert len(before) >= 9


def _event(id_: str) -> StoredEvent:
    return StoredEvent(
        event_id=id_,
        place_id=uuid7(),
        path=b"/music/a.flac",
        event_type="IN_CREATE",
        timestamp=a_time(),
        received_time=a_time(1),
        origin="scan",
        traceparent=None,
        body=b"{}",
    )
