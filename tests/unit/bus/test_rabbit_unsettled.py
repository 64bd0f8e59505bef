"""Acknowledging in few words never settles a message that was not meant."""

from hypothesis import given
from hypothesis import strategies as st

from apollonia.adapters.bus.rabbit.unsettled import Plan, Unsettled


def _unsettled(number: int) -> Unsettled:
    made = Unsettled()
    for tag in range(1, number + 1):
        made.add(tag)
    return made


def test_unsettled_settles_a_whole_batch_in_one_word() -> None:
    unsettled = _unsettled(500)
    assert unsettled.settle(range(1, 101)) == Plan(100, [])
    assert len(unsettled) == 400


def test_unsettled_reaches_over_what_was_settled_before() -> None:
    unsettled = _unsettled(4)
    assert unsettled.settle([2]) == Plan(0, [2])
    assert unsettled.settle([1, 3]) == Plan(3, [])
    assert 4 in unsettled
    assert 3 not in unsettled


def test_unsettled_ignores_what_it_does_not_know() -> None:
    unsettled = _unsettled(2)
    assert unsettled.settle([7]) == Plan(0, [])
    unsettled.settle([1])
    assert unsettled.settle([1]) == Plan(0, [])


@given(st.integers(0, 30), st.lists(st.sets(st.integers(1, 30)), max_size=6))
def test_unsettled_plans_settle_exactly_what_was_asked(number: int, asked: list[set[int]]) -> None:
    unsettled = _unsettled(number)
    broker = set(range(1, number + 1))
    for tags in asked:
        wanted = broker - tags
        plan = unsettled.settle(tags)
        assert all(tag in broker for tag in plan.singles)
        broker = {tag for tag in broker if tag > plan.upto and tag not in plan.singles}
        assert broker == wanted
    assert len(unsettled) == len(broker)
