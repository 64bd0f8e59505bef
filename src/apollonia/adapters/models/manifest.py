"""Reads the manifest that comes with the package."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from apollonia.domain.models import ModelFile, ModelSpec, Tensor


def read_manifest(text: str | None = None) -> tuple[ModelSpec, ...]:
    """The models of a manifest; by default of the one that comes with the package.

    Raises:
        ValueError: it is no manifest, or two models have one name.
    """
    if text is None:
        text = files(__package__).joinpath("manifest.toml").read_text(encoding="utf-8")
    try:
        specs = tuple(_spec(entry) for entry in tomllib.loads(text)["model"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"the manifest of models lacks {error}") from error
    names = [spec.name for spec in specs]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"the manifest has two models of the name {min(twice)}")
    return specs


def _spec(entry: Mapping[str, Any]) -> ModelSpec:
    return ModelSpec(
        name=entry["name"],
        version=entry["version"],
        task=entry["task"],
        licence=entry["licence"],
        authors=entry["authors"],
        runtime=entry["runtime"],
        files=tuple(_file(it) for it in entry["files"]),
        preparation=entry.get("preparation", ""),
        made={precision: _file(it) for precision, it in entry.get("made", {}).items()},
        labels=tuple(entry.get("labels", ())),
        labels_in=entry.get("labels_in", ""),
        inputs=tuple(_tensor(it) for it in entry.get("inputs", ())),
        outputs=tuple(_tensor(it) for it in entry.get("outputs", ())),
        check={int(number): float(value) for number, value in entry.get("check", {}).items()},
    )


def _file(entry: Mapping[str, Any]) -> ModelFile:
    return ModelFile(entry["path"], entry["sha256"], entry["size"], tuple(entry.get("urls", ())))


def _tensor(entry: Mapping[str, Any]) -> Tensor:
    return Tensor(entry["name"], tuple(entry["shape"]), entry["dtype"])
