"""The pool and its processes: alive, killed, hung, stopped; nothing is left behind."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from apollonia.errors import MediaUnavailableError
from apollonia.media.options import MediaOptions
from apollonia.media.workers.pool import MediaPool
from apollonia.media.workers.requests import ArtworkRequest, InspectRequest
from apollonia.testing.media_files import make_audio, make_library


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in {"Z", "X"}


def children():
    """Processes that this one started and has not yet buried."""
    task = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return set(task.read_text().split()) if task.exists() else set()


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return [bytes(path) for path in make_library(tmp_path_factory.mktemp("library"), 240)]


def batches(paths, size=60):
    return [[InspectRequest(p) for p in paths[i : i + size]] for i in range(0, len(paths), size)]


async def until(condition, limit=5.0):
    ends = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < ends, "it never came"
        await asyncio.sleep(0.01)


async def test_pool_spreads_callers_over_workers_and_starts_them_lazily(library):
    async with MediaPool(MediaOptions(workers=2)) as pool:
        assert pool.worker_pids == ()
        await pool.inspect([InspectRequest(library[0])])
        assert len(pool.worker_pids) == 1
        found = await asyncio.gather(*map(pool.inspect, batches(library)))
        assert len(pool.worker_pids) == 2
    assert [one.path for batch in found for one in batch] == library
    assert {one.outcome for batch in found for one in batch} == {"ok"}
    assert len({one.sha256_hash for batch in found for one in batch}) == len(library)


async def test_pool_survives_kill_9_in_the_middle_of_batches(library):
    async with MediaPool(MediaOptions(workers=2)) as pool:

        async def assassin():
            for _ in range(6):
                await until(lambda: pool.worker_pids)
                os.kill(pool.worker_pids[0], signal.SIGKILL)
                await asyncio.sleep(0.15)

        killing = asyncio.create_task(assassin())
        found = []
        while not killing.done():
            found = await asyncio.gather(*map(pool.inspect, batches(library)))
        await killing
        found = await asyncio.gather(*map(pool.inspect, batches(library)))
    assert [one.path for batch in found for one in batch] == library
    assert {one.outcome for batch in found for one in batch} == {"ok"}


async def test_pool_replaces_a_worker_that_hangs(library):
    options = MediaOptions(workers=1, file_time_limit_s=2.0)
    async with MediaPool(options) as pool:
        await pool.inspect([InspectRequest(library[0])])
        (hung,) = pool.worker_pids
        os.kill(hung, signal.SIGSTOP)
        found = await pool.inspect([InspectRequest(path) for path in library[:20]])
        assert {one.outcome for one in found} == {"ok"}
        assert not alive(hung)


async def test_file_that_always_hangs_is_an_error_with_hashes(library):
    options = MediaOptions(workers=1, file_time_limit_s=0.5)
    async with MediaPool(options) as pool:

        async def freezer():
            """Stops the first three workers: one in the batch, two for the file alone."""
            stopped: set[int] = set()
            while len(stopped) < 3:
                for pid in set(pool.worker_pids) - stopped:
                    os.kill(pid, signal.SIGSTOP)
                    stopped.add(pid)
                await asyncio.sleep(0.001)

        freezing = asyncio.create_task(freezer())
        (found,) = await pool.inspect([InspectRequest(library[0])])
        await freezing
    assert (found.outcome, found.error and found.error.code) == ("error", "timeout")
    assert found.sha256_hash is not None
    assert found.facts is not None


async def test_cancelled_caller_frees_its_worker_within_a_second(library):
    async with MediaPool(MediaOptions(workers=1)) as pool:
        await pool.inspect([InspectRequest(library[0])])
        (pid,) = pool.worker_pids
        os.kill(pid, signal.SIGSTOP)
        caller = asyncio.create_task(pool.inspect([InspectRequest(library[1])]))
        await asyncio.sleep(0.05)
        started = time.monotonic()
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        await until(lambda: not alive(pid), 1.0)
        assert time.monotonic() - started < 1.0
        (found,) = await pool.inspect([InspectRequest(library[1])])
        assert found.outcome == "ok"


async def test_cancelled_waiter_leaves_the_others_in_line(library):
    async with MediaPool(MediaOptions(workers=1)) as pool:
        callers = [asyncio.create_task(pool.inspect(batch)) for batch in batches(library, 40)]
        await asyncio.sleep(0)
        callers[2].cancel()
        done = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(done[2], asyncio.CancelledError)
    sizes = [len(found) for found in done if not isinstance(found, BaseException)]
    assert sizes == [40] * (len(callers) - 1)


async def test_stop_leaves_no_process_and_no_task(library):
    before = children()
    pool = MediaPool(MediaOptions(workers=2))
    async with pool:
        callers = [asyncio.create_task(pool.inspect(batch)) for batch in batches(library)]
        await until(lambda: len(pool.worker_pids) == 2)
        pids = pool.worker_pids
    for caller in callers:
        with pytest.raises(MediaUnavailableError):
            await caller
    assert children() == before
    assert not any(map(alive, pids))
    assert asyncio.all_tasks() == {asyncio.current_task()}
    with pytest.raises(MediaUnavailableError, match="stopped"):
        await pool.inspect([InspectRequest(library[0])])


async def test_worker_dies_with_its_parent(tmp_path):
    path = make_audio(tmp_path / "a.flac")
    code = (
        "import asyncio, os, sys\n"
        "from apollonia.media.workers.pool import MediaPool\n"
        "from apollonia.media.workers.requests import InspectRequest\n"
        "async def main():\n"
        "    async with MediaPool() as pool:\n"
        "        await pool.inspect([InspectRequest(os.fsencode(sys.argv[1]))])\n"
        "        print(*pool.worker_pids, flush=True)\n"
        "        os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(path), stdout=asyncio.subprocess.PIPE
    )
    words, _ = await process.communicate()
    pid = int(words.split()[-1])
    await until(lambda: not alive(pid))


async def test_workers_are_recycled(library):
    options = MediaOptions(workers=1, recycle_after=50)
    async with MediaPool(options) as pool:
        pids: set[int] = set()
        for batch in batches(library):
            await pool.inspect(batch[:30])
            pids.update(pool.worker_pids)
    assert len(pids) == 2


async def test_fat_workers_are_recycled(library):
    async with MediaPool(MediaOptions(workers=1, recycle_rss_bytes=1)) as pool:
        await pool.inspect([InspectRequest(library[0])])
        assert pool.worker_pids == ()


async def test_batch_is_bounded_and_may_be_empty(pool):
    assert await pool.inspect([]) == []
    with pytest.raises(ValueError, match="64"):
        await pool.inspect([InspectRequest(b"/x")] * 65)


async def test_line_is_bounded(library):
    async with MediaPool(MediaOptions(workers=1, queue_limit=2)) as pool:
        callers = [asyncio.create_task(pool.inspect(batch)) for batch in batches(library)]
        done = await asyncio.gather(*callers, return_exceptions=True)
        refused = [answer for answer in done if isinstance(answer, MediaUnavailableError)]
    assert len(refused) == 2


async def test_worker_that_cannot_start_is_said_to_be_unavailable(library):
    options = MediaOptions(workers=1, start_time_limit_s=0.001)
    async with MediaPool(options) as pool:
        with pytest.raises(MediaUnavailableError):
            await pool.inspect([InspectRequest(library[0])])
        with pytest.raises(MediaUnavailableError):
            await pool.artwork(ArtworkRequest(library[0]))


async def test_hashing_can_be_left_to_the_caller(library, look):
    found = await look(library[0], hash=False)
    assert (found.outcome, found.sha256_hash) == ("ok", None)
    assert found.media["kind"] == "audio"


def test_main_process_loads_no_decoder():
    code = (
        "import sys, apollonia.media.workers.pool, apollonia.media.hashing, apollonia.media.demo\n"
        "print(sorted({'av', 'PIL', 'tinytag'} & set(sys.modules)))"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
