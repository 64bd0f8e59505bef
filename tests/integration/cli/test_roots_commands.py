"""The commands that steer a running ingestor, from a terminal beside it."""

import json
import time

from apollonia.testing.installation import Installation


def roots(installation):
    done = installation.command("roots", "--json", "--data", str(installation.data))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def steer(installation, *words):
    done = installation.command(*words, "--data", str(installation.data))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_folder_is_paused_resumed_and_scanned_from_a_terminal(tmp_path):
    root, data = tmp_path / "media", tmp_path / "data"
    (root / "album").mkdir(parents=True)
    (root / "album" / "a.bin").write_bytes(b"a")
    with Installation([root], data) as running:
        running.wait_scanned()
        assert "rests" in steer(running, "pause", str(root))
        paused_at = time.monotonic()
        running.wait_for(
            lambda: running.get("/roots")["items"][0]["state"] == "paused", 5, "the pause"
        )
        assert time.monotonic() - paused_at < 2.5
        (root / "b.bin").write_bytes(b"b")
        time.sleep(1)
        assert [item["name"] for item in running.all_files()] == ["a.bin"]
        (shown,) = roots(running)
        assert (shown["state"], shown["paused"], shown["found"]) == ("paused", True, 1)

        assert "goes on" in steer(running, "resume")
        running.wait_for(lambda: len(running.all_files()) == 2, 10, "what came meanwhile")

        assert str(root / "album") in steer(running, "scan", str(root / "album"), "--verify")
        running.wait_for(lambda: '"verified": true' in running.log_path.read_text(), 10, "the scan")

        refused = running.command("scan", "/etc", "--data", str(data))
        assert (refused.returncode, "lies in no folder" in refused.stderr) == (1, True)
    assert "nobody works on it now" in steer(running, "scan")
    assert str(root) in steer(running, "roots")
