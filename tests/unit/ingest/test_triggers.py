import asyncio

import pytest

from apollonia.ingest.root.triggers import Trigger, Triggers
from apollonia.testing.manual_clock import ManualClock

DAY = 86_400.0


@pytest.fixture
def triggers():
    return Triggers(ManualClock(), DAY)


async def taken(triggers):
    """All that wait, in order."""
    found = []
    while triggers._waiting:
        found.append(await triggers.next())
    return found


async def test_a_scan_of_everything_does_for_the_folders_too(triggers):
    triggers.ask("one", folder=b"/m/a", request=1)
    triggers.ask("two", folder=b"/m/b", request=2)
    triggers.ask("overflow")
    triggers.ask("three", folder=b"/m/c", request=3)
    assert await taken(triggers) == [Trigger("overflow", requests=frozenset({1, 2, 3}))]


async def test_a_folder_does_for_what_lies_in_it(triggers):
    triggers.ask("one", folder=b"/m/a/b", request=1)
    triggers.ask("two", folder=b"/m/a", request=2)
    triggers.ask("three", folder=b"/m/a/c", request=3)
    triggers.ask("four", folder=b"/m/ab", request=4)
    assert [(t.folder, t.requests) for t in await taken(triggers)] == [
        (b"/m/a", {1, 2, 3}),
        (b"/m/ab", {4}),
    ]


async def test_a_scan_that_verifies_is_not_done_by_one_that_does_not(triggers):
    triggers.ask("one", folder=b"/m/a", verify=True, request=1)
    triggers.ask("two", request=2)
    triggers.ask("three", folder=b"/m/b", verify=True, request=3)
    assert [(t.folder, t.verify) for t in await taken(triggers)] == [
        (b"/m/a", True),
        (None, False),
        (b"/m/b", True),
    ]
    triggers.ask("one", folder=b"/m/a", verify=True, request=1)
    triggers.ask("two", request=2)
    triggers.ask("three", verify=True, request=3)
    (whole,) = await taken(triggers)
    assert (whole.folder, whole.verify, whole.requests) == (None, True, {1, 2, 3})


async def test_too_many_folders_become_everything(triggers):
    triggers.ask("verify", folder=b"/m/verified", verify=True, request=1)
    for number in range(2, 40):
        triggers.ask("much", folder=b"/m/%d" % number, by_person=True, request=number)
        assert len(triggers._waiting) <= 16
    (whole,) = await taken(triggers)
    assert (whole.folder, whole.verify) == (None, True)
    assert whole.requests == set(range(1, 40))
    assert not whole.by_person  # nobody asked for the root itself


@pytest.mark.parametrize("person_first", [True, False])
async def test_a_persons_wish_for_the_root_stays_one(triggers, person_first):
    asked = [("somebody", True), ("overflow", False)]
    for reason, by_person in asked if person_first else reversed(asked):
        triggers.ask(reason, by_person=by_person)
    (trigger,) = await taken(triggers)
    assert (trigger.reason, trigger.by_person) == ("somebody", True)


@pytest.mark.parametrize("folder_first", [True, False])
async def test_a_persons_wish_for_a_folder_confirms_nothing_of_the_root(triggers, folder_first):
    asked = [(b"/m/a", True), (None, False)]
    for folder, by_person in asked if folder_first else reversed(asked):
        triggers.ask("some reason", by_person=by_person, folder=folder)
    (trigger,) = await taken(triggers)
    assert (trigger.folder, trigger.by_person) == (None, False)


async def test_forgetting_leaves_what_more_was_asked_for_as_nobodys_wish(triggers):
    triggers.ask("one", by_person=True, request=1)
    triggers.ask("two", by_person=True, folder=b"/m/a", verify=True, request=2)
    assert triggers.forget_plain() == {1}
    assert await taken(triggers) == [
        Trigger("two", by_person=False, folder=b"/m/a", verify=True, requests=frozenset({2}))
    ]


async def test_schedule_comes_with_jitter_when_nothing_else_does():
    clock = ManualClock()
    triggers = Triggers(clock, 100.0)
    waiting = asyncio.create_task(triggers.next())
    await clock.advance(0)
    await clock.advance(89)
    assert not waiting.done()
    await clock.advance(22)
    async with asyncio.timeout(5):
        assert await waiting == Trigger("schedule")
