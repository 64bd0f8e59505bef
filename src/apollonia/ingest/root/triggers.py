"""What makes a root scan again."""

import asyncio
import random
from dataclasses import dataclass, replace

from apollonia.domain.paths import is_inside
from apollonia.ports.clock import Clock
from apollonia.work.pause import wait_for

_LIMIT = 16


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why to scan the root, or one ``folder`` in it; ``verify``: everything is read again.

    ``by_person``: somebody asked for it. ``requests`` are the numbers of those who did.
    """

    reason: str
    by_person: bool = False
    folder: bytes | None = None
    verify: bool = False
    requests: frozenset[int] = frozenset()

    def covers(self, other: "Trigger") -> bool:
        """Whether a scan for this one does all that the other one wants."""
        if other.verify and not self.verify:
            return False
        if self.folder is None or other.folder is None:
            return self.folder is None
        return is_inside(other.folder, self.folder)

    def with_(self, other: "Trigger") -> "Trigger":
        """This one, done for the other one too; whose wish it was counts for the whole root only.

        A person who asks for one folder confirms nothing about the root.
        """
        person = next((t for t in (self, other) if t.by_person and t.folder == self.folder), None)
        return replace(
            self,
            reason=self.reason if person is None else person.reason,
            by_person=person is not None,
            requests=self.requests | other.requests,
        )


class Triggers:
    """Requests come from anywhere; the schedule comes by itself, never for all roots at once.

    Bounded: a scan that does what another one wants is done for both, and too many are one.
    """

    def __init__(self, clock: Clock, interval_s: float) -> None:
        self._clock = clock
        self._interval_s = interval_s
        self._waiting: list[Trigger] = []
        self._came = asyncio.Event()

    def ask(
        self,
        reason: str,
        *,
        by_person: bool = False,
        folder: bytes | None = None,
        verify: bool = False,
        request: int | None = None,
    ) -> None:
        """Scan soon; a person's wish is not forgotten over another reason."""
        requests = frozenset() if request is None else frozenset({request})
        self.put(Trigger(reason, by_person, folder, verify, requests))

    def put(self, new: Trigger) -> None:
        """Scan soon for this reason."""
        for place, old in enumerate(self._waiting):
            if old.covers(new):
                self._waiting[place] = old.with_(new)
                break
        else:
            rest = [old for old in self._waiting if not new.covers(old)]
            for old in self._waiting:
                new = new.with_(old) if new.covers(old) else new
            self._waiting = [*rest, new]
        if len(self._waiting) > _LIMIT:
            self._waiting = [self._all_in_one()]
        self._came.set()

    def forget_plain(self) -> frozenset[int]:
        """Scans of the whole root are not wanted any more; the numbers of who asked for them.

        What else was asked for is carried out, but nobody's wish.
        """
        plain = [one for one in self._waiting if one.folder is None and not one.verify]
        self._waiting = [replace(one, by_person=False) for one in self._waiting if one not in plain]
        if not self._waiting:
            self._came.clear()
        return frozenset[int]().union(*(one.requests for one in plain))

    def forget(self) -> None:
        """Nothing that was asked for so far is wanted any more."""
        self._waiting.clear()
        self._came.clear()

    async def next(self) -> Trigger:
        """Wait for the next one."""
        jitter = random.uniform(0.9, 1.1)  # noqa: S311 - jitter, no secret
        if not await wait_for(self._came, self._clock, self._interval_s * jitter):
            return Trigger("schedule")
        trigger = self._waiting.pop(0)
        if not self._waiting:
            self._came.clear()
        return trigger

    def _all_in_one(self) -> Trigger:
        whole = Trigger("much was asked for", verify=any(one.verify for one in self._waiting))
        for one in self._waiting:
            whole = whole.with_(one)
        return whole
