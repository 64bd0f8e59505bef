"""Structured logs: JSON for machines, colours for a console. Configured once, by the runtime."""

import logging
import sys
from typing import Literal, TextIO, cast

import structlog
from structlog.typing import FilteringBoundLogger, Processor

from apollonia.observe.tracing import add_trace

LogFormat = Literal["console", "json", "auto"]


def get_logger(name: str) -> FilteringBoundLogger:
    """The logger of a module; cheap, and safe to call at import."""
    return cast("FilteringBoundLogger", structlog.get_logger(source=name))


def configure_logs(*, level: str = "INFO", form: LogFormat = "auto") -> None:
    """Send everything, other libraries' logs included, to standard error in one form.

    ``auto`` is ``console`` on a terminal and ``json`` elsewhere.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_trace,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _CurrentStderr()
    handler.setFormatter(_formatter(shared, form))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for noisy in ("uvicorn", "alembic"):
        logging.getLogger(noisy).setLevel(max(number, logging.WARNING))
    # It writes a traceback for each connection lost; ``RabbitBus`` says the same in a line.
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)


class _CurrentStderr(logging.StreamHandler[TextIO]):
    """Writes to what ``sys.stderr`` is now: a progress bar puts itself there to stay below."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def _formatter(shared: list[Processor], form: LogFormat) -> logging.Formatter:
    colours = sys.stderr.isatty()
    strip = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if form == "json" or (form == "auto" and not colours):
        last: list[Processor] = [
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ]
    else:
        last = [structlog.dev.ConsoleRenderer(colors=colours)]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[strip, *last])
