"""Killed before any step that changes a disk: finished or begun again, never half, never lost."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent / "kill_steps.py"


def test_upload_survives_a_kill_before_every_step(world, tmp_path):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path / "data"), str(world.root / "roots")],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    steps = [json.loads(line) for line in done.stdout.splitlines()]

    assert [step["code"] for step in steps] == [9] * (len(steps) - 1) + [0]
    assert len(steps) > (25 if world.is_near else 28), done.stderr
    seen = {"before", "ready", "done"}
    for step in steps:
        killed, after = step["killed"], step["after"]
        visible = {
            name: whole
            for name, whole in killed["files"].items()
            if not name.rpartition("/")[2].startswith(".apollonia-upload-")
        }
        assert visible in ({}, {world.song: True}), step
        assert step["restart"] == 0, (step, done.stderr)
        committed = killed["ready"] or killed["done"]
        assert after["files"] == ({world.song: True} if committed else {}), step
        assert after["left"] == [], step
        if committed:
            assert step["result"]["state"] == "landed", step
        seen.discard("done" if killed["done"] else "ready" if killed["ready"] else "before")
    assert not seen
