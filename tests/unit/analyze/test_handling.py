import pytest

from apollonia.errors import MediaUnavailableError
from apollonia.messages import AnalysisResult
from apollonia.ports.bus import Delivery, Message
from apollonia.testing.builders import SHA256, a_work
from apollonia.work.analysis_work import work_lease


async def test_results_are_told_in_one_event(world):
    await world.handle(world.handler(), world.delivery())
    [event] = world.told()
    assert (event.sha256_hash, event.forced) == (SHA256, False)
    assert [(it.analyser, it.status, it.data) for it in event.results] == [
        ("quick", "done", {"n": 1})
    ]


async def test_known_results_are_told_again_from_the_cache_without_any_work(world):
    for _ in range(2):
        await world.handle(world.handler(), world.delivery())
    assert len(world.bench.asked) == 1
    assert len(world.told()) == 2  # the catalog may have lost the first one


async def test_force_analyses_again_and_says_so(world):
    await world.handle(world.handler(), world.delivery())
    await world.handle(world.handler(), world.delivery(force=True))
    assert len(world.bench.asked) == 2
    assert [event.forced for event in world.told()] == [False, True]


async def test_analysers_that_are_not_named_are_left_out(world):
    await world.handle(world.handler(), world.delivery(analysers=["another"]))
    assert world.bench.asked == []


@pytest.mark.parametrize("obstacle", ["gone", "changed", "unreadable"])
async def test_nothing_is_told_of_a_content_that_could_not_be_looked_at(world, obstacle):
    world.bench.obstacle = obstacle
    await world.handle(world.handler(), world.delivery())
    assert world.told() == []


async def test_a_fault_of_ours_is_retried_and_at_last_recorded_as_failed(world):
    world.bench.error = ZeroDivisionError("ours")
    settled = await world.handle(world.handler(), world.delivery())
    assert len(settled.retried) == 1
    assert world.told() == []

    await world.handle(world.handler(), world.delivery(attempts=2))
    [event] = world.told()
    assert event.results[0].status == "failed"
    assert "ZeroDivisionError" in (event.results[0].reason or "")


async def test_no_worker_is_nobodys_fault(world):
    world.bench.error = MediaUnavailableError()
    with pytest.raises(MediaUnavailableError):
        await world.handle(world.handler(), world.delivery(attempts=2))
    assert world.told() == []


async def test_a_message_that_is_no_work_is_poison(world):
    message = Message(b"{}", "id", "apollonia.work/1")
    await world.handle(world.handler(), Delivery(message, "apollonia-analyzer.audio", 0, 1))
    assert len(world.bus.waiting("apollonia-analyzer.audio.dead")) == 1


async def test_work_that_may_take_long_is_not_done_under_the_message_but_leased(world):
    handler = world.handler()
    await world.handle(handler, world.delivery(kind="video"))
    assert world.bench.asked == []
    assert handler.long is not None
    name = work_lease(SHA256, "video")
    assert await world.control.holders([name]) == {name: "me:audio-0"}


async def test_long_work_that_another_one_is_at_is_left_to_him(world):
    await world.handle(world.handler(), world.delivery(kind="video"))
    second = world.handler("urgent-0")
    await world.handle(second, world.delivery(kind="video"))
    assert second.long is None


async def test_results_that_fit_in_no_message_are_told_in_several(world):
    big = [
        AnalysisResult(analyser=name, version="1", status="done", data={"x": "y" * 150_000})
        for name in ("a", "b", "c")
    ]
    await world.reporter.tell([world.reporter.report(a_work(), big)])
    assert [it.results[0].analyser for it in world.told()] == ["a", "b", "c"]
