"""A whole Apollonia in processes of its own, driven from outside as a person or script would."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from apollonia.messages import GRAPH_QUEUE, POPULATOR_QUEUE

_REQUEST_LIMIT_S = 30.0


def free_port() -> int:
    """A port on loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Installation:
    """``apollonia up`` over some roots, with its log as JSON lines in a file."""

    def __init__(
        self, roots: Sequence[Path], data: Path, *, environ: Mapping[str, str] | None = None
    ) -> None:
        self.roots = list(roots)
        self.data = data
        self.port = free_port()
        self.log_path = data.with_name(data.name + ".log")
        self._environ = {**os.environ, "APOLLONIA_OBSERVE__LOG_FORMAT": "json", **(environ or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._token: str | None = None

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The main process."""
        assert self._process is not None
        return self._process.pid

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``apollonia`` with these words to its end."""
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "apollonia", *words],
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def run_until(self, condition: Callable[[], bool], limit: float, *words: str) -> int:
        """Run another ``apollonia`` over this data folder, then stop it; the exit code."""
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "apollonia", *words, "--data", str(self.data)],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self.wait_for(condition, limit, "what it was started for")
            return self.stop()
        finally:
            self.kill()

    def token(self) -> str:
        """An API token, made as a script's owner would."""
        if self._token is None:
            done = self.command("token", "--data", str(self.data))
            assert done.returncode == 0, done.stderr
            self._token = done.stdout.strip()
        return self._token

    def sign_in_link(self) -> str:
        """A new one-time link for the page."""
        done = self.command("token", "--link", "--data", str(self.data))
        assert done.returncode == 0, done.stderr
        path = done.stdout.strip().partition("/sign-in")[2]
        return f"{self.url}/sign-in{path}"

    def start(self) -> Self:
        """Start without waiting."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "apollonia", "up", *map(str, self.roots), *self._options()],
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    def _options(self) -> list[str]:
        return ["--data", str(self.data), "--port", str(self.port)]

    def wait_ready(self, limit: float = 60.0) -> Self:
        """Wait until the API answers."""
        self.wait_for(self._is_live, limit, "the API to answer")
        return self

    def wait_for(self, condition: Callable[[], bool], limit: float, what: str) -> None:
        """Look every 50 ms; fail with the end of the log."""
        end = time.monotonic() + limit
        while not condition():
            code = self._process.poll() if self._process else None
            if code is not None or time.monotonic() > end:
                tail = self.log_path.read_text(errors="replace")[-4000:]
                state = "is still running" if code is None else f"ended with {code}"
                raise AssertionError(f"waited for {what}; the process {state}\n{tail}")
            time.sleep(0.05)

    def get(self, path: str, **query: object) -> Any:
        """GET below ``/api/v1`` with the token; JSON."""
        return json.loads(self.fetch(f"/api/v1{path}", **query))

    def fetch(self, path: str, **query: object) -> bytes:
        """GET any path with the token; the body."""
        url = f"{self.url}{path}{'?' + urlencode(query, doseq=True) if query else ''}"
        headers = {"Authorization": f"Bearer {self.token()}"}
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - own loopback address
        with urllib.request.urlopen(request, timeout=_REQUEST_LIMIT_S) as answer:  # noqa: S310
            body: bytes = answer.read()
            return body

    def all_files(self, **query: object) -> list[dict[str, Any]]:
        """Every item of ``/files``, page by page."""
        items: list[dict[str, Any]] = []
        cursor: dict[str, object] = {}
        while True:
            page = self.get("/files", limit=500, **query, **cursor)
            items += page["items"]
            if page["next"] is None:
                return items
            cursor = {"cursor": page["next"]}

    def wait_scanned(self, limit: float = 120.0) -> None:
        """Wait until every root was scanned and all that was found is in the catalog."""
        self.wait_for(self._is_settled, limit, "the scan to end")

    def stop(self, limit: float = 15.0) -> int:
        """SIGTERM, as a service manager does; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        """SIGKILL: the power goes."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)

    def __enter__(self) -> Self:
        return self.start().wait_ready()

    def __exit__(self, *_error: object) -> None:
        if self._process is not None and self._process.poll() is None:
            try:
                self.stop()
            finally:
                self.kill()

    def _is_live(self) -> bool:
        try:
            self.fetch_anonymous("/")
        except urllib.error.HTTPError as error:
            return error.code != HTTPStatus.SERVICE_UNAVAILABLE  # the start's stand-in says that
        except OSError:
            return False
        return True

    def fetch_anonymous(self, path: str) -> bytes:
        """GET without credential; raises ``OSError`` when nothing answers."""
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:  # noqa: S310 - loopback
            body: bytes = answer.read()
            return body

    def _is_settled(self) -> bool:
        try:
            stats = self.get("/stats")
        except urllib.error.URLError:
            return False
        scanned = all(
            root["state"] in {"watching", "degraded"} and root["left"] == 0
            for root in stats["roots"]
        )
        waiting = [stats["queues"][queue] for queue in (POPULATOR_QUEUE, GRAPH_QUEUE)]
        return bool(stats["roots"]) and scanned and not any(waiting)
