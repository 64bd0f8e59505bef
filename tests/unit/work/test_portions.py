"""Batches are full by bytes, too."""

from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.ports.bus import Delivery, Message
from apollonia.work.collect import portions


def deliveries(sizes: list[int]) -> list[Delivery]:
    return [
        Delivery(Message(b"x" * size, str(at), "s/1"), "q", 0, None)
        for at, size in enumerate(sizes)
    ]


def test_a_batch_is_cut_where_it_would_be_too_large():
    parts = portions(deliveries([4, 4, 4, 99, 1]), 8)

    assert [[len(it.message.body) for it in part] for part in parts] == [[4, 4], [4], [99], [1]]
    assert list(portions([], 8)) == []


@settings(deadline=None)
@given(st.lists(st.integers(0, 20), max_size=30), st.integers(1, 40))
def test_nothing_is_lost_and_only_a_single_message_is_larger(sizes, most):
    batch = deliveries(sizes)
    parts = list(portions(batch, most))

    assert [it for part in parts for it in part] == batch
    assert all(len(it) == 1 or sum(len(x.message.body) for x in it) <= most for it in parts)
