"""`make chaos`: SIGTERM amid a large scan and a copy; it is obeyed, and nothing is lost."""

import hashlib
import os
import random
import shutil
import sqlite3
import sys
import threading
import time

import pytest

from apollonia.testing.installation import Installation
from apollonia.testing.media_files import make_library

FILES = int(os.environ.get("APOLLONIA_TEST_CHAOS_FILES", "20000"))
STOPS = 5
STOP_LIMIT_S = 5.0


def copy_all(source, target, ended):
    for path in sorted(source.rglob("*")):
        if ended.is_set():
            return
        if path.is_file():
            new = target / path.relative_to(source)
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, new)


@pytest.mark.timeout(1800)
def test_sigterm_under_full_load_is_obeyed_within_seconds_and_loses_nothing(tmp_path):
    seed = random.randrange(1 << 30)
    sys.stdout.write(f"seed {seed}\n")
    dice = random.Random(seed)
    media = tmp_path / "media"
    make_library(media / "here", FILES)
    make_library(tmp_path / "elsewhere", FILES // 4)
    ended = threading.Event()
    copying = threading.Thread(
        target=copy_all, args=(tmp_path / "elsewhere", media / "copied", ended)
    )
    installation = Installation([media], tmp_path / "data")
    copying.start()
    took = []
    try:
        for _ in range(STOPS):
            installation.start().wait_ready()
            time.sleep(dice.uniform(0.1, 4.0))
            began = time.monotonic()
            assert installation.stop() == 0
            took.append(round(time.monotonic() - began, 2))
        sys.stdout.write(f"stopped after {took} s\n")
        assert max(took) < STOP_LIMIT_S
        with installation:
            copying.join()
            expected = {
                str(path): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in media.rglob("*")
                if path.is_file()
            }
            installation.wait_for(
                lambda: (
                    installation.get("/stats")["by_availability"].get("present", 0) >= len(expected)
                ),
                300,
                "all files",
            )
            installation.wait_scanned(300)
            rows = {row["file_path"]: row["sha256_hash"] for row in installation.all_files()}
    finally:
        ended.set()
        copying.join()
    assert rows == expected
    with sqlite3.connect(tmp_path / "data" / "ingest.db") as index:
        assert index.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
