"""What a worker can no longer do."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fences are Linux's")

CONFINED = """
import os, socket, subprocess, sys
from apollonia.media.workers.confine import confine
target = sys.argv[1]
fences = confine(memory_limit_bytes=1 << 30, nice=0, parent=os.getppid())
def refused(what):
    try:
        what()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "allowed"
def connect():
    with socket.socket() as client:
        client.settimeout(1)
        client.connect(("127.0.0.1", int(sys.argv[2])))
print(*fences)
print("read", refused(lambda: open(target).read()))
print("write", refused(lambda: open(target, "w")))
print("append", refused(lambda: open(target, "a")))
print("create", refused(lambda: open(target + ".new", "x")))
print("remove", refused(lambda: os.remove(target)))
print("rename", refused(lambda: os.rename(target, target + ".x")))
print("truncate", refused(lambda: os.truncate(target, 0)))
print("chmod", refused(lambda: os.chmod(target, 0)))
print("utime", refused(lambda: os.utime(target)))
print("start", refused(lambda: os.execv(sys.executable, ["python"])))
print("fork", refused(lambda: subprocess.run(["true"])))
print("kill", refused(lambda: os.kill(os.getppid(), 0)))
print("connect", refused(connect))
print("memory", refused(lambda: bytearray(2 << 30)))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    import socket

    target = tmp_path_factory.mktemp("confined") / "original.flac"
    target.write_text("precious")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-c", CONFINED, target, port],
            capture_output=True,
            text=True,
            check=True,
        )
    assert target.read_text() == "precious"
    fences, *answers = done.stdout.splitlines()
    return fences.split(), dict(line.split() for line in answers)


def test_worker_can_read(told):
    assert told[1]["read"] == "allowed"


def test_worker_has_limits(told):
    assert "limits" in told[0]
    assert told[1]["memory"] == "MemoryError"


@pytest.mark.parametrize(
    "deed",
    [
        "write",
        "append",
        "create",
        "remove",
        "rename",
        "truncate",
        "chmod",
        "utime",
        "start",
        "kill",
    ],
)
def test_worker_can_change_and_start_nothing(told, deed):
    if "calls" not in told[0]:
        pytest.skip("no system call filter on this machine")
    assert told[1][deed] == "PermissionError"


def test_worker_reaches_no_network(told):
    if not {"calls", "network"} & set(told[0]):
        pytest.skip("this machine allows neither fence")
    assert told[1]["connect"] != "allowed"
