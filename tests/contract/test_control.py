"""What every ``Control`` promises. A new adapter joins by a line in ``CONTROLS``."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from apollonia.adapters.control import SqlControl
from apollonia.domain.kinds import RootState
from apollonia.domain.roots import RootError, RootStatus, Skipped
from apollonia.errors import ConflictError, NotFoundError
from apollonia.ports.control import (
    MAX_SCAN_REQUESTS,
    Control,
    Desired,
    ScanRequest,
    root_lease,
)
from apollonia.testing.builders import a_time
from apollonia.testing.fake_control import FakeControl


@dataclass
class Setup:
    """A control, another process's, and their clock in seconds."""

    control: Control
    second: Control
    clock: list[float]


async def _sql(open_database) -> Setup:
    clock = [1_700_000_000.0]

    def now() -> float:
        return clock[0]

    first, second = await open_database(), await open_database()
    return Setup(SqlControl(first, now=now), SqlControl(second, now=now), clock)


async def _fake(_open_database) -> Setup:
    clock = [1_700_000_000.0]
    control = FakeControl(lambda: clock[0])
    return Setup(control, control, clock)


CONTROLS = {"sql": _sql, "fake": _fake}


@pytest.fixture(params=CONTROLS)
async def setup(request, open_database) -> Setup:
    return await CONTROLS[request.param](open_database)


@pytest.fixture
def control(setup):
    return setup.control


async def test_lease_is_refused_while_another_has_it(setup):
    lease = await setup.control.acquire("root:/m", "one", 30)

    with pytest.raises(ConflictError, match="one"):
        await setup.second.acquire("root:/m", "two", 30)

    other = await setup.second.acquire("root:/n", "two", 30)
    assert (lease.name, lease.holder, other.name) == ("root:/m", "one", "root:/n")


async def test_lease_is_taken_over_once_it_ran_out(setup):
    lease = await setup.control.acquire("x", "one", 30)
    setup.clock[0] += 31

    taken = await setup.second.acquire("x", "two", 30)

    assert taken.token > lease.token
    with pytest.raises(ConflictError, match="two"):
        await setup.control.renew(lease, 30)
    with pytest.raises(ConflictError, match="two"):
        await setup.control.acquire("x", "one", 30)


async def test_renewed_lease_lasts(setup):
    lease = await setup.control.acquire("x", "one", 30)
    for _ in range(5):
        setup.clock[0] += 20
        await setup.control.renew(lease, 30)

    with pytest.raises(ConflictError):
        await setup.second.acquire("x", "two", 30)


async def test_released_lease_is_free_at_once(setup):
    lease = await setup.control.acquire("x", "one", 30)

    await setup.control.release(lease)

    taken = await setup.second.acquire("x", "two", 30)
    assert taken.token > lease.token
    with pytest.raises(ConflictError):
        await setup.control.renew(lease, 30)


async def test_released_lease_cannot_be_renewed(control):
    lease = await control.acquire("x", "one", 30)
    await control.release(lease)

    with pytest.raises(ConflictError):
        await control.renew(lease, 30)


async def test_releasing_a_lost_lease_does_nothing(setup):
    lease = await setup.control.acquire("x", "one", 30)
    setup.clock[0] += 31
    taken = await setup.second.acquire("x", "two", 30)

    await setup.control.release(lease)

    await setup.second.renew(taken, 30)
    with pytest.raises(ConflictError):
        await setup.control.acquire("x", "one", 30)


async def test_holder_may_ask_again(control):
    lease = await control.acquire("x", "one", 30)

    assert (await control.acquire("x", "one", 30)).holder == "one"
    await control.renew(lease, 30)


async def test_one_of_many_wins_a_free_lease(setup):
    async def attempt(control, holder):
        try:
            return await control.acquire("x", holder, 30)
        except ConflictError:
            return None

    controls = (setup.control, setup.second)
    tries = [attempt(controls[n % 2], f"h{n}") for n in range(12)]

    won = [lease for lease in await asyncio.gather(*tries) if lease]

    assert len(won) == 1


FULL = RootStatus(
    root="/m/\u00fc \u202e",
    state=RootState.DEGRADED,
    message="watches ran out: polling",
    found=10,
    done=7,
    errors=1,
    rate=12.5,
    skipped=(Skipped("/m/\\xff", "a named pipe"), Skipped("/m/b", "a socket")),
    skipped_count=2,
    remaining_s=0.25,
    paused=True,
    last_error=RootError("not an image", "/m/c", a_time(2)),
    holder="host:/data",
    storage="ssd",
    polled_s=10.0,
    corrupted=(Skipped("/m/d", "other content, same times"),),
    corrupted_count=1,
    last_scan_time=a_time(),
    updated_time=a_time(1),
)


