"""Two ingestors in processes of their own, with one catalog and a data folder each."""

import os
import signal
import subprocess
import sys

import pytest

from apollonia.testing.installation import Installation


class Beside:
    """``apollonia ingest`` over the same folder and catalog, from another data folder."""

    def __init__(self, running: Installation, data, *words):
        self.log_path = data.with_name(data.name + ".log")
        environ = {
            **os.environ,
            "APOLLONIA_OBSERVE__LOG_FORMAT": "json",
            "APOLLONIA_CATALOG__URL": f"sqlite:///{running.data / 'catalog.db'}",
            "APOLLONIA_BUS__URL": f"sqlite:///{running.data / 'bus.db'}",
        }
        roots = map(str, running.roots)
        command = [sys.executable, "-m", "apollonia", "ingest", *roots, "--data", str(data), *words]
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)

    @property
    def log(self):
        return self.log_path.read_text()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)


@pytest.fixture
def running(tmp_path):
    root = tmp_path / "media"
    (root / "album").mkdir(parents=True)
    for number in range(30):
        (root / "album" / f"{number:02}.bin").write_bytes(b"%d" % number)
    with Installation([root], tmp_path / "one") as running:
        running.wait_scanned()
        yield running


def holder(running):
    return running.get("/roots")["items"][0]["holder"]


def places(running):
    return {item["name"]: (item["id"], item["availability"]) for item in running.all_files()}


def test_second_ingestor_refuses_and_names_who_has_the_folder(running, tmp_path):
    with Beside(running, tmp_path / "two") as second:
        running.wait_for(lambda: "is held by" in second.log, 20, "the refusal")
        assert f"{running.data} for another" in second.log
        assert "--take-over" in second.log
        (status,) = running.get("/roots")["items"]
        assert (status["state"], status["holder"].endswith(str(running.data))) == ("watching", True)
        (running.roots[0] / "new.bin").write_bytes(b"new")
        running.wait_for(lambda: "new.bin" in places(running), 10, "the first one's work")
        assert second.stop() == 0


def test_folder_is_taken_over_with_ids_and_all_that_happened(running, tmp_path):
    before = places(running)
    root, two = running.roots[0], tmp_path / "two"
    with Beside(running, two, "--take-over") as second:
        running.wait_for(lambda: str(holder(running)).endswith(str(two)), 20, "the new holder")
        running.wait_for(lambda: "was taken over by" in running.log_path.read_text(), 5, "the word")
        assert str(two) in running.log_path.read_text()
        running.wait_for(
            lambda: running.get("/roots")["items"][0]["state"] == "watching", 20, "the scan"
        )
        (root / "new.bin").write_bytes(b"new")
        (root / "album" / "00.bin").rename(root / "moved.bin")
        (root / "album" / "01.bin").unlink()
        running.wait_for(lambda: places(running).get("01.bin", ("", ""))[1] == "missing", 20, "all")
        running.wait_for(lambda: {"new.bin", "moved.bin"} <= places(running).keys(), 20, "all")
        after = places(running)
        assert after["moved.bin"][0] == before["00.bin"][0]
        same = before.keys() - {"00.bin", "01.bin"}
        assert {name: after[name] for name in same} == {name: before[name] for name in same}
        assert len(after) == 31
        assert str(holder(running)).endswith(str(two))  # the first one does not take it back
        assert second.stop() == 0
    running.wait_for(
        lambda: str(holder(running)).endswith(str(running.data)), 20, "the first one again"
    )
    (root / "later.bin").write_bytes(b"later")
    running.wait_for(lambda: "later.bin" in places(running), 20, "its work")
    running.wait_scanned()
    again = places(running)
    assert {name: again[name] for name in after} == after
