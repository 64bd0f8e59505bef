import asyncio

import pytest

from apollonia.api import live_feed
from apollonia.api.live_client import MAX_FRAMES, LiveClient
from apollonia.api.live_merge import merge
from apollonia.domain.kinds import RootState
from apollonia.domain.principal import TokenKind
from apollonia.domain.roots import RootStatus, Skipped
from apollonia.errors import CatalogUnavailableError
from apollonia.testing.fake_changes import FakeChanges


def ids(event) -> list[str]:
    return [item["id"] for item in event["items"]]


async def settled(world, position: int) -> None:
    """Until the feed has read so far."""
    async with asyncio.timeout(3):
        while world.app.state.api.feed.position != position:
            await world.changes.send("changes", "")
            await asyncio.sleep(0.01)


async def test_live_says_hello_then_tells_changes(feeding):
    line = await feeding.open()
    hello = await line.event()
    assert hello == {"type": "hello", "position": 0, "version": "0.1.0"}
    feeding.changes.add(2)
    await feeding.changes.send("changes", "2")
    event = await line.event()
    assert event["type"] == "changes"
    assert event["position"] == 2
    assert ids(event) == ["file-1", "file-2"]
    assert set(event["items"][0]) == {"position", "entity", "id", "op", "timestamp"}
    await line.leave()


async def test_live_polls_when_nobody_nudges(feeding):
    line = await feeding.open()
    await line.event()
    feeding.changes.add()
    assert ids(await line.event()) == ["file-1"]
    await line.leave()


async def test_live_nudge_is_heard_at_once(feeding):
    line = await feeding.open()
    await line.event()
    await asyncio.sleep(0.1)
    feeding.changes.add()
    before = asyncio.get_running_loop().time()
    await feeding.changes.send("changes", "1")
    await line.event()
    assert asyncio.get_running_loop().time() - before < 0.4
    await line.leave()


async def test_live_resumes_without_gap_or_repeat(feeding):
    feeding.changes.add(1200)
    await settled(feeding, 1200)
    line = await feeding.open("/api/v1/live?since=10")
    assert (await line.event())["position"] == 1200
    seen: list[int] = []
    while len(seen) < 1190:
        seen += [item["position"] for item in (await line.event())["items"]]
    feeding.changes.add(3)
    await feeding.changes.send("changes", "")
    seen += [item["position"] for item in (await line.event())["items"]]
    assert seen == list(range(11, 1204))
    await line.leave()


async def test_live_without_since_starts_now(feeding):
    feeding.changes.add(5)
    await settled(feeding, 5)
    line = await feeding.open()
    assert (await line.event())["position"] == 5
    feeding.changes.add()
    assert ids(await line.event()) == ["file-6"]
    await line.leave()


@pytest.mark.parametrize("since", [3, 9, 40])
async def test_live_resets_who_cannot_be_served_from(feeding, since):
    feeding.changes.add(20)
    feeding.changes.forget(10)
    await settled(feeding, 20)
    line = await feeding.open(f"/api/v1/live?since={since}")
    assert (await line.event())["type"] == "hello"
    assert await line.event() == {"type": "reset", "position": 20}
    await line.leave()


async def test_live_resets_who_is_very_far_behind(feeding):
    feeding.changes.add(5_002)
    await settled(feeding, 5_002)
    line = await feeding.open("/api/v1/live?since=1")
    await line.event()
    assert (await line.event())["type"] == "reset"
    await line.leave()


async def test_live_serves_from_the_oldest_that_is_kept(feeding):
    feeding.changes.add(20)
    feeding.changes.forget(10)
    await settled(feeding, 20)
    line = await feeding.open("/api/v1/live?since=10")
    await line.event()
    assert ids(await line.event())[0] == "file-11"
    await line.leave()


async def test_live_misses_nothing_that_came_while_it_joined(world):
    """The feed without connections only asks for the position; somebody joins while it asks."""
    asked, answered = asyncio.Event(), asyncio.Event()
    position = world.changes.position

    async def slowly():
        if world.app.state.api.feed._known.is_set():
            asked.set()
            await answered.wait()
        return await position()

    world.changes.position = slowly
    stop = asyncio.Event()
    task = asyncio.create_task(world.app.state.api.feed.run(stop))
    await asked.wait()
    line = await world.open()
    assert (await line.event())["position"] == 0
    world.changes.add(3)
    answered.set()
    assert ids(await line.event()) == ["file-1", "file-2", "file-3"]
    await line.leave()
    stop.set()
    await task


@pytest.mark.parametrize("since", ["x", "-1", "1.5", "9" * 30, ""])
async def test_live_refuses_a_position_that_is_none(feeding, since):
    line = await feeding.open(f"/api/v1/live?since={since}")
    assert await line.closed() == 4400


async def test_live_reads_once_for_all_connections(feeding):
    lines = [await feeding.open() for _ in range(20)]
    for line in lines:
        await line.event()
    await asyncio.sleep(0.2)
    before = feeding.changes.reads
    feeding.changes.add(10)
    await feeding.changes.send("changes", "")
    for line in lines:
        assert len(ids(await line.event())) == 10
    assert feeding.changes.reads - before <= 3
    assert feeding.metrics.live_clients._value.get() == 20
    for line in lines:
        await line.leave()
    assert feeding.metrics.live_clients._value.get() == 0


