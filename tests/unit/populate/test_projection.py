"""The rules from events to places, one by one."""

from dataclasses import replace
from typing import Any

import pytest

from apollonia.domain.ids import uuid5_of, uuid7
from apollonia.domain.kinds import AnalysisState, Availability, Kind, Status
from apollonia.domain.neighbours import Role
from apollonia.domain.place import Relation
from apollonia.messages import FileError
from apollonia.populate.projection import BatchProjection, Projection, SeenEvent
from apollonia.testing.builders import a_file_event, a_media, a_time

A, B, C = b"/music/a.flac", b"/music/b.flac", b"/music/c.flac"
OTHER_SHA = "c" * 64


class World:
    """Places and tombstones, and the events that made them one by one."""

    def __init__(self) -> None:
        self.places: dict[str, Any] = {}
        self.tombstones: dict[bytes, Any] = {}

    def see(self, *events: SeenEvent) -> Projection:
        work = BatchProjection(
            events, places=self.places.values(), tombstones=self.tombstones.values()
        )
        for _ in work.portions(100):
            pass
        result = work.result()
        self.places |= {place.id: place for place in result.places}
        self.tombstones |= {tomb.path: tomb for tomb in result.tombstones}
        for path in result.unburied:
            del self.tombstones[path]
        return result

    def at(self, path: bytes):
        found = [place for place in self.places.values() if place.path == path]
        assert len(found) <= 1
        return found[0] if found else None


@pytest.fixture
def world() -> World:
    return World()


def seen(
    path: bytes = A, seconds: float = 0, message_id: str | None = None, **changes: Any
) -> SeenEvent:
    event = a_file_event(path=path, timestamp=a_time(seconds), **changes)
    return SeenEvent.of(message_id or uuid7(), event)


def moved(source: bytes, target: bytes, seconds: float, **changes: Any) -> SeenEvent:
    return seen(target, seconds, event_type="IN_MOVED_TO", moved_from=source, **changes)


def deleted(path: bytes, seconds: float, **changes: Any) -> SeenEvent:
    return seen(path, seconds, event_type="IN_DELETE", **changes)


def test_create_makes_a_present_place_with_the_events_facts(world: World) -> None:
    id_ = uuid7()
    result = world.see(seen(A, 5, file_id=id_, inode=7, links=2))
    (place,) = result.places
    assert (place.id, place.path, place.root) == (id_, A, "/music")
    assert (place.kind, place.format) == (Kind.AUDIO, "flac")
    assert place.availability is Availability.PRESENT
    assert place.status is Status.CATALOGED
    assert place.analysis is AnalysisState.PENDING
    assert (place.sha256_hash, place.xxh128_hash, place.size) == ("a" * 64, "b" * 32, 1024)
    assert place.added_time == a_time(5)
    assert (place.inode, place.links) == (7, 2)
    assert place.media is not None
    assert place.media["tags"]["title"] == "Title"
    assert [(change.op, change.id) for change in result.changes] == [("created", id_)]
    assert result.place_ids == {result.events[0].message_id: id_}


def test_event_without_id_gets_the_id_of_its_path(world: World) -> None:
    world.see(seen(A))
    assert world.at(A).id == uuid5_of(A)


def test_newer_event_replaces_facts_and_keeps_id_and_added_time(world: World) -> None:
    id_ = uuid7()
    world.see(seen(A, 1, file_id=id_))
    result = world.see(
        seen(A, 2, event_type="IN_CLOSE_WRITE", file_id=uuid7(), sha256_hash=OTHER_SHA, size=9)
    )
    place = world.at(A)
    assert (place.id, place.sha256_hash, place.size) == (id_, OTHER_SHA, 9)
    assert place.added_time == a_time(1)
    assert [change.op for change in result.changes] == ["updated"]


def test_late_event_changes_nothing_but_is_logged(world: World) -> None:
    world.see(seen(A, 1))
    world.see(seen(A, 5, size=5))
    late = seen(A, 3, size=3)
    result = world.see(late)
    assert result.places == []
    assert result.changes == []
    assert list(result.events) == [late]
    assert world.at(A).size == 5


def test_equal_timestamps_are_decided_by_message_id(world: World) -> None:
    low, high = sorted((uuid7(), uuid7()))
    world.see(seen(A, 1, high, size=2), seen(A, 1, low, size=1))
    assert world.at(A).size == 2


def test_earlier_event_that_comes_late_tells_when_the_file_was_added(world: World) -> None:
    id_ = uuid7()
    world.see(seen(A, 5, file_id=id_))
    world.see(seen(A, 3, file_id=id_))
    assert world.at(A).added_time == a_time(3)


def test_repeated_events_in_a_batch_count_once(world: World) -> None:
    event = seen(A)
    result = world.see(event, event)
    assert len(result.events) == 1
    assert len(result.changes) == 1