async def test_reports_are_replaced_and_listed_by_path(setup):
    plain = RootStatus(root="/a", state=RootState.STARTING)
    await setup.control.report_root(replace(FULL, done=0))
    await setup.control.report_root(plain)
    await setup.control.report_root(FULL)

    assert list(await setup.second.roots()) == [plain, FULL]


async def test_report_keeps_the_newest_100_skipped(control):
    skipped = tuple(Skipped(f"/m/{n}", "a socket") for n in range(150))
    await control.report_root(replace(FULL, skipped=skipped, skipped_count=150))

    (status,) = await control.roots()

    assert status.skipped == skipped[50:]
    assert status.skipped_count == 150


async def test_report_bears_any_text(control):
    odd = replace(
        FULL,
        message="\ud800\0",
        skipped=(Skipped("\udcff", "\0"),),
        last_error=RootError("\ud800\0", "\udcff", a_time()),
    )
    await control.report_root(odd)

    assert len(await control.roots()) == 1


async def test_forgotten_roots_are_gone(control):
    for root in ("/a", "/b", "/c"):
        await control.report_root(RootStatus(root=root, state=RootState.WATCHING))

    await control.forget_roots(["/b", "/z"])

    assert [status.root for status in await control.roots()] == ["/b"]
    await control.forget_roots([])
    assert list(await control.roots()) == []


async def test_forgetting_leaves_the_roots_of_others_alone(setup):
    for root in ("/a", "/b"):
        await setup.control.report_root(RootStatus(root=root, state=RootState.WATCHING))
    await setup.control.acquire(root_lease("/a"), "one", 30)
    await setup.second.acquire(root_lease("/b"), "two", 30)

    await setup.control.forget_roots([], by="one")

    assert [status.root for status in await setup.second.roots()] == ["/b"]


async def test_report_of_whoever_has_not_the_lease_is_not_taken(setup):
    status = RootStatus(root="/a", state=RootState.WATCHING)
    await setup.control.report_root(status, by="one")
    lease = await setup.control.acquire(root_lease("/a"), "one", 30)
    await setup.second.report_root(replace(status, state=RootState.UNAVAILABLE), by="two")

    assert list(await setup.control.roots()) == [status]
    await setup.control.report_root(replace(status, found=1), by="one")
    assert list(await setup.control.roots()) == [replace(status, found=1)]
    await setup.control.release(lease)
    await setup.second.report_root(replace(status, found=2), by="two")
    assert list(await setup.control.roots()) == [replace(status, found=2)]


async def test_first_report_is_taken_from_anybody(setup):
    await setup.control.acquire(root_lease("/a"), "one", 30)
    refused = RootStatus(root="/a", state=RootState.UNAVAILABLE, message="one has it")
    await setup.second.report_root(refused, by="two")
    await setup.second.report_root(replace(refused, found=1), by="two")
    assert list(await setup.control.roots()) == [refused]


async def test_taking_over_needs_nobodys_leave_and_is_learned_of_at_the_next_renewal(setup):
    lease = await setup.control.acquire("x", "one", 30)

    taken = await setup.second.take_over("x", "two", 30)

    assert taken.token > lease.token
    assert (taken.previous, taken.given_back) == ("one", False)
    with pytest.raises(ConflictError, match="two"):
        await setup.control.renew(lease, 30)
    with pytest.raises(ConflictError, match="two"):
        await setup.control.acquire("x", "one", 30)
    await setup.control.release(lease)
    await setup.second.renew(taken, 30)


async def test_lease_carries_the_last_timestamp_to_the_next_holder(setup):
    lease = await setup.control.acquire("x", "one", 30)
    assert (lease.last_timestamp_us, lease.previous) == (0, None)
    await setup.control.renew(lease, 30, last_timestamp_us=500)
    await setup.control.renew(lease, 30, last_timestamp_us=400)
    await setup.control.renew(lease, 30)

    taken = await setup.second.take_over("x", "two", 30)
    await setup.second.release(taken, last_timestamp_us=700)
    back = await setup.control.acquire("x", "one", 30)

    assert taken.last_timestamp_us == 500
    assert back.last_timestamp_us == 700
    assert (back.previous, back.given_back) == ("two", True)


