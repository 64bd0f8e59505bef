import pytest

from apollonia.domain.analysis import (
    AnalyserSpec,
    Recorded,
    digest_of,
    missing,
    state_of,
    wanted_for,
)
from apollonia.domain.kinds import AnalysisState, Kind

ONE = AnalyserSpec("one", "1", frozenset({Kind.AUDIO}))
TWO = AnalyserSpec("two", "3", frozenset({Kind.AUDIO, Kind.IMAGE}))


def recorded(*statuses):
    names = (("one", "1"), ("two", "3"))
    return [Recorded(*name, status) for name, status in zip(names, statuses, strict=False)]


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ((), AnalysisState.PENDING),
        (("done",), AnalysisState.PENDING),
        (("done", "done"), AnalysisState.DONE),
        (("done", "failed"), AnalysisState.PARTIAL),
        (("done", "unavailable"), AnalysisState.PARTIAL),
        (("failed", "unavailable"), AnalysisState.FAILED),
        (("unavailable", "unavailable"), AnalysisState.UNAVAILABLE),
    ],
)
def test_state_follows_from_the_results_of_the_wanted_analysers(statuses, state):
    assert state_of((ONE, TWO), recorded(*statuses)) is state


def test_results_of_other_versions_and_analysers_count_for_nothing():
    old = [Recorded("one", "0", "done"), Recorded("gone", "1", "failed")]
    assert missing((ONE,), old) == [ONE]
    assert state_of((ONE,), [*old, *recorded("done")]) is AnalysisState.DONE


def test_nothing_wanted_is_unavailable():
    assert state_of((), recorded("done")) is AnalysisState.UNAVAILABLE


def test_a_new_version_is_another_digest_and_the_order_is_none():
    newer = AnalyserSpec("one", "2", ONE.kinds)
    assert digest_of((ONE, TWO)) == digest_of((TWO, ONE)) != digest_of((newer, TWO))
    assert [it.name for it in wanted_for(Kind.IMAGE, (ONE, TWO))] == ["two"]
