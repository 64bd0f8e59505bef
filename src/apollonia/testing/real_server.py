"""A server that `make services` started, stopped and started again as a test needs it."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

_LIMIT_S = 30.0


class RealServer:
    """One of the processes in ``.services.json``; started again exactly as it was."""

    def __init__(self, state: Path, name: str) -> None:
        """``state`` is the file that `make services` wrote."""
        self.name = name
        self._state = state
        self._pid = int(self._read()[name]["pids"][0])
        proc = Path(f"/proc/{self._pid}")
        self._command = [
            os.fsdecode(word) for word in proc.joinpath("cmdline").read_bytes().split(b"\0")[:-1]
        ]
        self._program = proc.joinpath("exe").readlink()
        pairs = (
            word.partition("=")
            for word in os.fsdecode(proc.joinpath("environ").read_bytes()).split("\0")
        )
        self._environ = {name: value for name, found, value in pairs if found}
        self._folder = proc.joinpath("cwd").readlink()
        owner = proc.stat()
        self._owner = (owner.st_uid, owner.st_gid)

    def kill(self) -> None:
        """SIGKILL: the power goes."""
        os.kill(self._pid, signal.SIGKILL)
        self._wait_gone()

    def stop(self) -> None:
        """SIGTERM, and wait for its end."""
        os.kill(self._pid, signal.SIGTERM)
        self._wait_gone()

    def hang(self) -> None:
        """SIGSTOP: connections stay open and nobody answers."""
        os.kill(self._pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        os.kill(self._pid, signal.SIGCONT)

    def start(self) -> None:
        """Start it again, without waiting until it answers."""
        is_root = os.geteuid() == 0
        process = subprocess.Popen(  # noqa: S603 - the very command that ran before
            self._command,
            executable=self._program,
            env=self._environ,
            cwd=self._folder,
            user=self._owner[0] if is_root else None,
            group=self._owner[1] if is_root else None,
            extra_groups=[] if is_root else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._pid = process.pid
        process.returncode = 0  # it outlives this object, which is no leak
        state = self._read()
        state[self.name]["pids"][0] = process.pid
        self._state.write_text(json.dumps(state, indent=2) + "\n")

    def resident_mib(self) -> float:
        """Its memory."""
        pages = int(Path(f"/proc/{self._pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)

    def _wait_gone(self) -> None:
        end = time.monotonic() + _LIMIT_S
        while self._is_there():
            if time.monotonic() > end:
                raise AssertionError(f"{self.name} did not end within {_LIMIT_S:.0f} s")
            time.sleep(0.05)

    def _is_there(self) -> bool:
        try:
            pid, _ = os.waitpid(self._pid, os.WNOHANG)  # ours, once we started it again
        except ChildProcessError:
            pid = 0
        if pid:
            return False
        try:
            state = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        return state != "Z"

    def _read(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self._state.read_text())
        return state
