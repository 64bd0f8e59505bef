"""An ingestor in processes of its own, watched from outside and gone at the end."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from ingest_measures.processes import children

_INGESTOR = Path(__file__).with_name("ingestor.py")
_LOOK_S = 0.02


class RunningIngest:
    """``apollonia ingest`` over one root; with ``noted`` the same services under ``ingestor.py``.

    ``cores``: it and its workers may use so many, 0: all.
    """

    def __init__(
        self,
        root: Path,
        data: Path,
        *,
        noted: bool = False,
        cataloged: int = 0,
        cores: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._environment = dict(environment or {})
        self._notes = data.with_name(data.name + ".notes")
        self._log = data.with_name(data.name + ".log")
        arguments = [str(root), "--data", str(data)]
        if noted or cataloged:
            arguments = [str(_INGESTOR), *arguments, "--cataloged", str(cataloged)]
            arguments += ["--notes", str(self._notes)] if noted else []
        else:
            arguments = ["-m", "apollonia", "ingest", *arguments]
        self._command = [sys.executable, *arguments]
        self._cores = sorted(os.sched_getaffinity(0))[:cores] if cores else None
        self._process: subprocess.Popen[bytes] | None = None
        self._published: list[tuple[float, int]] = []

    @property
    def pid(self) -> int:
        """The main process."""
        assert self._process is not None
        return self._process.pid

    @property
    def workers(self) -> Sequence[int]:
        """Its media workers."""
        return list(children(self.pid))

    def __enter__(self) -> Self:
        environment = {**os.environ, "APOLLONIA_OBSERVE__LOG_FORMAT": "json", **self._environment}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        if self._cores is not None:
            os.sched_setaffinity(self.pid, self._cores)  # its threads and workers inherit it
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
                raise

    def wait_for(self, condition: Callable[[], bool], limit_s: float, what: str) -> None:
        """Look every 20 ms; fail with the end of the log."""
        assert self._process is not None
        end = time.monotonic() + limit_s
        while not condition():
            code = self._process.poll()
            if code is not None or time.monotonic() > end:
                tail = self._log.read_text(errors="replace")[-3000:]
                raise AssertionError(f"waited {limit_s:.0f} s for {what} (exit {code})\n{tail}")
            time.sleep(_LOOK_S)

    def wait_scanned(self, limit_s: float) -> float:
        """Wait for the end of the first scan; its seconds, as the ingestor measured them."""
        scans: list[dict[str, Any]] = []

        def is_over() -> bool:
            scans[:] = [line for line in self._logged() if line.get("event") == "scan finished"]
            return bool(scans)

        self.wait_for(is_over, limit_s, "the end of the scan")
        return float(scans[0]["seconds"])

    def published(self) -> int:
        """How many messages the bus has confirmed."""
        return sum(messages for _at, messages in self._published)

    def notes(self) -> list[tuple[float, dict[str, Any]]]:
        """After its end: when each event was published, on this machine's monotonic clock."""
        lines = map(json.loads, self._notes.read_text().splitlines())
        return [(line["at"], line["event"]) for line in lines]

    def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(b"{"):
                note = json.loads(line)
                self._published.append((note["at"], note["messages"]))

    def _logged(self) -> list[dict[str, Any]]:
        lines = self._log.read_bytes().splitlines(keepends=True)
        return [
            json.loads(line) for line in lines if line.startswith(b"{") and line.endswith(b"\n")
        ]
