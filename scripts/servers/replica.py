"""A streaming replica of the PostgreSQL that runs for tests; one may make it lag."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from servers.ground import as_user, free_port, own_folder, run
from servers.postgresql import USER, programs, serve
from servers.running import Running


def start(parent: Path, primary: str, *, delay_s: float = 0) -> Running:
    """Copy the server of this URL and follow it; commits are shown ``delay_s`` later.

    Its URL is ``postgresql-replica``, with the primary's user, password and database.
    """
    there = urlsplit(primary)
    folder = own_folder(parent, "postgresql-replica", USER)
    data, port = folder / "data", free_port()
    copy = [
        *[str(programs() / "pg_basebackup"), f"--pgdata={data}", "--wal-method=stream"],
        *["--checkpoint=fast", "--no-sync", "--write-recovery-conf", "--no-password"],
        *[f"--host={there.hostname}", f"--port={there.port}", f"--username={there.username}"],
    ]
    run(as_user(USER, copy), env={**os.environ, "PGPASSWORD": there.password or ""}, limit_s=120)
    pid = serve(
        data,
        port,
        folder / "postgresql.log",
        recovery_min_apply_delay=f"{delay_s * 1000:.0f}ms",
        hot_standby_feedback="on",
    )
    url = there._replace(netloc=f"{there.username}:{there.password}@127.0.0.1:{port}").geturl()
    return Running(urls={"postgresql-replica": url}, pids=[pid])
