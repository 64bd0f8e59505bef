"""`make chaos`: every server and every service fails in turn while 20,000 files arrive.

Two ingestors, populators, APIs and analyzers over real servers (`make services`). At the end the
catalog is the folder, the graph is the catalog, and nothing came twice. Prints a tally.
"""

import asyncio
import hashlib
import os
import random
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from apollonia.testing.distributed import Distributed
from apollonia.testing.media_files import make_library

FILES = int(os.environ.get("APOLLONIA_TEST_CHAOS_FILES", "20000"))
AWAY_S = float(os.environ.get("APOLLONIA_TEST_CHAOS_AWAY", "30"))
SERVERS = ("rabbitmq", "postgresql", "neo4j", "redis")
MEMORY_SLACK_MIB = 60.0


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "media"
    make_library(folder, FILES)
    return folder


def hand_in(corpus, roots, until_s):
    """Move the albums into the roots, evenly over this time."""
    albums = sorted(path for path in corpus.rglob("*") if path.is_dir() and not has_folders(path))
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
@pytest.mark.timeout(1200)
async def test_faults_of_everything_lose_nothing_and_double_nothing(service_url, corpus, tmp_path):
    seed = random.randrange(1 << 30)
    say(f"seed {seed}")
    dice = random.Random(seed)
    roots = [tmp_path / "roots" / name for name in ("one", "two")]
    for root in roots:
        root.mkdir(parents=True)
    state = Path(__file__).parents[2] / ".services.json"
    async with Distributed(tmp_path, roots, service_url, state) as stand:
        stand.fleet.start()
        await stand.until(stand.is_ready, 120, "the services to answer")
        before = stand.memory()
        rounds = [*SERVERS]
        dice.shuffle(rounds)
        handing = threading.Thread(
            target=hand_in, args=(corpus, roots, (AWAY_S + 8) * len(rounds)), daemon=True
        )
        handing.start()
        for server in rounds:
            await fault(stand, server, dice)
        await asyncio.to_thread(handing.join)
        expected = await asyncio.to_thread(on_disk, roots)
        say(f"{len(expected)} files are in; waiting for the rest")
        stand.fleet.start()
        await stand.until(lambda: stand.is_settled(len(expected)), 300, "everything to be done")
        tally = await stand.tally()
        say(*(f"{name}: {value}" for name, value in tally.items()))
        after = stand.memory()
        say(*(f"{name}: {before[name]:.0f} → {after[name]:.0f} MiB" for name in sorted(before)))
        assert await stand.present_files() == expected
        assert await stand.graph_paths() == set(expected)
        assert tally["created twice"] == 0
        assert tally["places twice"] == 0
        assert tally["unsent"] == 0
        assert tally["dead letters"] == 0
        assert tally["undone analyses"] == 0
        assert {name: code for name, code in stand.fleet.ended().items() if code} == {}


async def fault(stand, server, dice):
    """A server is away for a while; meanwhile a service is killed and connections are cut."""
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
    await asyncio.sleep(2)
    await stand.disturb_database(dice)
    stand.cut_connections()
    victim = dice.choice(sorted(stand.fleet.members))
    say(f"kill -9 {victim}")
    stand.fleet.kill(victim)
    stand.fleet.start(victim)
    await asyncio.sleep(6)


def say(*lines):
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
