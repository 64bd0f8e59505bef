from apollonia.domain.kinds import RootState
from apollonia.domain.roots import RootStatus
from apollonia.observe.health import run_checks, worst
from apollonia.testing.fake_control import FakeControl
from apollonia.wiring.api import roots_check


async def test_root_that_is_polled_for_want_of_watches_is_degraded_not_away():
    control = FakeControl()
    words = "3 folders are not watched but polled every 10 s: no watches left."
    await control.report_root(RootStatus(root="/a", state=RootState.WATCHING))
    await control.report_root(RootStatus(root="/b", state=RootState.DEGRADED, message=words))
    results = await run_checks({"roots": roots_check(control)})
    assert worst(results) == "degraded"  # which /health/ready answers with 200
    assert results["roots"].detail == f"/b: {words}"
