"""The names by which settings are set from outside."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from apollonia.config.settings import Settings

PREFIX = "APOLLONIA_"
FILE_SUFFIX = "_FILE"

Key = tuple[str, ...]

ALIASES: Mapping[str, tuple[Key, ...]] = {
    "AMQP_CONNECTION_STRING": (("bus", "url"),),
    "DATABASE_URL": (("catalog", "url"),),
    "REDIS_URL": (("cache", "url"), ("broadcast", "url")),
    "NEO4J_URI": (("graph", "url"),),
    "NEO4J_USER": (("graph", "user"),),
    "NEO4J_PASSWORD": (("graph", "password"),),
    "WATCH_DIRECTORIES": (("files", "roots"),),
    "DATA_DIRECTORY": (("files", "roots"),),
    "MODEL_CACHE_DIR": (("models", "folder"),),
    "ENABLE_GPU": (("analyze", "device"),),
    "SECRET_KEY": (("api", "secret_key"),),
    "CORS_ORIGINS": (("api", "allowed_origins"),),
}
"""Commonly known names, accepted beside ours; ours win when both are set."""

_NOT_SETTINGS = ("APOLLONIA_TEST_", "APOLLONIA_SHARED_", "APOLLONIA_BENCH_")
"""Names that tests and benchmarks read themselves."""


class Setting(NamedTuple):
    """One setting: its place in ``Settings``, its environment name and its declaration."""

    key: Key
    name: str
    field: FieldInfo


def environment_name(key: Key) -> str:
    """``("bus", "url")`` → ``"APOLLONIA_BUS__URL"``."""
    return PREFIX + "__".join(part.upper() for part in key)


def is_ours(name: str) -> bool:
    """Whether an environment variable claims to be a setting."""
    return name.startswith(PREFIX) and not name.startswith(_NOT_SETTINGS)


def all_settings() -> Iterator[Setting]:
    """Every setting, in the order of its declaration."""
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            for inner, inner_field in section.model_fields.items():
                key = (name, inner)
                yield Setting(key, environment_name(key), inner_field)
        else:
            yield Setting((name,), environment_name((name,)), field)
