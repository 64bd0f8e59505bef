"""SIGTERM at any moment of a service's start: it ends with 0."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

DELAYS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4)
LIMIT_S = 30.0


def start(tmp_path, number):
    media = tmp_path / "media"
    media.mkdir(exist_ok=True)
    for name in range(20):
        (media / f"{name}.txt").write_text(str(name))
    words = ["-m", "apollonia", "ingest", str(media), "--data", str(tmp_path / f"data {number}")]
    log = (tmp_path / f"log {number}").open("wb")
    with log:
        return subprocess.Popen([sys.executable, *words], stdout=log, stderr=log)


def wait_until_it_listens(process):
    """It has said what it wants to do at SIGTERM; before, it is still the bare interpreter."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        status = Path(f"/proc/{process.pid}/status").read_text("ascii")
        caught = int(status.split("SigCgt:")[1].split()[0], 16)
        if caught >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.005)
    raise AssertionError("SIGTERM is not caught")


@pytest.mark.timeout(120)
def test_service_that_is_stopped_while_it_starts_ends_with_0(tmp_path):
    delays = [float(d) for d in os.environ.get("APOLLONIA_TEST_STOPS", "").split()] or DELAYS
    codes = {}
    for number, delay in enumerate(delays):
        process = start(tmp_path, number)
        try:
            wait_until_it_listens(process)
            time.sleep(delay)
            process.send_signal(signal.SIGTERM)
            codes[delay] = process.wait(LIMIT_S)
        finally:
            process.kill()
            process.wait()
    wrong = {delay: code for delay, code in codes.items() if code}
    assert not wrong, [(tmp_path / f"log {list(codes).index(d)}").read_text() for d in wrong]
