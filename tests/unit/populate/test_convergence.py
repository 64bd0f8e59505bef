"""The heart: events twice, late, in any order and any batches end in the same catalog."""

import asyncio
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apollonia.domain.ids import uuid7
from apollonia.domain.kinds import Availability
from apollonia.domain.paths import display
from apollonia.populate.file_projector import FileProjector
from apollonia.ports.bus import Delivery, Message
from apollonia.testing.builders import a_file_body, a_message, a_time
from apollonia.testing.manual_clock import ManualClock
from apollonia.testing.memory_catalog import MemoryCatalog

SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LIVES = ("write", "move", "delete", "create")


def _event(path: bytes, number: int, **changes: Any) -> Message:
    fields = {"sha256_hash": f"{number:064x}", "size": number, "timestamp": a_time(number)}
    return a_message(a_file_body(path=path, **fields, **changes))


def _history(lives: list[list[str]], turns: list[int]) -> list[Message]:
    """What a faithful ingestor tells: each file has its id and, wherever it goes, fresh paths."""
    events: list[Message] = []
    files = [
        {"id": uuid7(), "path": f"/music/{number}-0.flac".encode(), "left": ["create", *life]}
        for number, life in enumerate(lives)
    ]
    for turn in turns * len(lives) * 8:
        file: dict[str, Any] = files[turn % len(files)]
        if not file["left"]:
            continue
        what, number = file["left"].pop(0), len(events) + 1
        old = file["path"]
        if what == "move":
            file["path"] = old.rpartition(b"-")[0] + f"-{number}.flac".encode()
            kind = {"event_type": "IN_MOVED_TO", "moved_from": old}
        else:
            names = {"create": "IN_CREATE", "write": "IN_CLOSE_WRITE", "delete": "IN_DELETE"}
            kind = {"event_type": names[what]}
        events.append(_event(file["path"], number, file_id=file["id"], **kind))
    return events


histories = st.builds(
    _history,
    st.lists(st.lists(st.sampled_from(LIVES), max_size=5), min_size=1, max_size=3),
    st.permutations(range(3)),
)


@st.composite
def anything(draw: st.DrawFn) -> list[Message]:
    """Events that no ingestor would tell: few paths and ids, in all combinations."""
    paths = [f"/music/{name}.flac".encode() for name in "abcd"]
    ids = [None, *(f"00000000-0000-7000-8000-00000000000{n}" for n in range(3))]
    events = []
    for number in range(1, draw(st.integers(1, 9)) + 1):
        path, other = draw(st.sampled_from(paths)), draw(st.sampled_from(paths))
        type_ = draw(st.sampled_from(["IN_CREATE", "IN_CLOSE_WRITE", "IN_DELETE", "IN_MOVED_TO"]))
        moved = {"moved_from": other} if type_ == "IN_MOVED_TO" else {}
        id_ = draw(st.sampled_from(ids))
        events.append(_event(path, number, event_type=type_, file_id=id_, **moved))
    return events


@st.composite
def delivered(draw: st.DrawFn, events: list[Message]) -> list[list[Message]]:
    """The events as a bus may bring them: repeated, in any order, in any batches."""
    again = draw(st.lists(st.sampled_from(events), max_size=4))
    order = draw(st.permutations([*events, *again]))
    cuts = sorted(draw(st.lists(st.integers(0, len(order)), max_size=5)))
    edges = [0, *cuts, len(order)]
    return [list(order[a:b]) for a, b in pairwise(edges) if a < b]


def _catalog_after(batches: list[list[Message]]) -> MemoryCatalog:
    async def work() -> MemoryCatalog:
        catalog = MemoryCatalog()
        projector = FileProjector(clock=ManualClock())
        for batch in batches:
            async with catalog.begin() as unit:
                await projector(unit, [Delivery(it, "q", 0, None) for it in batch])
        return catalog

    return asyncio.run(work())


def _present(catalog: MemoryCatalog, *, ids: bool) -> dict[str, Any]:
    """What people see at each path; ids and ages only where they are the same by right."""
    return {
        display(path): (
            place.size,
            place.sha256_hash,
            place.version,
            (place.id, place.added_time) if ids else None,
        )
        for path, place in catalog.all_places.items()
        if place.availability is Availability.PRESENT
    }


def _deleted(catalog: MemoryCatalog) -> dict[str, Any]:
    """What is known of files whose newest event is their deletion."""
    logged = {event.event_id: event.event_type for event in catalog.events}
    return {
        display(path): (place.size, place.sha256_hash, place.missing_since, place.version)
        for path, place in catalog.all_places.items()
        if place.availability is not Availability.PRESENT
        and logged[place.version.message_id] == "IN_DELETE"
    }


def _marks(catalog: MemoryCatalog) -> dict[str, Any]:
    marks = {display(path): tomb.version for path, tomb in catalog.tombstones.items()}
    for path, place in catalog.all_places.items():
        assert display(path) not in marks, "a path has a place or a tombstone, never both"
        marks[display(path)] = place.version
    return marks


def _assert_sound(catalog: MemoryCatalog, events: list[Message]) -> None:
    places = catalog.all_places.values()
    assert len({place.id for place in places}) == len(places)
    assert {event.event_id for event in catalog.events} == {it.message_id for it in events}


@SETTINGS
@given(st.data())
def test_faithful_events_converge_with_ids_and_ages(data: st.DataObject) -> None:
    events = data.draw(histories)
    expected = _catalog_after([[event] for event in events])
    found = _catalog_after(data.draw(delivered(events)))
    assert _present(found, ids=True) == _present(expected, ids=True)
    assert _deleted(found) == _deleted(expected)
    assert _marks(found) == _marks(expected)
    _assert_sound(found, events)


@SETTINGS
@given(st.data())
def test_any_events_converge_in_what_is_at_each_path(data: st.DataObject) -> None:
    events = data.draw(anything())
    expected = _catalog_after([[event] for event in events])
    found = _catalog_after(data.draw(delivered(events)))
    assert _present(found, ids=False) == _present(expected, ids=False)
    assert _deleted(found) == _deleted(expected)
    assert _marks(found) == _marks(expected)
    _assert_sound(found, events)


@SETTINGS
@given(st.data())
def test_batches_in_order_end_exactly_as_single_events(data: st.DataObject) -> None:
    events = data.draw(anything())
    cut = data.draw(st.integers(0, len(events)))
    batches = [batch for batch in (events[:cut], events[cut:]) if batch]
    expected = _catalog_after([[event] for event in events])
    found = _catalog_after(batches)
    assert found.all_places == expected.all_places
    assert found.tombstones == expected.tombstones