async def test_own_lease_comes_back_without_a_previous_holder(setup):
    await setup.control.acquire("x", "one", 30)
    again = await setup.control.acquire("x", "one", 30)
    assert again.previous is None
    setup.clock[0] += 31
    assert (await setup.second.acquire("x", "one", 30)).previous is None


async def test_desired_tells_who_has_the_lease(setup):
    assert await setup.control.desired("/a") == Desired()
    lease = await setup.control.acquire(root_lease("/a"), "one", 30)
    assert (await setup.second.desired("/a")).holder == "one"
    setup.clock[0] += 31
    assert (await setup.second.desired("/a")).holder is None
    await setup.control.renew(lease, 30)
    await setup.control.release(lease)
    assert (await setup.second.desired("/a")).holder is None


@pytest.fixture
async def known(setup):
    for root in ("/a", "/b"):
        await setup.control.report_root(RootStatus(root=root, state=RootState.WATCHING))
    return setup


async def test_a_root_is_paused_until_it_is_resumed(known):
    await known.control.set_paused("/a", True)
    await known.control.set_paused("/a", True)

    assert (await known.second.desired("/a")).paused
    assert not (await known.second.desired("/b")).paused
    await known.control.forget_roots([])
    assert (await known.control.desired("/a")).paused
    await known.control.report_root(RootStatus(root="/a", state=RootState.WATCHING))
    await known.second.set_paused("/a", False)
    assert not (await known.control.desired("/a")).paused


async def test_a_wish_to_pause_is_seen_before_the_next_report(known):
    await known.control.set_paused("/a", True)
    assert [status.paused for status in await known.second.roots()] == [True, False]

    await known.control.report_root(replace(FULL, root="/a", paused=True))
    await known.second.set_paused("/a", False)
    assert [status.paused for status in await known.control.roots()] == [False, False]


async def test_scans_wait_in_order_until_they_are_finished(known):
    await known.control.request_scan("/a", verify=True)
    await known.second.request_scan("/a", folder=b"/a/\xff")
    await known.control.request_scan("/b")

    assert (await known.second.desired("/a")).scans == (
        ScanRequest(1, None, True),
        ScanRequest(2, b"/a/\xff", False),
    )
    await known.control.finish_scans("/a", 1)
    assert [scan.number for scan in (await known.second.desired("/a")).scans] == [2]
    await known.control.finish_scans("/a", 2)
    assert (await known.second.desired("/a")).scans == ()
    await known.control.request_scan("/a")
    assert (await known.second.desired("/a")).scans == (ScanRequest(3),)
    assert (await known.second.desired("/b")).scans == (ScanRequest(1),)


async def test_too_many_scans_become_one_of_everything(known):
    await known.control.request_scan("/a", folder=b"/a/0", verify=True)
    for number in range(1, MAX_SCAN_REQUESTS + 1):
        await known.control.request_scan("/a", folder=b"/a/%d" % number)

    scans = (await known.control.desired("/a")).scans
    assert scans == (ScanRequest(MAX_SCAN_REQUESTS + 1, None, True),)


async def test_scans_outlive_the_report(known):
    await known.control.request_scan("/a")

    await known.control.forget_roots([])

    assert len((await known.control.desired("/a")).scans) == 1


async def test_unknown_roots_are_refused(known):
    with pytest.raises(NotFoundError, match="/c"):
        await known.control.request_scan("/c")
    with pytest.raises(NotFoundError, match="/c"):
        await known.control.set_paused("/c", True)
    assert await known.control.desired("/c") == Desired()
    await known.control.finish_scans("/c", 5)


async def test_holders_of_many_leases_are_told_at_once(setup):
    await setup.control.acquire("work:a:audio", "me", 10)
    given = await setup.control.acquire("work:b:audio", "me", 10)
    await setup.control.release(given)
    names = ["work:a:audio", "work:b:audio", "work:c:audio"]
    assert await setup.second.holders(names) == {"work:a:audio": "me"}

    setup.clock[0] += 11
    assert await setup.second.holders(names) == {}


async def test_leases_that_are_free_for_long_are_forgotten_and_no_others(setup):
    await setup.control.acquire("work:old:audio", "me", 10)
    await setup.control.acquire("root:/music", "me", 10)
    setup.clock[0] += 100
    await setup.control.acquire("work:live:audio", "me", 10)
    await setup.control.forget_leases("work:", 60)

    assert (await setup.control.acquire("work:old:audio", "other", 10)).token == 1
    with pytest.raises(ConflictError):
        await setup.second.acquire("work:live:audio", "other", 10)
    assert (await setup.control.acquire("root:/music", "other", 10)).token == 2
