"""The right to be the one ingestor of a root."""

from apollonia.errors import CatalogUnavailableError, ConflictError
from apollonia.ports.clock import Clock
from apollonia.ports.control import Control, Lease

_RENEWALS = 3


class RootLease:
    """Taken before anything is looked at, kept while the root is ours."""

    def __init__(
        self, *, control: Control, clock: Clock, root: str, holder: str, ttl_s: float
    ) -> None:
        self._control = control
        self._clock = clock
        self._name = f"root:{root}"
        self._holder = holder
        self._ttl_s = ttl_s
        self._lease: Lease | None = None

    async def take(self) -> None:
        """Raises ``ConflictError`` naming who has it."""
        self._lease = await self._control.acquire(self._name, self._holder, self._ttl_s)

    async def keep(self) -> None:
        """Renew it until cancelled.

        Raises:
            ConflictError: it was lost, or could not be renewed in time.
        """
        renewed = self._clock.monotonic()
        while self._lease is not None:
            await self._clock.sleep(self._ttl_s / _RENEWALS)
            try:
                await self._control.renew(self._lease, self._ttl_s)
                renewed = self._clock.monotonic()
            except CatalogUnavailableError as error:
                if self._clock.monotonic() - renewed >= self._ttl_s:
                    raise ConflictError(
                        f"The lease of this folder ran out: {error.message}"
                    ) from error

    async def give_back(self) -> None:
        """So that another one need not wait until it runs out."""
        if self._lease is not None:
            lease, self._lease = self._lease, None
            await self._control.release(lease)
