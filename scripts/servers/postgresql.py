"""PostgreSQL from Debian, 15 or newer.

Its owner is a superuser, so that tests make databases and roles of their own. Nothing is synced to
the disk: such a server survives `kill -9`, and no power cut. Never run a catalog like this.
"""

import shutil
from pathlib import Path

from servers.ground import (
    CannotStart,
    answers,
    as_user,
    free_port,
    install,
    own_folder,
    password,
    ready_made,
    run,
    spawn,
    wait_for,
)
from servers.running import Running

USER = "postgres"
OWNER = "apollonia"
_VERSIONS = Path("/usr/lib/postgresql")
_OLDEST = 15


def start(parent: Path) -> Running:
    """Start one in a folder of its own; it listens on loopback and on no other socket."""
    if not _found():
        install("postgresql", "postgresql-contrib")
    folder = own_folder(parent, "postgresql", USER)
    port, secret = free_port(), password()
    data, words = folder / "data", ready_made(USER, folder / "password", secret)
    make = [
        *[str(programs() / "initdb"), f"--pgdata={data}", f"--username={OWNER}"],
        *[f"--pwfile={words}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"],
        *["--no-sync"],
    ]
    run(as_user(USER, make))
    words.unlink()
    pid = serve(data, port, folder / "postgresql.log")
    return Running(
        urls={"postgresql": f"postgresql://{OWNER}:{secret}@127.0.0.1:{port}/postgres"},
        pids=[pid],
    )


def programs() -> Path:
    """The folder of ``postgres``, ``initdb`` and the like.

    Raises:
        CannotStart: there is none of a version that we support.
    """
    found = _found()
    if not found:
        raise CannotStart(f"PostgreSQL {_OLDEST} or newer is not installed")
    return found[-1]


def serve(data: Path, port: int, log: Path, **settings: str) -> int:
    """Start the server of this folder and wait until it answers; its process id."""
    chosen = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "64MB",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "autovacuum_naptime": "10s",
        "max_wal_size": "512MB",
        "max_wal_senders": "10",
        "dynamic_shared_memory_type": "mmap",
        "timezone": "UTC",
        **settings,
    }
    words = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    pid = spawn(as_user(USER, [str(programs() / "postgres"), "-D", str(data), *words]), log)
    ready = [str(programs() / "pg_isready"), "--host=127.0.0.1", f"--port={port}", "--timeout=1"]
    wait_for("PostgreSQL", lambda: answers(port) and _succeeds(ready), 30)
    return pid


def _found() -> list[Path]:
    """The programs of each supported version, the newest last."""
    if _VERSIONS.is_dir():
        numbers = sorted(int(each.name) for each in _VERSIONS.iterdir() if each.name.isdigit())
        folders = [_VERSIONS / str(number) / "bin" for number in numbers if number >= _OLDEST]
    else:
        on_path = shutil.which("postgres")
        folders = [Path(on_path).resolve().parent] if on_path else []
    return [folder for folder in folders if (folder / "postgres").exists()]


def _succeeds(command: list[str]) -> bool:
    try:
        run(command, limit_s=5)
    except CannotStart:
        return False
    return True
