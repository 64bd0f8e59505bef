"""A distributed Apollonia: several processes of each kind, over servers, driven from outside."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_STOP_LIMIT_S = 20.0


@dataclass(slots=True)
class Member:
    """One process: ``words`` follow ``apollonia``; its state lies in ``data``."""

    name: str
    words: Sequence[str]
    data: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What it said, as JSON lines."""
        return self.data.with_name(f"{self.data.name}.log")

    @property
    def pid(self) -> int:
        """Its main process."""
        assert self.process is not None
        return self.process.pid

    @property
    def resident_mib(self) -> float:
        """Memory of the main process."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


class Fleet:
    """The members of one installation; ``environ`` holds the addresses of the servers.

    Whatever still runs when the block is left is stopped, and killed where it does not stop.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = {**os.environ, "APOLLONIA_OBSERVE__LOG_FORMAT": "json", **environ}
        self.members: dict[str, Member] = {}

    def add(self, name: str, *words: str, **environ: str) -> Member:
        """A member that is not started yet."""
        member = Member(name, words, self._folder / name, environ)
        self.members[name] = member
        return member

    def run(self, *words: str, limit_s: float = 120.0) -> subprocess.CompletedProcess[str]:
        """A command of this installation, run to its end."""
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "apollonia", *words, "--data", str(self._folder / "command")],
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
        )

    def start(self, *names: str) -> None:
        """Start these members, or all of them, where they do not run."""
        for name in names or tuple(self.members):
            member = self.members[name]
            if member.process is None or member.process.poll() is not None:
                self._start(member)

    def kill(self, name: str) -> None:
        """SIGKILL."""
        member = self.members[name]
        if member.process is not None:
            member.process.kill()
            member.process.wait(_STOP_LIMIT_S)

    def send(self, name: str, number: signal.Signals) -> None:
        """Any other signal."""
        os.kill(self.members[name].pid, number)

    def stop(self, name: str) -> int:
        """SIGTERM; the exit code."""
        process = self.members[name].process
        assert process is not None
        process.terminate()
        return process.wait(_STOP_LIMIT_S)

    def ended(self) -> Mapping[str, int]:
        """Who ended by himself, with which exit code."""
        codes = {
            name: it.process.poll() for name, it in self.members.items() if it.process is not None
        }
        return {name: code for name, code in codes.items() if code is not None}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        running = [it.process for it in self.members.values() if it.process is not None]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(_STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(_STOP_LIMIT_S)

    def _start(self, member: Member) -> None:
        member.data.mkdir(parents=True, exist_ok=True)
        with member.log.open("ab") as log:
            member.process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "apollonia", *member.words, "--data", str(member.data)],
                env={**self._environ, **member.environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
