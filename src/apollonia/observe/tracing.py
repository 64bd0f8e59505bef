"""W3C trace context, carried along from a file's event to everything that follows from it."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from structlog.typing import EventDict

_TRACEPARENT = re.compile(r"^00-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)

HEADER = "traceparent"


def new_traceparent() -> str:
    """A new trace: ``00-<32 hex>-<16 hex>-01``."""
    digits = os.urandom(24).hex()
    return f"00-{digits[:32]}-{digits[32:]}-01"


def current_traceparent() -> str | None:
    """The trace that this task works for."""
    return _current.get()


def traceparent_of(headers: Mapping[str, str]) -> str | None:
    """The trace that a message or request belongs to; malformed ones are ignored."""
    value = headers.get(HEADER)
    return value if value is not None and _TRACEPARENT.match(value) else None


@contextmanager
def trace(traceparent: str | None) -> Iterator[None]:
    """Work inside belongs to this trace."""
    token = _current.set(traceparent)
    try:
        yield
    finally:
        _current.reset(token)


def add_trace(_logger: object, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: adds ``trace_id`` to every line of a traced task."""
    traceparent = _current.get()
    if traceparent is not None:
        event["trace_id"] = traceparent.split("-")[1]
    return event
