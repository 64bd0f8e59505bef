"""Whether the parts of a process can do their work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from apollonia.errors import ApolloniaError
from apollonia.observe.logs import get_logger

HealthState = Literal["ok", "degraded", "unavailable"]
Check = Callable[[], Awaitable[str | None]]

_TIME_LIMIT_S = 5.0

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One part's state, what to do about it, and since when it is not well (``Readings``)."""

    status: HealthState
    detail: str | None = None
    since: str | None = None


async def run_checks(checks: Mapping[str, Check]) -> Mapping[str, CheckResult]:
    """Ask all parts at once; one that does not answer within 5 s is unavailable.

    A check returns ``None`` when all is well, or words that say what is degraded; it raises when
    the part is away.
    """
    results = await asyncio.gather(*(_run(check) for check in checks.values()))
    return dict(zip(checks, results, strict=True))


def worst(results: Mapping[str, CheckResult]) -> HealthState:
    """The state of the whole."""
    states = {result.status for result in results.values()}
    if "unavailable" in states:
        return "unavailable"
    return "degraded" if "degraded" in states else "ok"


async def _run(check: Check) -> CheckResult:
    try:
        async with asyncio.timeout(_TIME_LIMIT_S):
            detail = await check()
    except ApolloniaError as error:
        return CheckResult("unavailable", error.message)
    except TimeoutError:
        return CheckResult("unavailable", f"no answer within {_TIME_LIMIT_S:.0f} s")
    except Exception as error:  # a check that fails by a bug must not take the others with it
        log.exception("health check failed")
        return CheckResult("unavailable", f"the check itself failed: {type(error).__name__}")
    return CheckResult("ok" if detail is None else "degraded", detail)
