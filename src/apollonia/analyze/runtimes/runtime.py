"""What runs a model."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from apollonia.domain.models import Ticket

type Arrays = Mapping[str, NDArray[Any]]


class LoadedModel(Protocol):
    """A model in memory. Not for two threads at once."""

    def run(self, **inputs: NDArray[Any]) -> Arrays:
        """From inputs to outputs by name, as the manifest names them; the first axis is a batch.

        Shapes and types are the manifest's but for the first axis, which may be any length where
        it is 1 there. The answer is the caller's to keep.

        Raises:
            ValueError: an input has another shape or type.
        """
        ...


class Runtime(Protocol):
    """Loads models of some kinds."""

    name: str

    def takes(self, ticket: Ticket) -> bool:
        """Whether it can run this model."""
        ...

    def load(self, folder: Path, ticket: Ticket) -> LoadedModel:
        """The model of a ticket in ``folder``.

        Raises:
            ImportError: what it needs is not installed.
            ValueError: the file is no such model.
            OSError: the file cannot be read.
        """
        ...
