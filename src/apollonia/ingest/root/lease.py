"""The right to be the one ingestor of a root."""

from collections.abc import Callable

from apollonia.errors import CatalogUnavailableError, ConflictError
from apollonia.ingest.options import IngestOptions
from apollonia.ports.clock import Clock
from apollonia.ports.control import Control, Lease, root_lease

_RENEWALS = 3
_MICROS = 1_000_000


class RootLease:
    """Taken before anything is looked at, kept while the root is ours.

    ``last_stamp`` gives the newest stamp that was told so far (µs), which the lease carries.
    With ``take_over`` a person wants it taken from whoever has it, once.
    """

    def __init__(
        self,
        *,
        control: Control,
        clock: Clock,
        root: str,
        options: IngestOptions,
        last_stamp: Callable[[], int],
    ) -> None:
        self._control = control
        self._clock = clock
        self._name = root_lease(root)
        self._holder = options.holder
        self._ttl_s = options.lease_ttl_s
        self._last_stamp = last_stamp
        self._take_over = options.take_over
        self._lease: Lease | None = None

    async def take(self) -> Lease:
        """Raises ``ConflictError`` naming who has it."""
        take = self._control.take_over if self._take_over else self._control.acquire
        self._lease = await take(self._name, self._holder, self._ttl_s)
        self._take_over = False  # who is taken over later does not take it back by himself
        return self._lease

    def stamps_after(self, lease: Lease) -> int:
        """New stamps must be later than this (µs): than all that any holder told.

        Who did not give it back may have told some after he renewed it last.
        """
        if lease.previous is None or lease.given_back or not lease.last_timestamp_us:
            return lease.last_timestamp_us
        unknown_s = self._ttl_s + self._ttl_s / _RENEWALS
        return lease.last_timestamp_us + int(unknown_s * _MICROS)

    async def keep(self) -> None:
        """Renew it until cancelled.

        Raises:
            ConflictError: it was lost, or could not be renewed in time.
        """
        renewed = self._clock.monotonic()
        while self._lease is not None:
            await self._clock.sleep(self._ttl_s / _RENEWALS)
            try:
                stamp = self._last_stamp()
                await self._control.renew(self._lease, self._ttl_s, last_timestamp_us=stamp)
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
            await self._control.release(lease, last_timestamp_us=self._last_stamp())
