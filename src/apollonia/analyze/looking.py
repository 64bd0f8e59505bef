"""What a worker does with one content: open it, see that it is the one that was meant, analyse."""

import errno
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from apollonia.analyze import registry
from apollonia.analyze.analyser import NotAvailableError
from apollonia.errors import Poison
from apollonia.media.reading import (
    NotRegularError,
    OpenFile,
    facts_now,
    hash_open,
    open_regular,
    read_buffer,
)

MAX_DATA_BYTES = 200 << 10
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR})
_BUFFER_BYTES = 4 << 20


def look(request: dict[str, Any], path: bytes) -> Iterator[dict[str, Any]]:
    """First ``{"opened": …}``, then one ``{"result": …}`` for each analyser as soon as it is there.

    ``opened`` is ``ok``, ``gone`` (nothing there), ``changed`` (another content by now) or
    ``unreadable`` (with the reason); a last one may come later, when that showed later.
    """
    try:
        with open_regular(path) as file:
            if not _is_meant(file, request):
                yield {"opened": "changed"}
                return
            yield {"opened": "ok"}
            yield from _analyse(file, request["analysers"])
            if not facts_now(file).same_content(file.facts):
                yield {"opened": "changed"}
    except NotRegularError:
        yield {"opened": "gone"}
    except OSError as error:
        if error.errno in _GONE:
            yield {"opened": "gone"}
        else:
            yield {"opened": "unreadable", "reason": error.strerror or str(error)}


def _is_meant(file: OpenFile, request: dict[str, Any]) -> bool:
    """By size and time where the work tells them and they are the same; else by the hash."""
    known = (request["size"], request["modified_us"])
    if known == (file.facts.size, file.facts.mtime_ns // 1000):
        return True
    sha256, _ = hash_open(file, read_buffer(_BUFFER_BYTES))
    return bool(sha256 == request["sha256"])


def _analyse(file: OpenFile, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for name in names:
        yield {"result": {"analyser": name, **_result(file, name)}}


def _result(file: OpenFile, name: str) -> dict[str, Any]:
    try:
        data = dict(registry.load(name).analyse(file))
        size = len(orjson.dumps(data))
    except NotAvailableError as error:
        return {"status": "unavailable", "reason": str(error)}
    except Poison as error:
        return {"status": "failed", "reason": error.message}
    except OSError:
        raise
    except MemoryError:
        return {"status": "failed", "reason": "It needs more memory than a worker may have."}
    except Exception as error:  # noqa: BLE001 - a decoder's surprise is this content's, not ours
        return {"status": "failed", "reason": f"It confuses {name} ({type(error).__name__})."}
    if size > MAX_DATA_BYTES:
        return {"status": "failed", "reason": f"{name} found {size} bytes; too many to keep."}
    return {"status": "done", "data": data}
