"""What a model is: what the manifest says of it, and the ticket of one that is at hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

type ModelState = Literal["ready", "raw", "missing", "damaged"]
"""``raw``: its files are there, and it has still to be prepared."""

type Precision = Literal["fp32", "fp16"]


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or output: its name, shape and NumPy's name of its type."""

    name: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file of a model. ``path``: where a mirror has it; ``urls``: where it is published."""

    path: str
    sha256: str
    size: int
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """What the manifest says of a model.

    ``files`` as published; ``preparation`` names what makes the model of them, ``""`` for a model
    that is its first file. ``made``: the result as a mirror may have it, by precision; nobody
    publishes it. ``labels``: what the numbers of the first output stand for, or, with
    ``labels_in``, the name of the list within the first file. ``check``: some values of the first
    output for ``check_input``.
    """

    name: str
    version: str
    task: str
    licence: str
    authors: str
    runtime: Literal["litert", "arrays"]
    files: tuple[ModelFile, ...]
    preparation: str = ""
    made: Mapping[Precision, ModelFile]
    labels: tuple[str, ...] = ()
    labels_in: str = ""
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    check: Mapping[int, float]

    @property
    def id(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"

    @property
    def needs_conversion(self) -> bool:
        """Whether preparing it takes TensorFlow."""
        return self.preparation == "musicnn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A model's file before it is installed; ``sources``: those of its files that it came from."""

    path: Path
    precision: Precision
    origin: str
    labels: tuple[str, ...]
    sources: tuple[ModelFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A model that is at hand: what a process that runs it has to know, as a file of JSON.

    ``file`` is the name of its content, below the folder that has the tickets; ``sources`` those of
    the files it was made of, by their last name. ``origin``: how it came here, for people.
    """

    name: str
    version: str
    runtime: str
    file: str
    sha256: str
    size: int
    precision: str
    origin: str
    labels: tuple[str, ...]
    sources: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "name": self.name,
            "version": self.version,
            "runtime": self.runtime,
            "file": self.file,
            "sha256": self.sha256,
            "size": self.size,
            "precision": self.precision,
            "origin": self.origin,
            "labels": list(self.labels),
            "sources": dict(self.sources),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Ticket":
        """As it was kept. Raises ``KeyError``, ``TypeError``, ``ValueError`` for anything else."""
        return cls(
            name=str(kept["name"]),
            version=str(kept["version"]),
            runtime=str(kept["runtime"]),
            file=str(kept["file"]),
            sha256=str(kept["sha256"]),
            size=int(kept["size"]),
            precision=str(kept["precision"]),
            origin=str(kept["origin"]),
            labels=tuple(str(label) for label in kept["labels"]),
            sources={str(name): str(file) for name, file in dict(kept["sources"]).items()},
        )


def ticket_name(model_id: str) -> str:
    """The file name of a model's ticket, in the folder of the store."""
    return f"{model_id}.json"


def how_to_get(name: str) -> str:
    """What to tell a person who lacks a model."""
    return f"the model {name} is not here: get it with `apollonia models prepare {name}`"
