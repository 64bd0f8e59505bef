import asyncio

from apollonia.ingest.reconcile.asks import Ready
from apollonia.ingest.watch.hints import Hints
from apollonia.testing.manual_clock import ManualClock


async def due(hints):
    """What is due at this moment, in short."""
    try:
        async with asyncio.timeout(0):
            asks = await hints.take(10)
    except TimeoutError:
        return []
    return sorted(ask.folder + b"/" + name for ask in asks for name in ask.names)


async def test_name_is_due_at_its_time_whatever_else_is_in_its_folder():
    clock = ManualClock()
    hints = Hints(clock)
    hints.name(b"/m/late", delay=0.2)
    hints.name(b"/m/now")
    assert await due(hints) == [b"/m/now"]
    assert await due(hints) == []
    await clock.advance(0.2)
    assert await due(hints) == [b"/m/late"]


async def test_hints_for_one_name_become_one_and_keep_the_surest():
    clock = ManualClock()
    hints = Hints(clock)
    hints.name(b"/m/a", Ready.SETTLED, moved_from=b"/m/b")
    hints.name(b"/m/a", Ready.UNSURE)
    (ask,) = await hints.take(10)
    assert (ask.names[b"a"].ready, ask.names[b"a"].moved_from) == (Ready.SETTLED, b"/m/b")


async def test_folder_rests_in_proportion_to_what_its_look_took():
    clock = ManualClock()
    hints = Hints(clock)
    hints.looked([b"/m"], 0.1)
    hints.name(b"/m/a")
    hints.name(b"/n/a")
    assert await due(hints) == [b"/n/a"]
    await clock.advance(0.39)
    assert await due(hints) == []
    await clock.advance(0.02)
    assert await due(hints) == [b"/m/a"]


async def test_dropped_hints_are_forgotten():
    hints = Hints(ManualClock())
    hints.name(b"/m/a", Ready.CLOSED)
    assert hints.has_closed(b"/m/a")
    assert hints.drop(b"/m/a") is not None
    assert hints.drop(b"/m/a") is None
    assert await due(hints) == []


async def test_more_names_than_are_worth_remembering_are_said_to_be_full():
    hints = Hints(ManualClock())
    for number in range(50_000):
        assert not hints.is_full
        hints.name(b"/m/%d" % number)
    assert hints.is_full
    await hints.take(10)
    assert not hints.is_full


async def test_names_that_came_during_a_look_wait_for_the_folders_rest():
    clock = ManualClock()
    hints = Hints(clock)
    hints.name(b"/m/a", delay=0.05)
    hints.looked([b"/m"], 0.1)
    await clock.advance(0.39)
    assert await due(hints) == []
    await clock.advance(0.02)
    assert await due(hints) == [b"/m/a"]


async def test_names_that_were_too_early_wait_for_the_folders_rest():
    clock = ManualClock()
    hints = Hints(clock)
    hints.name(b"/m/a")
    hints.name(b"/m/b", delay=0.05)
    hints.looked([b"/m"], 0.01)
    await clock.advance(0.045)
    assert await due(hints) == [b"/m/a"]
    hints.looked([b"/m"], 0.1)
    await clock.advance(0.3)
    assert await due(hints) == []
    await clock.advance(0.11)
    assert await due(hints) == [b"/m/b"]
