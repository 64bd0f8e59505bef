import asyncio
import os
import signal

import pytest

from apollonia.errors import ConfigurationError
from apollonia.runtime import Runtime


class Recorder:
    def __init__(self, name, log, *, error=None, hangs=False):
        self.name = name
        self._log = log
        self._error = error
        self._hangs = hangs

    async def run(self, stop):
        self._log.append(f"start {self.name}")
        if self._error:
            raise self._error
        await stop.wait()
        if self._hangs:
            await asyncio.sleep(60)
        self._log.append(f"stop {self.name}")


async def test_runtime_starts_in_order_and_stops_in_reverse():
    log: list[str] = []
    runtime = Runtime([Recorder("a", log), Recorder("b", log)])
    asyncio.get_running_loop().call_later(0.02, runtime.request_stop)
    await runtime.run()
    assert log == ["start a", "start b", "stop b", "stop a"]


async def test_runtime_stops_on_sigterm():
    log: list[str] = []
    runtime = Runtime([Recorder("a", log)])
    asyncio.get_running_loop().call_later(0.02, os.kill, os.getpid(), signal.SIGTERM)
    await runtime.run()
    assert log == ["start a", "stop a"]


async def test_runtime_raises_the_error_of_a_service_and_ends_the_others():
    runtime = Runtime([Recorder("a", []), Recorder("b", [], error=ConfigurationError("port"))])
    with pytest.raises(ConfigurationError, match="port"):
        await runtime.run()


async def test_runtime_cancels_a_service_that_does_not_stop_in_time():
    log: list[str] = []
    runtime = Runtime([Recorder("a", log), Recorder("slow", log, hangs=True)], grace=0.05)
    runtime.request_stop()
    async with asyncio.timeout(2):
        await runtime.run()
    assert "stop a" in log
    assert "stop slow" not in log


async def test_runtime_stops_at_once_on_a_second_request():
    runtime = Runtime([Recorder("slow", [], hangs=True)], grace=30)
    loop = asyncio.get_running_loop()
    loop.call_later(0.02, runtime.request_stop)
    loop.call_later(0.05, runtime.request_stop)
    async with asyncio.timeout(2):
        await runtime.run()


async def test_runtime_treats_a_service_that_ends_by_itself_as_a_fault():
    class Short:
        name = "short"

        async def run(self, _stop):
            return

    with pytest.raises(RuntimeError, match="short ended by itself"):
        await Runtime([Short()]).run()