def test_delete_marks_missing_and_keeps_the_facts(world: World) -> None:
    world.see(seen(A, 1, neighbors=["/music/a.lrc"]))
    world.see(deleted(A, 2, sha256_hash=None, xxh128_hash=None, media=None))
    place = world.at(A)
    assert place.availability is Availability.MISSING
    assert place.missing_since == a_time(2)
    assert place.sha256_hash == "a" * 64
    assert place.media["format"] == "flac"
    assert place.neighbors == (Relation(b"/music/a.lrc", Role.LYRICS),)
    assert place.analysis is AnalysisState.PENDING


def test_delete_by_trash_marks_trashed_and_restore_brings_back(world: World) -> None:
    id_ = uuid7()
    world.see(seen(A, 1, file_id=id_))
    world.see(deleted(A, 2, origin="trash", file_id=id_))
    assert world.at(A).availability is Availability.TRASHED
    world.see(seen(A, 3, event_type="IN_MOVED_TO", origin="trash", file_id=id_))
    assert world.at(A).availability is Availability.PRESENT
    assert (world.at(A).id, world.at(A).missing_since) == (id_, None)


def test_restore_to_another_path_takes_the_id_along(world: World) -> None:
    id_ = uuid7()
    world.see(seen(A, 1, file_id=id_))
    world.see(deleted(A, 2, origin="trash", file_id=id_))
    world.see(seen(B, 3, event_type="IN_MOVED_TO", origin="trash", file_id=id_))
    assert world.at(A) is None
    assert world.at(B).id == id_
    assert world.tombstones[A].version.timestamp == a_time(3)


def test_delete_of_an_unknown_path_leaves_a_missing_place(world: World) -> None:
    world.see(deleted(A, 2))
    assert world.at(A).availability is Availability.MISSING
    world.see(seen(A, 1))
    assert world.at(A).availability is Availability.MISSING


def test_move_takes_id_and_added_time_along_and_leaves_a_tombstone(world: World) -> None:
    id_ = uuid7()
    world.see(seen(A, 1, file_id=id_))
    result = world.see(moved(A, B, 2, file_id=id_))
    assert world.at(A) is None
    assert (world.at(B).id, world.at(B).added_time) == (id_, a_time(1))
    assert world.tombstones[A].version.timestamp == a_time(2)
    assert [change.op for change in result.changes] == ["updated"]


def test_move_without_id_takes_the_id_of_its_old_path_along(world: World) -> None:
    world.see(seen(A, 1))
    world.see(moved(A, B, 2))
    assert world.at(B).id == uuid5_of(A)
    world.see(seen(A, 3))
    assert world.at(A).id not in {uuid5_of(A), world.at(B).id}


def test_move_from_an_unknown_path_makes_a_place(world: World) -> None:
    id_ = uuid7()
    world.see(moved(A, B, 2, file_id=id_))
    assert world.at(B).id == id_
    world.see(seen(A, 1, file_id=id_))
    assert world.at(A) is None
    assert world.at(B).added_time == a_time(1)


def test_new_file_at_a_path_that_was_left_is_a_new_place(world: World) -> None:
    first, second = uuid7(), uuid7()
    world.see(seen(A, 1, file_id=first), moved(A, B, 2, file_id=first), seen(A, 3, file_id=second))
    assert (world.at(A).id, world.at(B).id) == (second, first)
    assert A not in world.tombstones


def test_tombstone_goes_when_a_file_is_there_again(world: World) -> None:
    world.see(seen(A, 1))
    world.see(moved(A, B, 2))
    result = world.see(seen(A, 3))
    assert list(result.unburied) == [A]


def test_move_back_and_forth_keeps_the_id(world: World) -> None:
    id_ = uuid7()
    world.see(seen(A, 1, file_id=id_))
    world.see(moved(A, B, 2, file_id=id_))
    world.see(moved(B, A, 3, file_id=id_))
    assert world.at(A).id == id_
    assert world.at(B) is None


def test_files_that_exchange_their_names_keep_their_ids(world: World) -> None:
    one, two = uuid7(), uuid7()
    world.see(seen(A, 1, file_id=one), seen(B, 1, file_id=two))
    world.see(moved(A, C, 2, file_id=one), moved(B, A, 3, file_id=two), moved(C, B, 4, file_id=one))
    assert (world.at(A).id, world.at(B).id, world.at(C)) == (two, one, None)


@pytest.mark.parametrize("together", [True, False])
def test_two_files_change_places_by_moves_through_a_free_name(
    world: World, *, together: bool
) -> None:
    first, second, meanwhile = uuid7(), uuid7(), b"/music/.exchanged"
    world.see(seen(A, 0, file_id=first), seen(B, 1, file_id=second, sha256_hash=OTHER_SHA))
    exchange = [
        moved(A, meanwhile, 2, file_id=first),
        moved(B, A, 3, file_id=second, sha256_hash=OTHER_SHA),
        moved(meanwhile, B, 4, file_id=first),
    ]
    for some in [exchange] if together else [[one] for one in exchange]:
        world.see(*some)
    assert (world.at(A).id, world.at(A).sha256_hash) == (second, OTHER_SHA)
    assert (world.at(B).id, world.at(B).sha256_hash) == (first, "a" * 64)
    assert world.at(meanwhile) is None
    assert {world.at(A).availability, world.at(B).availability} == {Availability.PRESENT}


