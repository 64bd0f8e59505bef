"""`make chaos`: kill -9 amid scans of 20,000 files, while people change, move and delete some.

Nothing is lost or doubled. ``APOLLONIA_TEST_CHAOS_KILLS=50``.
"""

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
KILLS = int(os.environ.get("APOLLONIA_TEST_CHAOS_KILLS", "10"))
CHANGES = 40  # after each kill


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus") / "media"
    make_library(folder, FILES)
    return folder


def disturb(corpus, dice):
    """Some files are changed, moved, deleted, saved over and copied; a folder is renamed."""
    files = sorted(path for path in corpus.rglob("*") if path.is_file())
    for number, path in enumerate(dice.sample(files, min(CHANGES, len(files)))):
        if number % 5 == 0:
            path.write_bytes(path.read_bytes() + dice.randbytes(10))
        elif number % 5 == 1:
            path.rename(path.with_name(f"moved {dice.random()}{path.suffix}"))
        elif number % 5 == 2:
            path.unlink()
        elif number % 5 == 3:
            other = path.with_name("new~")
            other.write_bytes(dice.randbytes(1000))
            other.replace(path)
        else:
            (path.with_name(f"copy {dice.random()}{path.suffix}")).write_bytes(path.read_bytes())
    folder = dice.choice(files).parent
    if folder.is_dir() and folder != corpus:
        folder.rename(folder.with_name(f"renamed {dice.random()}"))


@pytest.mark.timeout(3600)
def test_kill_nine_in_the_middle_of_a_scan_loses_nothing(corpus, tmp_path):
    seed = random.randrange(1 << 30)
    sys.stdout.write(f"seed {seed}\n")
    dice = random.Random(seed)
    installation = Installation([corpus], tmp_path / "data")
    for _ in range(KILLS):
        installation.start()
        time.sleep(dice.uniform(0.5, 6.0))
        installation.kill()
        disturb(corpus, dice)
    number = sum(path.is_file() for path in corpus.rglob("*"))
    with installation:
        installation.wait_for(
            lambda: installation.get("/stats")["by_availability"].get("present", 0) >= number,
            300,
            "all files",
        )
        installation.wait_scanned(300)
        rows = {
            row["file_path"]: row["sha256_hash"]
            for row in installation.all_files(availability="present")
        }
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
