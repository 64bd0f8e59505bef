"""Redis 7 from Debian."""

import shutil
from pathlib import Path

from servers.ground import (
    answers,
    as_user,
    free_port,
    install,
    own_folder,
    password,
    ready_made,
    spawn,
    wait_for,
)
from servers.running import Running

USER = "redis"


def start(parent: Path) -> Running:
    """Start one in a folder of its own; nothing is written to disk."""
    if shutil.which("redis-server") is None:
        install("redis-server")
    folder = own_folder(parent, "redis", USER)
    port, secret = free_port(), password()
    settings = [
        f"port {port}",
        "bind 127.0.0.1",
        f"requirepass {secret}",
        f"dir {folder}",
        'save ""',
        "appendonly no",
        "daemonize no",
        "set-proc-title no",  # its command line stays one that starts it again (`RealServer`)
    ]
    config = ready_made(USER, folder / "redis.conf", "\n".join(settings) + "\n")
    pid = spawn(as_user(USER, ["redis-server", str(config)]), folder / "redis.log")
    wait_for("Redis", lambda: answers(port), 10)
    return Running(urls={"redis": f"redis://:{secret}@127.0.0.1:{port}/0"}, pids=[pid])
