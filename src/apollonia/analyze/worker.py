"""An analysis worker: ``python -m apollonia.analyze.worker``, started by a slot, never by hand.

Speaks as media workers do: frames of JSON on standard input and output. It gives up everything it
does not need first, and imports analysers only when a content asks for them.
"""

import os
import sys
from typing import BinaryIO

from apollonia.analyze.looking import look
from apollonia.analyze.work_settings import WorkSettings
from apollonia.media.workers.confine import confine
from apollonia.media.workers.frames import HEADER, body_length, decode, encode, path_from_text
from apollonia.media.workers.worker import resident_bytes


def main() -> None:
    """The whole life of a worker; its limits come as one frame."""
    source = os.fdopen(os.dup(0), "rb")
    sink = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):  # a stray print must not get between the frames
        os.dup2(nowhere, stream)
    options = decode(source.read(body_length(source.read(HEADER.size))))
    settings = WorkSettings.from_json(options["settings"])
    fences = confine(
        memory_limit_bytes=options["memory_limit_bytes"],
        nice=options["nice"],
        parent=options["parent"],
        devices=settings.device == "gpu",
    )
    _send(sink, {"ready": True, "fences": fences})
    _serve(source, sink, settings)


def _serve(source: BinaryIO, sink: int, settings: WorkSettings) -> None:
    while True:
        header = source.read(HEADER.size)
        if len(header) < HEADER.size:
            return
        request = decode(source.read(body_length(header)))
        for answer in look(request, path_from_text(request["path"]), settings):
            _send(sink, answer)
        _send(sink, {"done": True, "rss": resident_bytes()})


def _send(sink: int, message: dict[str, object]) -> None:
    data = memoryview(encode(message))
    while data:
        data = data[os.write(sink, data) :]


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
