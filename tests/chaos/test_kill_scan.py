"""`make chaos`: kill -9 amid a 20,000-file scan, ten times; nothing is lost or doubled."""

import hashlib
import os
import random
import sqlite3
import sys
import time

import pytest

from apollonia.testing.installation import Installation
from apollonia.testing.media_files import make_library

FILES = int(os.environ.get("APOLLONIA_TEST_CHAOS_FILES", "20000"))
KILLS = 10


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "media"
    make_library(folder, FILES)
    return folder


@pytest.mark.timeout(1800)
def test_kill_nine_in_the_middle_of_a_scan_loses_nothing(corpus, tmp_path):
    seed = random.randrange(1 << 30)
    sys.stdout.write(f"seed {seed}\n")
    moments = random.Random(seed)
    installation = Installation([corpus], tmp_path / "data")
    for _ in range(KILLS):
        installation.start()
        time.sleep(moments.uniform(0.5, 6.0))
        installation.kill()
    with installation:
        installation.wait_for(
            lambda: installation.get("/stats")["by_availability"].get("present", 0) >= FILES,
            300,
            "all files",
        )
        installation.wait_scanned(300)
        rows = {row["file_path"]: row["sha256_hash"] for row in installation.all_files()}
    on_disk = {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in corpus.rglob("*")
        if path.is_file()
    }
    assert rows == on_disk
    with sqlite3.connect(tmp_path / "data" / "catalog.db") as catalog:
        (doubled,) = catalog.execute(
            "SELECT count(*) FROM (SELECT 1 FROM files GROUP BY path_key HAVING count(*) > 1)"
        ).fetchone()
        (eventless,) = catalog.execute(
            "SELECT count(*) FROM files f WHERE NOT EXISTS"
            " (SELECT 1 FROM file_events e WHERE e.place_id = f.id)"
        ).fetchone()
    with sqlite3.connect(tmp_path / "data" / "ingest.db") as index:
        (unsent,) = index.execute("SELECT count(*) FROM outbox").fetchone()
    assert (doubled, eventless, unsent) == (0, 0, 0)
