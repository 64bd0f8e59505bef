"""What the log tells of one file, and what the file was at any time."""

import orjson

from apollonia.adapters.catalog import SqlCatalog
from apollonia.adapters.catalog.sql_history import SqlHistory
from apollonia.adapters.edits import SqlEdits
from apollonia.domain.edits import Edit, Target, TargetKind
from apollonia.domain.ids import uuid7
from apollonia.domain.kinds import Availability
from apollonia.populate.analysis_projector import AnalysisProjector
from apollonia.populate.file_projector import FileProjector
from apollonia.populate.history import FileHistory
from apollonia.ports.bus import Delivery
from apollonia.testing.builders import SHA256, a_file_body, a_message, a_time
from apollonia.testing.manual_clock import ManualClock

ID = uuid7()


def told(second: int, **fields):
    return a_message(a_file_body(file_id=ID, timestamp=a_time(second), **fields))


def found(second: int):
    facts = {"facts": {"tempo_bpm": 90}}
    result = {"analyser": "tempo", "version": "1", "status": "done", "data": facts}
    body = {
        "sha256_hash": SHA256,
        "kind": "audio",
        "timestamp": a_time(second),
        "results": [result],
    }
    return a_message(orjson.dumps(body), schema="apollonia.analysis/1")


async def test_a_file_is_told_as_it_was_at_any_time(open_database):
    database, clock = await open_database(), ManualClock()
    catalog = SqlCatalog(database)
    moved = {"path": b"/music/new.flac", "moved_from": b"/music/song.flac"}
    files = [
        told(1),
        told(5, event_type="IN_MOVED_TO", **moved),
        told(9, event_type="IN_DELETE", path=b"/music/new.flac", media=None),
    ]
    async with catalog.begin() as unit:
        deliveries = [Delivery(it, "q", 0, None) for it in files]
        await FileProjector(clock=clock)(unit, deliveries)
        await AnalysisProjector(clock=clock, specs=())(unit, [Delivery(found(3), "q", 0, None)])
    target = Target(TargetKind.PLACE, ID)
    edit = Edit(uuid7(), target, "owner", a_time(7), {"title": "Said"})
    await SqlEdits(database, clock=clock).apply([edit])
    history = FileHistory(SqlHistory(database))

    assert (await history.life(ID, a_time(0))).state is None
    first = (await history.life(ID, a_time(2))).state
    assert first is not None
    assert (first.path, first.found, first.edited) == (b"/music/song.flac", None, None)
    middle = (await history.life(ID, a_time(6))).state
    assert middle is not None
    assert (middle.path, middle.found) == (b"/music/new.flac", {"tempo_bpm": 90.0})
    whole = await history.life(ID)
    assert whole.state is not None
    assert (whole.state.availability, whole.state.edited) == (
        Availability.MISSING,
        {"title": "Said"},
    )
    assert [it.event_type for it in whole.files] == ["IN_CREATE", "IN_MOVED_TO", "IN_DELETE"]
    assert [(it.entity, it.actor) for it in whole.others] == [
        ("analysis", None),
        ("edit", "owner"),
    ]
