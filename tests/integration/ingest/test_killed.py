import ctypes
import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")

CHILD = Path(__file__).with_name("ingest_child.py")
FILES = 3000
KILLS = 4
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2


def start(root, data, **options):
    return subprocess.Popen(
        [sys.executable, str(CHILD), str(root), str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        **options,
    )


def log_of(data):
    lines = (data / "bus.log").read_text().splitlines()
    return [json.loads(line) for line in lines]


def hashes_of(root):
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_kill_nine_amid_a_scan_loses_and_doubles_nothing(tmp_path):
    root, data = tmp_path / "media", tmp_path / "data"
    data.mkdir()
    for number in range(FILES):
        path = root / f"{number % 100:02}" / f"{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % number)
    moments = random.Random()  # the failure's own message tells what was found
    for _ in range(KILLS):
        child = start(root, data)
        time.sleep(moments.uniform(0.6, 2.0))
        child.kill()
        child.wait()
        child.stdout.close()
    with start(root, data) as child:
        assert child.wait(timeout=60) == 0
    told: dict[str, set[tuple[str, str]]] = {}
    for message_id, path, event_type, sha, _, _ in log_of(data):
        assert event_type == "IN_CREATE"
        told.setdefault(path, set()).add((message_id, sha))
    assert all(len(found) == 1 for found in told.values())
    assert {path: next(iter(found))[1] for path, found in told.items()} == hashes_of(root)
    with sqlite3.connect(data / "ingest.db") as index:
        live, unsent = (
            index.execute(query).fetchone()[0]
            for query in (
                "SELECT count(*) FROM entries WHERE gone_micros IS NULL",
                "SELECT count(*) FROM outbox",
            )
        )
    index.close()
    assert (live, unsent) == (FILES, 0)


def like_anybody():
    """In the child, before its program: root loses the power to read everything."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if os.geteuid() == 0 and libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")


def test_unreadable_files_and_folders_are_told_and_skipped(tmp_path):
    root, data = tmp_path / "media", tmp_path / "data"
    (root / "closed").mkdir(parents=True)
    data.mkdir()
    (root / "open.bin").write_bytes(b"open")
    (root / "secret.bin").write_bytes(b"secret")
    (root / "secret.bin").chmod(0)
    (root / "closed").chmod(0)
    try:
        with start(root, data, preexec_fn=like_anybody) as child:
            assert child.wait(timeout=60) == 0
            skipped = json.loads(child.stdout.read())
    finally:
        (root / "closed").chmod(0o700)
    told = {Path(path).name: (sha, error) for _, path, _, sha, error, _ in log_of(data)}
    assert told["open.bin"] == (hashlib.sha256(b"open").hexdigest(), None)
    assert told["secret.bin"][0] is None
    assert told["secret.bin"][1]["code"] == "unreadable"
    assert any("closed" in one and "permission denied" in one for one in skipped)
