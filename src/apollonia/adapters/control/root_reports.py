"""A root's report as it is kept: JSON."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import orjson

from apollonia.adapters.catalog.folding import clean
from apollonia.domain.kinds import RootState
from apollonia.domain.roots import MAX_SKIPPED, RootError, RootStatus, Skipped

_LISTS = ("skipped", "corrupted")
_KNOWN = frozenset(field.name for field in fields(RootStatus))


def report_of(status: RootStatus) -> bytes:
    """The report, with the newest 100 of each list."""
    values: dict[str, Any] = asdict(status)
    for key in ("root", "message", "holder"):
        values[key] = _clean(values[key])
    for key in _LISTS:
        values[key] = _rows(getattr(status, key))
    error = status.last_error
    if error is not None:
        values["last_error"] = (clean(error.message), _clean(error.path), error.time)
    return orjson.dumps(values)


def status_of(report: bytes) -> RootStatus:
    """The inverse of ``report_of``; what a newer version told beyond it is left out."""
    found: dict[str, Any] = orjson.loads(report)
    values = {key: value for key, value in found.items() if key in _KNOWN}
    values["state"] = RootState(values["state"])
    for key in _LISTS:
        values[key] = tuple(Skipped(path, reason) for path, reason in values.get(key, ()))
    if values.get("last_error") is not None:
        values["last_error"] = RootError(*values["last_error"])
    return RootStatus(**values)


def _rows(items: Sequence[Skipped]) -> list[tuple[str, str]]:
    return [(clean(item.path), clean(item.reason)) for item in items[-MAX_SKIPPED:]]


def _clean(text: str | None) -> str | None:
    return None if text is None else clean(text)
