"""The collector leaves alone what was there at the start."""

import gc
import sys
from collections.abc import Iterator

import pytest

from apollonia.cli.interpreter import keep_what_is_there, tune_interpreter


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)


def test_what_is_there_is_not_looked_at_again() -> None:
    keep_what_is_there()

    assert gc.get_freeze_count() > 10_000
    assert len(gc.get_objects()) < 10_000


def test_a_batch_of_events_does_not_start_a_collection() -> None:
    tune_interpreter()
    rounds: list[str] = []
    gc.callbacks.append(watch := lambda phase, _: rounds.append(phase))
    gc.collect(0)
    rounds.clear()
    kept = [[n] for n in range(5_000)]
    gc.callbacks.remove(watch)

    assert kept
    assert not rounds
