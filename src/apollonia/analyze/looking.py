"""What a worker does with one content: open it, see that it is the one that was meant, analyse."""

import errno
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from apollonia.analyze import registry
from apollonia.analyze.analyser import NotAvailableError
from apollonia.analyze.material import Material
from apollonia.analyze.plugin import Input, Plugin
from apollonia.analyze.work_settings import WorkSettings
from apollonia.domain.kinds import Kind
from apollonia.errors import Poison
from apollonia.media.faults import OUT_OF_MEMORY, MediaFault
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


def look(request: dict[str, Any], path: bytes, settings: WorkSettings) -> Iterator[dict[str, Any]]:
    """First ``{"opened": …}``, then one ``{"result": …}`` for each analyser as soon as it is there.

    ``opened`` is ``ok``, ``gone`` (nothing there), ``changed`` (another content by now) or
    ``unreadable`` (with the reason); a last one may come later, when that showed later. Before
    something is made for several of them: ``{"preparing": …}``, and again with ``None`` after it.
    """
    try:
        with open_regular(path) as file:
            if not _is_meant(file, request):
                yield {"opened": "changed"}
                return
            yield {"opened": "ok"}
            kind = Kind(request["kind"])
            plugins = registry.chosen(kind)
            name = path.rpartition(b"/")[2].decode("utf-8", "backslashreplace")
            material = Material(file, name=name, kind=kind, settings=settings, plugins=plugins)
            yield from _analyse(material, [plugins[name] for name in request["analysers"]])
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


def _analyse(material: Material, plugins: Sequence[Plugin]) -> Iterator[dict[str, Any]]:
    made: set[Input] = set()
    for plugin in plugins:
        for given in sorted(plugin.inputs - made):
            yield {"preparing": given}
            material.prepare(given)
            made.add(given)
            yield {"preparing": None}
        yield {"result": {"analyser": plugin.name, **_result(material, plugin.name)}}


def _found(material: Material, name: str) -> Mapping[str, Any]:
    """A film without sound is whole as it is."""
    try:
        return material.found(name)
    except MediaFault as fault:
        if material.kind is Kind.VIDEO and fault.fault == "no_streams":
            return {"why": fault.message, "facts": {}}
        raise


def _result(material: Material, name: str) -> dict[str, Any]:
    try:
        data = _found(material, name)
        size = len(orjson.dumps(data))
    except NotAvailableError as error:
        return {"status": "unavailable", "reason": str(error)}
    except Poison as error:
        return {"status": "failed", "reason": error.message}
    except OSError:
        raise
    except MemoryError:
        return {"status": "failed", "reason": OUT_OF_MEMORY}
    except Exception as error:  # noqa: BLE001 - a decoder's surprise is this content's, not ours
        return {"status": "failed", "reason": f"It confuses {name} ({type(error).__name__})."}
    if size > MAX_DATA_BYTES:
        return {"status": "failed", "reason": f"{name} found {size} bytes; too many to keep."}
    return {"status": "done", "data": data}
