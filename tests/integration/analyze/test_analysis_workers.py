"""Real worker processes: killed, hanging, fed with what is not what was meant."""

import asyncio
import hashlib
import os
import signal

import pytest

from apollonia.analyze import registry
from apollonia.analyze.options import AnalyzeOptions
from apollonia.analyze.workbench import Workbench, worker_slot
from apollonia.domain.times import format_nanos
from apollonia.testing.builders import a_work

SPECS = tuple(spec for spec in registry.specs() if spec.name == "byte-profile")
CONTENT = bytes(range(256)) * 4096 * 2  # two MiB: the second one is not looked at


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "song.flac"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
async def slot():
    made = worker_slot(options())
    yield made
    await made.discard()


SPECS = tuple(spec for spec in registry.specs() if spec.name == "byte-profile")


def options(**changes) -> AnalyzeOptions:
    return AnalyzeOptions(holder="me", specs=SPECS, **changes)


def work_on(path, **changes):
    stat = path.stat()
    fields = {
        "file_path": str(path),
        "sha256_hash": hashlib.sha256(path.read_bytes()).hexdigest(),
        "size": stat.st_size,
        "modified_time": format_nanos(stat.st_mtime_ns),
    }
    return a_work(**{**fields, **changes})


async def analyse(slot, work, **changes):
    return await Workbench(slot, options(**changes)).analyse(work, SPECS)


async def test_byte_profile_tells_what_is_there(slot, file):
    [result] = (await analyse(slot, work_on(file))).results
    assert (result.analyser, result.version, result.status) == ("byte-profile", "1", "done")
    assert result.data is not None
    assert (result.data["bytes"], result.data["entropy"], result.data["distinct"]) == (
        1 << 20,
        8.0,
        256,
    )
    counts = (4096).to_bytes(4, "little") * 256
    assert result.data["histogram_sha256"] == hashlib.sha256(counts).hexdigest()


async def test_byte_profile_of_nothing_and_of_silence(slot, file):
    for content in (b"", b"\0" * 1000):
        file.write_bytes(content)
        [result] = (await analyse(slot, work_on(file))).results
        assert result.data is not None
        assert (result.data["bytes"], result.data["entropy"]) == (len(content), 0.0)


async def test_a_worker_is_confined(slot):
    worker = await slot.worker()
    assert "limits" in worker.fences


async def test_a_content_that_is_another_one_by_now_is_not_analysed(slot, file):
    work = work_on(file)
    file.write_bytes(b"something else")
    assert (await analyse(slot, work)).obstacle == "changed"
    file.unlink()
    assert (await analyse(slot, work)).obstacle == "gone"
    file.mkdir()
    assert (await analyse(slot, work)).obstacle == "gone"


async def test_a_file_that_was_only_touched_is_known_by_its_hash(slot, file):
    work = work_on(file)
    os.utime(file, (1, 1))
    assert (await analyse(slot, work)).results[0].status == "done"
    foreign = work_on(file, size=None, modified_time=None)
    assert (await analyse(slot, foreign)).results[0].status == "done"


async def kill_when_busy(slot, times):
    """SIGKILL for each of the next workers, as soon as it is there."""
    pids: set[int] = set()
    while len(pids) < times:
        worker = slot.current()
        if worker is not None and worker.pid not in pids:
            pids.add(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)
        await asyncio.sleep(0)


async def test_a_worker_that_is_killed_is_replaced_and_the_content_done(slot, file):
    await slot.worker()
    killing = asyncio.create_task(kill_when_busy(slot, 1))
    findings = await analyse(slot, work_on(file))
    await killing
    assert findings.results[0].status == "done"


async def test_a_content_that_costs_its_worker_each_time_is_failed_with_the_reason(slot, file):
    killing = asyncio.create_task(kill_when_busy(slot, 2))
    findings = await analyse(slot, work_on(file))
    await killing
    [result] = findings.results
    assert result.status == "failed"
    assert "crashed 2 times" in (result.reason or "")


async def test_a_worker_that_falls_silent_is_killed(slot, file):
    worker = await slot.worker()
    os.kill(worker.pid, signal.SIGSTOP)
    async with asyncio.timeout(20):
        findings = await analyse(slot, work_on(file), time_limit_s=0.5)
    assert findings.results[0].status == "done"
    assert slot.current().pid != worker.pid


async def test_cancelling_leaves_no_process(slot, file):
    worker = await slot.worker()
    os.kill(worker.pid, signal.SIGSTOP)
    task = asyncio.create_task(analyse(slot, work_on(file)))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await slot.discard()
    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)