async def test_live_survives_the_catalog_being_away(feeding):
    line = await feeding.open()
    await line.event()
    feeding.changes.error = CatalogUnavailableError()
    await feeding.changes.send("changes", "")
    await asyncio.sleep(0.2)
    feeding.changes.error = None
    feeding.changes.add()
    assert ids(await line.event()) == ["file-1"]
    await line.leave()


async def test_live_tells_progress_without_the_skipped_list(feeding):
    status = RootStatus(
        root="/music",
        state=RootState.SCANNING,
        found=10,
        done=4,
        skipped=(Skipped("/music/pipe", "named pipe"),),
        skipped_count=1,
    )
    await feeding.control.report_root(status)
    line = await feeding.open()
    await line.event()
    event = await line.event()
    assert event["type"] == "progress"
    root = event["roots"][0]
    assert (root["root"], root["found"], root["done"], root["left"]) == ("/music", 10, 4, 6)
    assert "skipped" not in root
    second = await feeding.open()
    await second.event()
    assert (await second.event())["type"] == "progress"  # at once: nothing has to change for it
    await line.leave()
    await second.leave()


async def test_live_tells_no_progress_while_nothing_changes(feeding):
    await feeding.control.report_root(RootStatus(root="/music", state=RootState.SCANNING))
    line = await feeding.open()
    assert [(await line.event())["type"] for _ in range(2)] == ["hello", "progress"]
    with pytest.raises(TimeoutError):
        await line.message(seconds=0.7)
    await line.leave()


async def test_live_pings(feeding):
    feed = feeding.app.state.api.feed
    line = await feeding.open()
    await line.event()
    feed.ping()
    assert await line.event() == {"type": "ping", "position": 0}
    assert live_feed.PING_S == 20
    line.say('{"type": "pong"}')
    line.say("not even JSON")
    feed.ping()
    assert (await line.event())["type"] == "ping"
    await line.leave()


async def test_live_slow_reader_is_reset_and_closed(feeding):
    line = await feeding.open()
    await line.event()
    line.reads.clear()
    feed = feeding.app.state.api.feed
    for _ in range(MAX_FRAMES + 5):
        feed.ping()
        await asyncio.sleep(0)
    line.reads.set()
    events: list[dict[str, object]] = []
    while not events or events[-1]["type"] != "reset":
        events.append(await line.event())
    assert len(events) < 5
    assert await line.closed() == 1013


async def test_live_refuses_a_foreign_page(feeding):
    line = await feeding.open(origin="https://evil.example")
    assert await line.closed() == 4403
    own = await feeding.open(origin="http://127.0.0.1:8000")
    assert (await own.event())["type"] == "hello"
    await own.leave()


async def test_live_refuses_a_foreign_host(world):
    line = await world.open(host="evil.example", origin="http://evil.example")
    assert await line.closed() == 4403


async def test_live_takes_the_cookie(feeding):
    secret = await feeding.identity.issue(TokenKind.SESSION, label="x", ttl=None)
    line = await feeding.open(cookie=f"apollonia_session={secret}")
    assert (await line.event())["type"] == "hello"
    await line.leave()


async def test_live_closes_when_the_session_is_signed_out(feeding):
    async with await feeding.browser() as browser:
        cookie = f"apollonia_session={browser.cookies['apollonia_session']}"
        line = await feeding.open(cookie=cookie)
        await line.event()
        token = (await browser.get("/api/v1/session")).json()["csrf_token"]
        await browser.post("/api/v1/session/sign-out", headers={"X-CSRF-Token": token})
    assert await line.closed() == 4401


async def test_live_has_room_for_so_many_and_no_more(world):
    world.set(max_live_clients=2)
    stop = asyncio.Event()
    task = asyncio.create_task(world.app.state.api.feed.run(stop))
    lines = [await world.open() for _ in range(2)]
    for line in lines:
        await line.event()
    assert await (await world.open()).closed() == 1013
    await lines[0].leave()
    assert (await (await world.open()).event())["type"] == "hello"
    stop.set()
    await task


async def test_live_stop_closes_every_connection_quickly(feeding):
    lines = [await feeding.open() for _ in range(5)]
    for line in lines:
        await line.event()
    stop = asyncio.Event()
    stop.set()
    before = asyncio.get_running_loop().time()
    await feeding.app.state.api.feed.run(stop)
    assert [await line.closed() for line in lines] == [1001] * 5
    assert asyncio.get_running_loop().time() - before < 1


def test_merge_keeps_one_item_per_file_at_its_newest_position():
    change = FakeChanges.change
    merged = merge(
        [
            change(1, "a", "created"),
            change(2, "b", "updated"),
            change(3, "a", "updated"),
            change(4, "c", "created"),
            change(5, "c", "deleted"),
            change(6, "b", "updated"),
        ]
    )
    assert [(item["id"], item["op"], item["position"]) for item in merged] == [
        ("a", "created", 3),
        ("c", "deleted", 5),
        ("b", "updated", 6),
    ]


async def test_client_never_holds_more_than_its_bound():
    client = LiveClient(token_id="t", position=0)
    for number in range(10 * MAX_FRAMES):
        client.offer(f"frame {number}", number)
        assert len(client._frames) <= MAX_FRAMES
    assert client.close_code == 1013
    assert await client.take() == '{"type":"reset","position":64}'
    assert await client.take() is None
