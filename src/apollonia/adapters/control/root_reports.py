"""A root's report as it is kept: JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson

from apollonia.adapters.catalog.folding import clean
from apollonia.domain.kinds import RootState
from apollonia.domain.roots import MAX_SKIPPED, RootStatus, Skipped


def report_of(status: RootStatus) -> bytes:
    """The report, with the newest 100 of each list."""
    values: dict[str, Any] = asdict(status)
    values["message"] = None if status.message is None else clean(status.message)
    values["skipped"] = _rows(status.skipped)
    values["corrupted"] = _rows(status.corrupted)
    return orjson.dumps(values | {"root": clean(status.root)})


def status_of(report: bytes) -> RootStatus:
    """The inverse of ``report_of``."""
    values: dict[str, Any] = orjson.loads(report)
    values["state"] = RootState(values["state"])
    for key in ("skipped", "corrupted"):
        values[key] = tuple(Skipped(path, reason) for path, reason in values.get(key, ()))
    return RootStatus(**values)


def _rows(items: Sequence[Skipped]) -> list[tuple[str, str]]:
    return [(clean(item.path), clean(item.reason)) for item in items[-MAX_SKIPPED:]]
