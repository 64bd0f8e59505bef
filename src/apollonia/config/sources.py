"""Where values come from: defaults < ``apollonia.toml`` < ``.env`` < environment < command line."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError

from apollonia.config.names import (
    ALIASES,
    FILE_SUFFIX,
    Key,
    all_settings,
    environment_name,
    is_ours,
)
from apollonia.config.settings import RootSettings, Settings
from apollonia.errors import ConfigurationError

_MAX_SECRET_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Loaded:
    """The effective settings, and for each one that is not the default, where it came from."""

    settings: Settings
    origins: Mapping[Key, str]


def load(
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    overrides: Mapping[Key, Any] | None = None,
) -> Loaded:
    """Read all sources. ``folder`` is where ``.env`` and ``apollonia.toml`` are looked for.

    Raises:
        ConfigurationError: an unknown name (with the nearest known one), a value that does not
            fit, a file that cannot be read.
    """
    base = folder or Path.cwd()
    dotenv = {k: v for k, v in dotenv_values(base / ".env").items() if v is not None}
    layers: list[tuple[str, Mapping[Key, Any]]] = [
        ("apollonia.toml", _from_toml(base / "apollonia.toml")),
        (".env", _from_names(dotenv, ".env")),
        ("environment", _from_names(os.environ if environ is None else environ, "environment")),
        ("command line", overrides or {}),
    ]
    values: dict[Key, Any] = {}
    origins: dict[Key, str] = {}
    for origin, layer in layers:
        values.update(layer)
        origins.update(dict.fromkeys(layer, origin))
    return Loaded(_validated(values, origins), origins)


def _validated(values: Mapping[Key, Any], origins: Mapping[Key, str]) -> Settings:
    nested: dict[str, Any] = {}
    for key, value in values.items():
        target = nested
        for part in key[:-1]:
            target = target.setdefault(part, {})
        target[key[-1]] = value
    try:
        return Settings.model_validate(nested)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        key = tuple(str(part) for part in problem["loc"][:2])
        origin = origins.get(key) or origins.get(key[:1]) or "default"
        inner = tuple(str(part) for part in problem["loc"][2:])
        what = _unknown_inner(inner) if problem["type"] == "extra_forbidden" else problem["msg"]
        where = " ".join([f"{environment_name(key)} (from {origin})", *inner])
        raise ConfigurationError(f"{where}: {what}") from error


def _unknown_inner(inner: Key) -> str:
    """Of tables that stand under one name: `per_root`."""
    names = RootSettings.model_fields
    near = difflib.get_close_matches(inner[-1] if inner else "", names, n=1, cutoff=0.6)
    return f"unknown; did you mean {near[0]}?" if near else f"unknown; known: {', '.join(names)}"


def _from_names(environ: Mapping[str, str], origin: str) -> dict[Key, Any]:
    known = {setting.name: setting.key for setting in all_settings()}
    values: dict[Key, Any] = {}
    for alias, keys in ALIASES.items():
        text = _value_of(alias, environ)
        if text is not None:
            values.update(dict.fromkeys(keys, text))
    for name in filter(is_ours, environ):
        key = known.get(name) or known.get(name.removesuffix(FILE_SUFFIX))
        if key is None:
            raise ConfigurationError(_unknown(name, known, origin))
        text = _value_of(environment_name(key), environ)
        if text is not None:
            values[key] = text
    return values


def _value_of(name: str, environ: Mapping[str, str]) -> str | None:
    path = environ.get(name + FILE_SUFFIX)
    if path is None:
        return environ.get(name)
    if name in environ:
        raise ConfigurationError(f"{name} and {name}{FILE_SUFFIX} are both set; keep one")
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MAX_SECRET_BYTES + 1)
        if len(content) > _MAX_SECRET_BYTES:
            raise ConfigurationError(f"{name}{FILE_SUFFIX}: {path} is larger than 64 KiB")
        return content.decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}{FILE_SUFFIX}: cannot read {path}: {error}") from error


def _from_toml(path: Path) -> dict[Key, Any]:
    try:
        with path.open("rb") as file:
            document = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read {path}: {error}") from error
    known = {setting.name: setting.key for setting in all_settings()}
    values: dict[Key, Any] = {}
    for section, content in document.items():
        entries = content if isinstance(content, dict) else {None: content}
        for name, value in entries.items():
            key = (section,) if name is None else (section, name)
            if environment_name(key) not in known:
                raise ConfigurationError(_unknown(environment_name(key), known, path.name))
            values[key] = value
    return values


def _unknown(name: str, known: Mapping[str, Key], origin: str) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else "; see `apollonia config`"
    return f"unknown setting {name} (from {origin}){hint}"
