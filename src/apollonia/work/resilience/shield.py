"""All policies around one dependency, and a port that has them around each of its calls."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, cast

from apollonia.errors import Unavailable
from apollonia.ports.clock import Clock
from apollonia.work.resilience.breaker import Breaker, BreakerState
from apollonia.work.resilience.bulkhead import Bulkhead
from apollonia.work.resilience.retry import retrying
from apollonia.work.resilience.time_limit import time_limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Shield:
    """One dependency's policies. Times in seconds."""

    name: str
    error: type[Unavailable]
    breaker: Breaker
    bulkhead: Bulkhead
    clock: Clock
    limit_s: float = 30.0

    async def call[T](self, work: Callable[[], Awaitable[T]], *, attempts: int = 1) -> T:
        """What ``work`` gives, under all policies; asked again only where ``attempts`` says so."""
        if attempts == 1:
            return await self._once(work)
        return await retrying(
            lambda: self._once(work),
            attempts=attempts,
            clock=self.clock,
            worth_it=lambda: self.breaker.state is BreakerState.CLOSED,
        )

    @asynccontextmanager
    async def hold[T](self, work: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
        """Around a transaction or a consumer: no time limit, since it lasts as long as its user."""
        async with AsyncExitStack() as stack:
            with self.breaker.guard():  # only until it is had: others need not wait for its end
                given = await stack.enter_async_context(work)
            yield given

    async def _once[T](self, work: Callable[[], Awaitable[T]]) -> T:
        async with self.bulkhead.enter():  # outside: that we ask too much is no fault of theirs
            with self.breaker.guard():
                async with time_limit(self.name, self.limit_s, self.error):
                    return await work()


def shielded[P](
    port: P, shield: Shield, *, attempts: int = 1, free: Collection[str] = ("close",)
) -> P:
    """The port, with the shield around every call of it but those that are ``free``.

    ``attempts`` above 1 is for ports that only read.
    """
    return cast("P", _Shielded(port, shield, attempts, frozenset(free)))


class _Shielded:
    """Wraps what it is asked for the first time, and keeps it."""

    def __init__(self, port: Any, shield: Shield, attempts: int, free: frozenset[str]) -> None:
        self._port = port
        self._shield = shield
        self._attempts = attempts
        self._free = free

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name.startswith("_") or name in self._free or not callable(found):
            return found
        wrapped = self._asked(found) if iscoroutinefunction(found) else self._held(found)
        setattr(self, name, wrapped)
        return wrapped

    def _asked(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def asked(*given: Any, **named: Any) -> Any:
            return await self._shield.call(lambda: method(*given, **named), attempts=self._attempts)

        return asked

    def _held(
        self, method: Callable[..., AbstractAsyncContextManager[Any]]
    ) -> Callable[..., AbstractAsyncContextManager[Any]]:
        def held(*given: Any, **named: Any) -> AbstractAsyncContextManager[Any]:
            return self._shield.hold(method(*given, **named))

        return held
