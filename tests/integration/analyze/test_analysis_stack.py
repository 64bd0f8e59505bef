"""Whole processes: rows are analysed, the analyser may be away, a stop is quick."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from apollonia.testing.installation import Installation
from apollonia.testing.media_files import make_library

FILES = 60
WITHOUT_MODELS = {"APOLLONIA_ANALYZE__OFF": "sounds,music-tags,genre,instruments,mood"}


@pytest.fixture
def installation(tmp_path):
    make_library(tmp_path / "media", FILES)
    return Installation([tmp_path / "media"], tmp_path / "data", environ=WITHOUT_MODELS)


def states(installation) -> Counter[str]:
    return Counter(item["analysis"] for item in installation.all_files())


def all_done(installation) -> bool:
    found = states(installation)
    return found["done"] > 0 and not found["pending"]


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_files_are_analysed_and_a_killed_worker_costs_nothing(installation):
    with installation:
        installation.wait_scanned()
        installation.wait_for(lambda: states(installation)["done"], 30, "a first result")
        for pid in children(installation.pid):
            if "apollonia.analyze.worker" in command_of(pid):
                os.kill(pid, signal.SIGKILL)
        installation.wait_for(lambda: all_done(installation), 60, "all results")
        assert set(states(installation)) <= {"done", "unavailable"}

        began = time.monotonic()
        assert installation.stop() == 0
        assert time.monotonic() - began < 5


def analyser(installation) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "apollonia", "analyze", "--data", str(installation.data)],
        env={**os.environ, **WITHOUT_MODELS, "APOLLONIA_OBSERVE__LOG_FORMAT": "json"},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def test_files_wait_for_an_analyser_that_is_away_and_are_found_by_one_that_comes(tmp_path):
    make_library(tmp_path / "media", FILES)
    nobody = {f"APOLLONIA_ANALYZE__SLOTS_{lane}": "0" for lane in ("AUDIO", "IMAGE", "VIDEO")}
    installation = Installation(
        [tmp_path / "media"], tmp_path / "data", environ=nobody | WITHOUT_MODELS
    )
    with installation:
        installation.wait_scanned()
        assert set(states(installation)) <= {"pending", "unavailable"}
        process = analyser(installation)
        try:
            installation.wait_for(lambda: all_done(installation), 60, "all results")
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
            assert time.monotonic() - began < 5
        finally:
            process.kill()
            process.wait(10)
