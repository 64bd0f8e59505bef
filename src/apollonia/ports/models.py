"""The files of models: named, versioned, checksummed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from apollonia.domain.models import (
    Made,
    ModelFile,
    ModelSpec,
    ModelState,
    Precision,
    Ticket,
)

type Progress = Callable[[str, int, int], None]
"""Told of a file's name, the bytes there are, and the bytes there will be; MUST return at once."""


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A model, how it is here, its ticket where it is ready, and what is wrong with it."""

    spec: ModelSpec
    state: ModelState
    ticket: Ticket | None
    fault: str = ""


class Models(Protocol):
    """Models that the manifest names, kept by content; several processes may use one store.

    A file is kept under its own SHA-256 and never changed; what a name stands for is a ticket, one
    file of JSON (``domain.models.Ticket``) in ``folder``, replaced in one step. Who runs a model
    reads ticket and file himself, without asking anybody: a ticket MUST appear only after its file
    is whole, on disk and of its checksum, and a file MUST stay while a ticket names it.

    Nothing is fetched unless ``fetch`` is called.
    """

    @property
    def folder(self) -> Path:
        """Where the tickets are."""
        ...

    def specs(self) -> Sequence[ModelSpec]:
        """All that the manifest names, in its order."""
        ...

    def spec(self, name: str) -> ModelSpec:
        """One of them. Raises ``NotFoundError``, which names those there are."""
        ...

    async def status(self, name: str) -> ModelStatus:
        """How it is here, by names and sizes: no content is read."""
        ...

    async def verify(self, name: str) -> ModelStatus:
        """The same, by reading everything: a content of another checksum is ``damaged``."""
        ...

    async def fetch(self, file: ModelFile, progress: Progress) -> Path:
        """The file's path; brought here unless it is, whole and of its checksum.

        MUST go on where an earlier call, or another process, was cut off; MUST NOT keep more bytes
        than the file has; two at once MUST end with one good file. Sources are asked in order: the
        mirror, where there is one, then where it is published.

        Raises:
            ModelsUnavailableError: no source has it; why, for each.
        """
        ...

    async def fetch_made(
        self, spec: ModelSpec, precision: Precision, progress: Progress
    ) -> Path | None:
        """The ready result of a preparation, where the mirror has it; ``None``: prepare it.

        Raises:
            ModelsUnavailableError: the store cannot be written.
        """
        ...

    async def install(self, spec: ModelSpec, made: Made) -> ModelStatus:
        """Keep a file, wherever it is, as this model; what the model was before is let go.

        Raises:
            ModelsUnavailableError: the store cannot be written.
        """
        ...

    async def remove(self, name: str) -> int:
        """Let it and all that only it needed go; how many bytes that were.

        A process that runs the model keeps it until it lets go by itself.
        """
        ...
