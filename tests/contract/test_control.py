"""What every ``Control`` promises. A new adapter joins by a line in ``CONTROLS``."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from apollonia.adapters.control import SqlControl
from apollonia.domain.kinds import RootState
from apollonia.domain.roots import RootStatus, Skipped
from apollonia.errors import ConflictError, NotFoundError
from apollonia.ports.control import Control
from apollonia.testing.builders import a_time


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


CONTROLS = {"sql": _sql}


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
    odd = replace(FULL, message="\ud800\0", skipped=(Skipped("\udcff", "\0"),))
    await control.report_root(odd)

    assert len(await control.roots()) == 1


async def test_forgotten_roots_are_gone(control):
    for root in ("/a", "/b", "/c"):
        await control.report_root(RootStatus(root=root, state=RootState.WATCHING))

    await control.forget_roots(["/b", "/z"])

    assert [status.root for status in await control.roots()] == ["/b"]
    await control.forget_roots([])
    assert list(await control.roots()) == []


async def test_rescans_are_counted_for_known_roots(setup):
    await setup.control.report_root(RootStatus(root="/a", state=RootState.WATCHING))
    assert await setup.control.rescan_requests("/a") == 0

    await setup.control.request_rescan("/a")
    await setup.second.request_rescan("/a")

    assert await setup.control.rescan_requests("/a") == 2
    assert await setup.control.rescan_requests("/b") == 0
    with pytest.raises(NotFoundError, match="/b"):
        await setup.control.request_rescan("/b")


async def test_rescan_count_outlives_the_report(control):
    await control.report_root(RootStatus(root="/a", state=RootState.WATCHING))
    await control.request_rescan("/a")

    await control.forget_roots([])

    assert await control.rescan_requests("/a") == 1
