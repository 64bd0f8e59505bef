from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from apollonia.domain.ids import is_uuid, uuid5_of, uuid7


def test_uuid7_is_of_version_seven_and_the_standard_variant():
    value = UUID(uuid7())
    assert value.version == 7
    assert value.variant == "specified in RFC 4122"


@given(st.integers(0, (1 << 48) - 2))
def test_uuid7_sorts_by_its_time(moment):
    assert uuid7(moment) < uuid7(moment + 1)


def test_uuid7_never_repeats_within_a_millisecond():
    assert len({uuid7(5) for _ in range(10_000)}) == 10_000


def test_uuid5_of_follows_from_the_bytes():
    assert uuid5_of(b"/m/\xff.mp3") == uuid5_of(b"/m/\xff.mp3") != uuid5_of(b"/m/a.mp3")


def test_is_uuid_takes_only_the_usual_form():
    assert is_uuid(uuid7())
    assert not is_uuid("not-a-uuid")
    assert not is_uuid(uuid7().replace("-", ""))
