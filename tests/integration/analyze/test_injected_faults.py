"""A decoder that hangs or eats memory, injected into a real worker: it costs only its file."""

import hashlib
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from apollonia.analyze import registry
from apollonia.analyze.options import AnalyzeOptions
from apollonia.analyze.workbench import Workbench, worker_slot
from apollonia.domain.analysis import Cost
from apollonia.domain.times import format_nanos
from apollonia.media.workers.slot import WorkerSlot
from apollonia.testing.builders import a_work
from apollonia.testing.sounds import tone, write_sound

RATE = 8_000
NAMES = ("byte-profile", "loudness", "quality")
SPECS = tuple(spec for spec in registry.specs() if spec.name in NAMES)


class HangingWorker:
    """Stops its process as soon as it says that it decodes, ``times`` times in all."""

    times = 0

    def __init__(self, worker):
        self._worker = worker

    def __getattr__(self, name):
        return getattr(self._worker, name)

    async def receive(self, time_limit_s):
        answer = await self._worker.receive(time_limit_s)
        if answer.get("preparing") and HangingWorker.times:
            HangingWorker.times -= 1
            os.kill(self._worker.pid, signal.SIGSTOP)
        return answer


class HangingSlot(WorkerSlot):
    """Its workers hang."""

    async def worker(self):
        return HangingWorker(await super().worker())


def options(**changes) -> AnalyzeOptions:
    return AnalyzeOptions(holder="me", specs=SPECS, **changes)


def work_on(path):
    stat = path.stat()
    return a_work(
        file_path=str(path),
        sha256_hash=hashlib.sha256(path.read_bytes()).hexdigest(),
        size=stat.st_size,
        modified_time=format_nanos(stat.st_mtime_ns),
    )


def a_sound(path, seconds):
    return write_sound(path, tone(440.0, seconds, RATE, 0.5)[np.newaxis], RATE)


def statuses(findings):
    return {result.analyser: result.status for result in findings.results}


ALL_DONE = dict.fromkeys(NAMES, "done")


async def test_a_decoder_that_hangs_costs_the_analysers_that_need_it_and_no_other_file(tmp_path):
    plain = worker_slot(options())
    slot = HangingSlot(plain._program, recycle_after=100, recycle_rss_bytes=1 << 30)
    bench = Workbench(slot, options(time_limit_s=4.0))
    try:
        HangingWorker.times = 2
        findings = await bench.analyse(work_on(a_sound(tmp_path / "a.wav", 1.0)), SPECS)
        assert statuses(findings) == {**dict.fromkeys(NAMES, "failed"), "byte-profile": "done"}
        reasons = {str(result.reason) for result in findings.results if result.status == "failed"}
        assert all("decoding its sound took more than 4 s, 2 times" in it for it in reasons)
        HangingWorker.times = 1  # once is forgiven
        findings = await bench.analyse(work_on(a_sound(tmp_path / "b.wav", 1.1)), SPECS)
        assert statuses(findings) == ALL_DONE
    finally:
        await slot.discard()


def largest_address_space(slot) -> int:
    status = Path(f"/proc/{slot.current().pid}/status")
    if not status.exists():
        pytest.skip("there is no /proc here")
    return int(status.read_text().split("VmPeak:")[1].split()[0]) << 10


async def test_a_decoder_that_eats_memory_costs_only_its_file(tmp_path):
    small, large = a_sound(tmp_path / "a.wav", 1.0), a_sound(tmp_path / "b.wav", 590.0)
    roomy = worker_slot(options())
    try:
        await Workbench(roomy, options()).analyse(work_on(small), SPECS)
        peak = largest_address_space(roomy)
    finally:
        await roomy.discard()
    tight = options(memory_limit_bytes=peak + (48 << 20))
    slot = worker_slot(tight)
    bench = Workbench(slot, tight)
    try:
        findings = await bench.analyse(work_on(large), SPECS)
        assert statuses(findings) == {**dict.fromkeys(NAMES, "failed"), "byte-profile": "done"}
        reasons = {result.reason for result in findings.results if result.status == "failed"}
        assert reasons == {"It needs more memory than a worker may have."}
        assert statuses(await bench.analyse(work_on(small), SPECS)) == ALL_DONE
    finally:
        await slot.discard()


def test_what_a_worker_may_take_grows_with_the_length_of_the_sound():
    cost = Cost(base_s=1.0, per_gib_s=0.0, per_minute_s=2.0)
    assert options().limit_of(cost, 1 << 20, 3.0) == 10 * (1.0 + 2.0 * 3.0)
    assert options().limit_of(cost, 1 << 20, 0.0) == 10.0
    assert options(time_limit_s=5.0).limit_of(cost, 1 << 20, 600.0) == 5.0
