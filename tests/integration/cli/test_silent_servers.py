"""Servers that take connections and never say a word: services tell, and end when told to."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing

import pytest

from apollonia.testing.installation import free_port

pytestmark = pytest.mark.timeout(200)

SILENT = {
    "catalog": ("APOLLONIA_CATALOG__URL", "postgresql://somebody:secret@127.0.0.1:{}/catalog"),
    "bus": ("APOLLONIA_BUS__URL", "amqp://somebody:secret@127.0.0.1:{}/"),
    "graph": ("APOLLONIA_GRAPH__URL", "neo4j://127.0.0.1:{}"),
}
START_S = 100.0  # on a busy machine
ENDS_WITHIN_S = 10.0  # 5 s or so at most; more on a busy machine


@pytest.fixture
def silent():
    """A server that hears everything and answers nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(START_S)
        yield listener


@pytest.fixture
def started(tmp_path):
    """Start a command with a server that is silent; killed at the end."""
    processes = []

    def start(*words, silent, which):
        name, url = SILENT[which]
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "apollonia", *words, "--data", str(tmp_path / "data")],
                env={**os.environ, name: url.format(silent.getsockname()[1])},
                stdout=log,
                stderr=log,
            )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()


def get(port, path):
    """Status and body, once somebody listens."""
    end = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            assert time.monotonic() < end, "nobody listens"
            time.sleep(0.05)


def test_api_that_waits_for_a_server_says_so_to_whoever_asks(silent, started):
    port = free_port()
    process = started("api", "--port", str(port), silent=silent, which="catalog")
    status, problem = get(port, "/api/v1/files")
    assert status == 503
    assert "not ready yet" in problem["detail"]
    assert get(port, "/health/live") == (200, {"status": "ok"})
    status, health = get(port, "/health/ready")
    assert (status, health["status"]) == (503, "unavailable")
    process.send_signal(signal.SIGTERM)
    assert process.wait(ENDS_WITHIN_S) == 0


@pytest.mark.parametrize("command", ["populate", "analyze"])
@pytest.mark.parametrize("which", SILENT)
def test_service_ends_at_sigterm_whoever_is_silent(silent, started, command, which, tmp_path):
    process = started(command, silent=silent, which=which)
    with closing(silent.accept()[0]):
        time.sleep(0.5)
        assert process.poll() is None, (tmp_path / "log").read_text()
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENDS_WITHIN_S) == 0
