"""A media worker: ``python -m apollonia.media.workers.worker``, started by the pool, never by hand.

Reads requests from standard input, writes answers to standard output, both as frames. It gives up
everything it does not need first, and imports decoders only when a file asks for them.
"""

import os
import sys
import time
from typing import Any, BinaryIO

from apollonia.media.workers.confine import confine
from apollonia.media.workers.frames import HEADER, body_length, decode, encode, path_from_text
from apollonia.media.workers.inspecting import Inspector

FLUSH_SECONDS = 0.02


class Worker:
    """Handles one request after the other until standard input ends."""

    def __init__(self, source: BinaryIO, sink: int, inspector: Inspector) -> None:
        self._source = source
        self._sink = sink
        self._inspector = inspector

    def run(self) -> None:
        """Serve until there is nothing more to read."""
        while True:
            header = self._source.read(HEADER.size)
            if len(header) < HEADER.size:
                return
            request = decode(self._source.read(body_length(header)))
            if request["op"] == "inspect":
                self._inspect(request["files"])
            elif request["op"] == "previews":
                self._previews(request)
            else:
                self._artwork(request)

    def _inspect(self, files: list[Any]) -> None:
        """Answers leave in small groups, so that a crash costs only what is not yet on its way."""
        results: list[dict[str, Any]] = []
        flushed = time.monotonic()
        for path, with_hash, with_probe, top, with_sums in files:
            found = self._inspector.inspect(
                path_from_text(path),
                with_hash=with_hash,
                with_probe=with_probe,
                top=None if top is None else path_from_text(top),
                with_sums=with_sums,
            )
            results.append(found)
            if time.monotonic() - flushed > FLUSH_SECONDS:
                self.send({"results": results})
                results = []
                flushed = time.monotonic()
        self.send({"results": results, "done": True, "rss": resident_bytes()})

    def _artwork(self, request: dict[str, Any]) -> None:
        picture = self._inspector.artwork(path_from_text(request["path"]), request["size"])
        self.send({"picture": picture, "done": True, "rss": resident_bytes()})

    def _previews(self, request: dict[str, Any]) -> None:
        made = self._inspector.previews(path_from_text(request["path"]), request["group"])
        self.send({"previews": made, "done": True, "rss": resident_bytes()})

    def send(self, message: dict[str, Any]) -> None:
        """Write one frame whole."""
        data = memoryview(encode(message))
        while data:
            data = data[os.write(self._sink, data) :]


def resident_bytes() -> int:
    """Memory that this process has in RAM now; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - no reason for pathlib here
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def main() -> None:
    """The whole life of a worker; its limits come as one frame of JSON."""
    source = os.fdopen(os.dup(0), "rb")
    sink = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):  # a stray print must not get between the frames
        os.dup2(nowhere, stream)
    options = decode(source.read(body_length(source.read(HEADER.size))))
    fences = confine(
        memory_limit_bytes=options["memory_limit_bytes"],
        nice=options["nice"],
        parent=options["parent"],
    )
    inspector = Inspector(options["buffer_bytes"], options["pixel_limit"])
    worker = Worker(source, sink, inspector)
    worker.send({"ready": True, "fences": fences})
    worker.run()


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
