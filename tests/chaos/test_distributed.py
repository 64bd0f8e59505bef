"""`make chaos`: every server and every service fails in turn while 20,000 files arrive.

Two ingestors, populators, APIs and analyzers over real servers (`make services`). The network of
one half is cut in the middle of frames, PostgreSQL refuses writes, an ingestor's disk fills up. At
the end the catalog is the folder, the graph is the catalog, and nothing came twice. Prints a tally.
"""

import asyncio
import hashlib
import os
import random
import shutil
import signal
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from apollonia.testing.distributed import SERVERS, Distributed
from apollonia.testing.media_files import make_library
from apollonia.testing.small_disk import SmallDisk

FILES = int(os.environ.get("APOLLONIA_TEST_CHAOS_FILES", "20000"))
AWAY_S = float(os.environ.get("APOLLONIA_TEST_CHAOS_AWAY", "30"))
PATIENCE = float(os.environ.get("APOLLONIA_TEST_CHAOS_PATIENCE", "1"))  # on a busy machine: more
WARMING = 20  # albums that arrive before anything fails: who has worked has its memory
MEMORY_SLACK_MIB = 60.0
HEARTBEAT_S = 5
BACK_S = 60  # Neo4j starts in 17 to 40 s of a quiet machine
STATE = Path(__file__).parents[2] / ".services.json"
DISK_MIB = 64
REFUSED = 0.3  # of the writes to PostgreSQL, for a while in each round


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "media"
    make_library(folder, FILES)
    return folder


def two_roots(tmp_path):
    roots = [tmp_path / "roots" / name for name in ("one", "two")]
    for root in roots:
        root.mkdir(parents=True)
    return roots


def albums_of(corpus):
    return sorted(path for path in corpus.rglob("*") if path.is_dir() and not has_folders(path))


def hand_in(albums, roots, until_s):
    """Move the albums into the roots, evenly over this time."""
    began = time.monotonic()
    for number, album in enumerate(albums):
        target = roots[number % len(roots)] / f"{number:05} {album.name}"
        shutil.move(album, target)
        late = began + until_s * (number + 1) / len(albums) - time.monotonic()
        time.sleep(max(0.0, late))


def has_folders(path):
    return any(each.is_dir() for each in path.iterdir())


def on_disk(roots):
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for root in roots
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.mark.service
@pytest.mark.timeout(1200 * PATIENCE)
async def test_faults_of_everything_lose_nothing_and_double_nothing(service_url, corpus, tmp_path):
    seed = random.randrange(1 << 30)
    say(f"seed {seed}")
    dice = random.Random(seed)
    roots = two_roots(tmp_path)
    disk = SmallDisk(tmp_path / "ingest-2", DISK_MIB) if SmallDisk.is_possible() else None
    albums = albums_of(corpus)
    async with Distributed(tmp_path, roots, service_url, STATE) as stand:
        with disk or nullcontext():
            stand.fleet.start()
            await stand.until(stand.is_ready, 120 * PATIENCE, "the services to answer")
            hand_in(albums[:WARMING], roots, 0)
            await settled(stand, roots, 120)
            before = stand.memory()
            await faults(stand, albums[WARMING:], roots, disk, dice)
            expected = await settled(stand, roots, 300)
            await check(stand, expected, before)