def test_move_over_a_known_path_keeps_that_paths_id(world: World) -> None:
    tmp, song = uuid7(), uuid7()
    world.see(seen(A, 1, file_id=tmp, sha256_hash=OTHER_SHA), seen(B, 1, file_id=song))
    world.see(moved(A, B, 2, file_id=tmp, sha256_hash=OTHER_SHA))
    assert (world.at(B).id, world.at(B).sha256_hash) == (song, OTHER_SHA)
    assert world.at(A).availability is Availability.MISSING


def test_move_overtaken_by_a_write_at_its_new_path_still_brings_the_id(world: World) -> None:
    id_ = uuid7()
    world.see(seen(A, 1, file_id=id_))
    world.see(seen(B, 3, event_type="IN_CLOSE_WRITE", file_id=id_, size=3))
    assert world.at(B).id == uuid5_of(B)
    world.see(moved(A, B, 2, file_id=id_))
    assert (world.at(B).id, world.at(B).size, world.at(B).added_time) == (id_, 3, a_time(1))
    assert world.at(A).availability is Availability.MISSING


def test_id_that_another_path_has_is_not_taken_away(world: World) -> None:
    id_ = uuid7()
    world.see(seen(A, 1, file_id=id_), seen(B, 2, file_id=id_))
    assert (world.at(A).id, world.at(B).id) == (id_, uuid5_of(B))


def test_unreadable_file_keeps_its_reason_and_is_not_analysed(world: World) -> None:
    error = FileError(code="unsupported", message="no decoder")
    world.see(seen(A, error=error))
    place = world.at(A)
    assert place.status is Status.UNREADABLE
    assert (place.reason_code, place.reason) == ("unsupported", "no decoder")
    assert place.analysis is AnalysisState.UNAVAILABLE
    world.see(seen(A, 1))
    place = world.at(A)
    assert (place.status, place.reason, place.analysis) == (
        Status.CATALOGED,
        None,
        AnalysisState.PENDING,
    )


def test_skipped_file_is_shown_as_skipped(world: World) -> None:
    world.see(seen(A, error=FileError(code="too_large", message="over the limit")))
    assert world.at(A).status is Status.SKIPPED


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.AUDIO, AnalysisState.PENDING),
        (Kind.VIDEO, AnalysisState.PENDING),
        (Kind.IMAGE, AnalysisState.PENDING),
        (Kind.SUBTITLE, AnalysisState.UNAVAILABLE),
        (Kind.OTHER, AnalysisState.UNAVAILABLE),
    ],
)
def test_only_readable_media_waits_for_analysis(world: World, kind, expected) -> None:
    world.see(seen(A, media=a_media(kind=kind)))
    assert world.at(A).analysis is expected


def test_analysis_that_is_done_stays_done_while_the_content_stays(world: World) -> None:
    world.see(seen(A, 1))
    place = world.at(A)
    world.places[place.id] = replace(place, analysis=AnalysisState.DONE)
    world.see(seen(A, 2))
    assert world.at(A).analysis is AnalysisState.DONE
    world.see(seen(A, 3, sha256_hash=OTHER_SHA))
    assert world.at(A).analysis is AnalysisState.PENDING


def test_file_without_probe_gets_its_kind_from_its_name(world: World) -> None:
    world.see(seen(b"/music/a.srt", media=None))
    place = world.at(b"/music/a.srt")
    assert (place.kind, place.format, place.media) == (Kind.SUBTITLE, "srt", None)


def test_neighbours_keep_the_roles_that_the_producer_knows(world: World) -> None:
    world.see(
        seen(
            A,
            neighbors=["/music/a.en.srt", "/music/cover.jpg", "/else/x.flac", "/music/a.flac"],
            related=[{"file_path": "/music/cover.jpg", "role": "artwork"}],
        )
    )
    assert set(world.at(A).neighbors) == {
        Relation(b"/music/cover.jpg", Role.ARTWORK),
        Relation(b"/music/a.en.srt", Role.SUBTITLE, "en"),
        Relation(b"/else/x.flac", Role.SIBLING),
    }


def test_neighbours_whose_names_are_not_utf8_keep_their_bytes(world: World) -> None:
    path = b"/music/\xff.flac"
    related = [
        {"file_path": "/music/\\xff.lrc", "file_path_b64": "L211c2ljL/8ubHJj", "role": "lyrics"}
    ]
    world.see(seen(path, neighbors=["/music/\\xff.lrc"], related=related))
    assert world.at(path).neighbors == (Relation(b"/music/\xff.lrc", Role.LYRICS),)


def test_event_without_root_keeps_the_root_that_is_known(world: World) -> None:
    world.see(seen(A, 1, root="/music"))
    world.see(seen(A, 2, root=None))
    assert world.at(A).root == "/music"


def test_file_with_a_warning_stays_cataloged_and_says_why(world: World) -> None:
    world.see(seen(A, error=FileError(code="silent_change", message="look at it")))

    place = world.at(A)
    assert (place.status, place.reason_code, place.reason) == (
        Status.CATALOGED,
        "silent_change",
        "look at it",
    )
    assert place.analysis is AnalysisState.PENDING
