"""The models that a process has in memory: loaded at their first use, shared, let go by use."""

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from apollonia.analyze.analyser import NotAvailableError
from apollonia.analyze.runtimes.runtime import LoadedModel, Runtime
from apollonia.domain.models import Ticket, how_to_get, ticket_name


@dataclass(slots=True)
class _Loaded:
    model: LoadedModel
    ticket: Ticket
    bytes: int


class ModelShelf:
    """Models by id (``name@version``) from a store's folder of tickets.

    ``runtimes``: the first that takes a model runs it. Past ``budget_bytes`` those that were not
    used for the longest time are let go; one that is larger than the budget is kept alone.
    ``resident``: bytes that the process holds, to learn what a model costs.
    """

    def __init__(
        self,
        folder: Path,
        runtimes: Sequence[Runtime],
        *,
        budget_bytes: int,
        resident: Callable[[], int],
    ) -> None:
        self._folder = folder
        self._runtimes = runtimes
        self._budget = budget_bytes
        self._resident = resident
        self._loaded: OrderedDict[str, _Loaded] = OrderedDict()

    @property
    def loaded(self) -> Sequence[str]:
        """The ids of those in memory, the longest unused first."""
        return tuple(self._loaded)

    def warm(self, ids: Sequence[str]) -> None:
        """Load these now; raises as ``get``."""
        for model_id in ids:
            self.get(model_id)

    def get(self, model_id: str) -> LoadedModel:
        """The model, loaded unless it is.

        Raises:
            NotAvailableError: it is not here or cannot run; how to get it.
        """
        return self._entry(model_id).model

    def ticket(self, model_id: str) -> Ticket:
        """What is known of it, without loading it; raises ``NotAvailableError``."""
        if model_id in self._loaded:
            return self._loaded[model_id].ticket
        path = self._folder / ticket_name(model_id)
        try:
            return Ticket.from_json(json.loads(path.read_bytes()))
        except FileNotFoundError:
            raise NotAvailableError(_sentence(how_to_get(_name(model_id)))) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotAvailableError(
                f"The model {_name(model_id)} cannot be read ({error}): `apollonia models verify`."
            ) from error

    def _entry(self, model_id: str) -> _Loaded:
        found = self._loaded.get(model_id)
        if found is None:
            found = self._load(model_id)
            self._loaded[model_id] = found
            self._make_room()
        self._loaded.move_to_end(model_id)
        return found

    def _load(self, model_id: str) -> _Loaded:
        ticket = self.ticket(model_id)
        runtime = next((it for it in self._runtimes if it.takes(ticket)), None)
        if runtime is None:
            raise NotAvailableError(f"Nothing here can run the model {ticket.name}.")
        before = self._resident()
        try:
            model = runtime.load(self._folder, ticket)
        except ImportError as error:
            raise NotAvailableError(
                f"The model {ticket.name} needs {error.name or runtime.name}, which is not"
                " installed or has no build for this machine."
            ) from error
        except (OSError, ValueError, RuntimeError) as error:
            raise NotAvailableError(
                f"The model {ticket.name} cannot be loaded ({error}): `apollonia models verify`."
            ) from error
        return _Loaded(model, ticket, max(ticket.size, self._resident() - before))

    def _make_room(self) -> None:
        while (
            len(self._loaded) > 1 and sum(it.bytes for it in self._loaded.values()) > self._budget
        ):
            self._loaded.popitem(last=False)


def _name(model_id: str) -> str:
    return model_id.partition("@")[0]


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