@pytest.mark.service
@pytest.mark.timeout(600 * PATIENCE)
async def test_who_is_stopped_past_his_heartbeats_stores_nothing_twice(service_url, tmp_path):
    """One of each kind sleeps while files arrive, and then goes on with what it had in hand."""
    roots = two_roots(tmp_path)
    make_library(tmp_path / "media", 1500)
    albums = albums_of(tmp_path / "media")
    heartbeat = {"APOLLONIA_BUS__HEARTBEAT_SECONDS": str(HEARTBEAT_S)}
    async with Distributed(tmp_path, roots, service_url, STATE, **heartbeat) as stand:
        stand.fleet.start()
        await stand.until(stand.is_ready, 120 * PATIENCE, "the services to answer")
        hand_in(albums[:WARMING], roots, 0)
        await settled(stand, roots, 120)
        before = stand.memory()
        say("idle for four heartbeats")
        await asyncio.sleep(4 * HEARTBEAT_S)
        for number, kind in enumerate(("populate", "analyze", "ingest")):
            arriving = albums[WARMING + number :: 3]
            hand_in(arriving[: len(arriving) // 2], roots, 1)
            say(f"{kind}-1 is stopped")
            stand.fleet.send(f"{kind}-1", signal.SIGSTOP)
            hand_in(arriving[len(arriving) // 2 :], roots, 1)
            await asyncio.sleep(5 * HEARTBEAT_S)
            stand.fleet.send(f"{kind}-1", signal.SIGCONT)
        await check(stand, await settled(stand, roots, 200), before)


@pytest.mark.service
@pytest.mark.timeout(600 * PATIENCE)
async def test_an_analyser_that_is_not_deployed_slows_nothing(service_url, tmp_path):
    """Its queue waits; files are in the catalog and in the graph; later it does them all."""
    roots = two_roots(tmp_path)
    make_library(tmp_path / "media", FILES)
    async with Distributed(tmp_path, roots, service_url, STATE) as stand:
        deployed = [name for name in stand.fleet.members if not name.startswith("analyze")]
        stand.fleet.start(*deployed)
        await stand.until(stand.is_ready, 120 * PATIENCE, "the services to answer")
        began = time.monotonic()
        hand_in(albums_of(tmp_path / "media"), roots, 0)
        expected = await asyncio.to_thread(on_disk, roots)

        async def is_cataloged():
            return await stand.graph_paths() == set(expected)

        await stand.until(is_cataloged, 200 * PATIENCE, "the catalog and the graph")
        say(f"{len(expected)} files after {time.monotonic() - began:.0f} s without analyzers")
        assert await stand.present_files() == expected
        stand.fleet.start()
        await stand.until(lambda: stand.is_settled(len(expected)), 300 * PATIENCE, "the analyses")
        say(f"and analysed after {time.monotonic() - began:.0f} s")


async def faults(stand, albums, roots, disk, dice):
    """All of them, while the albums arrive."""
    rounds = [*SERVERS]
    dice.shuffle(rounds)
    spread_s = (AWAY_S + 12) * len(rounds)
    handing = threading.Thread(target=hand_in, args=(albums, roots, spread_s), daemon=True)
    handing.start()
    for server in rounds:
        await away(stand, server, dice)
        await disturbed(stand, disk, dice)
    await asyncio.to_thread(handing.join)
    stand.fleet.start()


async def settled(stand, roots, limit_s):
    """Path to SHA-256 of what is on disk, once all of it went all the way."""
    expected = await asyncio.to_thread(on_disk, roots)
    say(f"{len(expected)} files are in; waiting for the rest")
    await stand.until(
        lambda: stand.is_settled(len(expected)), limit_s * PATIENCE, "everything to be done"
    )
    return expected


async def check(stand, expected, before):
    """Nothing is lost, nothing is there twice, nobody has grown."""
    tally, after = await stand.tally(), stand.memory()
    say(*(f"{name}: {value}" for name, value in tally.items()))
    say(*(f"{name}: {before[name]:.0f} → {after[name]:.0f} MiB" for name in sorted(before)))
    assert await stand.present_files() == expected
    assert await stand.graph_paths() == set(expected)
    assert tally["created twice"] == 0
    assert tally["places twice"] == 0
    assert tally["analysed twice"] == 0
    assert tally["unsent"] == 0
    assert tally["dead letters"] == 0
    assert tally["undone analyses"] == 0
    assert {name: code for name, code in stand.fleet.ended().items() if code} == {}
    grown = {name: after[name] - before[name] for name in before}
    assert {name: mib for name, mib in grown.items() if mib > MEMORY_SLACK_MIB} == {}


async def away(stand, server, dice):
    """A server is away for a while; meanwhile a service is killed."""
    say(f"{server} goes away for {AWAY_S:.0f} s")
    stand.server(server).kill()
    await asyncio.sleep(AWAY_S / 3)
    victim = dice.choice(sorted(stand.fleet.members))
    say(f"kill -9 {victim}")
    stand.fleet.kill(victim)
    await asyncio.sleep(AWAY_S / 3)
    stand.fleet.start(victim)
    await asyncio.sleep(AWAY_S / 3)
    stand.server(server).start()
    say(f"{server} is started")
    await stand.until(lambda: stand.answers(server), BACK_S * PATIENCE, f"{server} to listen again")
    await asyncio.sleep(2)


async def disturbed(stand, disk, dice):
    """Refused writes, lost connections, cut frames, a full disk and a killed service."""
    await stand.database.disturb(dice)
    if await stand.database.fail_statements(REFUSED):
        say(f"PostgreSQL refuses {REFUSED:.0%} of writes")
    stand.cut_connections()
    stand.cut_in_the_middle(dice)
    if disk is not None:
        say("the disk of ingest-2 is full")
        await asyncio.to_thread(disk.fill)
    await asyncio.sleep(5)
    if disk is not None:
        disk.free()
    victim = dice.choice(sorted(stand.fleet.members))
    say(f"kill -9 {victim}")
    stand.fleet.kill(victim)
    stand.fleet.start(victim)
    await stand.until(
        stand.database.accepts_statements, 60 * PATIENCE, "PostgreSQL to take writes again"
    )
    await asyncio.sleep(2)


def say(*lines):
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
