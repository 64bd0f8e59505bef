import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollonia.domain.ids import uuid5_of, uuid7
from apollonia.errors import MalformedMessageError
from apollonia.messages import (
    MAX_BODY_BYTES,
    POPULATOR_QUEUE,
    Change,
    FileEvent,
    foreign_message_id,
    parse,
    topology,
)

CONTRACT_EXAMPLE = {
    "file_path": "/data/example.flac",
    "event_type": "IN_CREATE",
    "sha256_hash": "a" * 64,
    "xxh128_hash": "b" * 32,
    "size": 1024,
    "modified_time": "2024-01-01T12:00:00.000000+00:00",
    "accessed_time": "2024-01-01T12:00:00.000000+00:00",
    "changed_time": "2024-01-01T12:00:00.000000+00:00",
    "timestamp": "2024-01-01T12:00:00.000000+00:00",
    "neighbors": ["/data/example.srt", "/data/cover.jpg"],
}


def body(**changes):
    return json.dumps({**CONTRACT_EXAMPLE, **changes}).encode()


def without(key):
    return json.dumps({k: v for k, v in CONTRACT_EXAMPLE.items() if k != key}).encode()


def test_the_example_of_the_contract_is_understood():
    event = parse(FileEvent, body())
    assert event.neighbors == ["/data/example.srt", "/data/cover.jpg"]
    assert event.raw_path() == b"/data/example.flac"


def test_unknown_keys_are_ignored():
    assert parse(FileEvent, body(colour="blue")).size == 1024


@pytest.mark.parametrize("key", sorted(CONTRACT_EXAMPLE))
def test_each_field_of_the_contract_is_needed(key):
    with pytest.raises(MalformedMessageError, match=key):
        parse(FileEvent, without(key))


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256_hash": "short"},
        {"xxh128_hash": "Z" * 32},
        {"size": -1},
        {"timestamp": "2024-01-01T12:00:00"},
        {"event_type": "IN_OPEN"},
        {"event_type": "IN_MOVED_TO"},
        {"sha256_hash": None},
        {"file_path_b64": "***"},
        {"file_id": "x"},
        {"file_path": ""},
    ],
)
def test_values_outside_the_contract_are_malformed(changes):
    with pytest.raises(MalformedMessageError):
        parse(FileEvent, body(**changes))


def test_hashes_may_be_null_with_an_error():
    error = {"code": "unreadable", "message": "permission denied"}
    event = parse(FileEvent, body(sha256_hash=None, xxh128_hash=None, error=error))
    assert event.error is not None
    assert event.error.code == "unreadable"


def test_raw_bytes_are_the_identity_where_the_name_is_not_utf8():
    event = parse(FileEvent, body(file_path="/m/\\xff.mp3", file_path_b64="L20v/y5tcDM="))
    assert event.raw_path() == b"/m/\xff.mp3"


def test_a_place_without_id_gets_one_from_its_path():
    assert parse(FileEvent, body()).place_id() == uuid5_of(b"/data/example.flac")
    minted = uuid7()
    assert parse(FileEvent, body(file_id=minted)).place_id() == minted


def test_times_of_other_producers_are_normalised():
    event = parse(FileEvent, body(timestamp="2024-01-01T13:00:00+01:00"))
    assert event.timestamp == "2024-01-01T12:00:00.000000+00:00"


@given(st.binary(max_size=300))
def test_any_bytes_are_understood_or_malformed(data):
    try:
        parse(FileEvent, data)
    except MalformedMessageError:
        return
    raise AssertionError("random bytes passed for a file event")


def test_a_body_that_is_too_large_is_malformed():
    with pytest.raises(MalformedMessageError, match="at most"):
        parse(FileEvent, b" " * (MAX_BODY_BYTES + 1))


def test_a_foreign_message_is_known_again_by_its_body():
    assert foreign_message_id(body()) == foreign_message_id(body()) != foreign_message_id(b"")


def test_topology_brings_a_dead_queue_for_each_consumed_one():
    declared = topology(POPULATOR_QUEUE)
    assert {queue.name: queue.bindings for queue in declared.queues} == {
        "apollonia-populator": (
            ("apollonia", ""),
            ("apollonia-requeue", "apollonia-populator"),
        ),
        "apollonia-populator.dead": (("apollonia-dead", "apollonia-populator"),),
    }
    assert {(e.name, e.kind) for e in declared.exchanges} == {
        ("apollonia", "fanout"),
        ("apollonia-work", "direct"),
        ("apollonia-enriched", "fanout"),
        ("apollonia-catalog", "fanout"),
        ("apollonia-dead", "direct"),
        ("apollonia-requeue", "direct"),
    }


def test_change_positions_begin_at_one():
    with pytest.raises(MalformedMessageError):
        parse(Change, b'{"position":0,"entity":"file","id":"x","op":"created","timestamp":"1"}')
