"""What people say of files, contents, works and collections: a layer above what was found.

An edit is a patch (as JSON Merge Patch, RFC 7396: field → value, ``null`` withdraws) on one target,
by somebody at some time. For each field the newest edit counts, whatever order edits arrive in, so
a rescan, a move or a new analysis takes nothing of it away. What is about the file is shared by
all people, what is personal belongs to whoever said it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any, NamedTuple

from apollonia.domain.facts import NUMBERS
from apollonia.domain.languages import language_code
from apollonia.domain.musical_keys import camelot_of
from apollonia.domain.ordering import Version
from apollonia.errors import InvalidError

MAX_TEXT = 512
MAX_NOTE = 10_000
MAX_FIELDS = 200
_SHOWN = 40
_MAX_NUMBER = 9_999
_MAX_RATING = 5
_MAX_POSITION = 2.0**53
_MAX_QUERY = 2_000


class TargetKind(StrEnum):
    """What can be edited."""

    PLACE = "place"
    CONTENT = "content"
    WORK = "work"
    COLLECTION = "collection"


class Target(NamedTuple):
    """One of them, by its id; contents by their SHA-256."""

    kind: TargetKind
    id: str

    @property
    def key(self) -> str:
        """``"place:018c…"``: as events name it."""
        return f"{self.kind.value}:{self.id}"

    @classmethod
    def of(cls, key: str) -> "Target":
        """The inverse of ``key``."""
        kind, _, id_ = key.partition(":")
        return cls(TargetKind(kind), id_)


@dataclass(frozen=True, slots=True)
class Edit:
    """One act of a person; ``patch`` is what ``checked`` gave. ``timestamp`` is wire time."""

    id: str
    target: Target
    actor: str
    timestamp: str
    patch: Mapping[str, Any]
    origin: str = "api"
    traceparent: str | None = None

    @property
    def version(self) -> Version:
        """Which of two edits of one field counts."""
        return Version(self.timestamp, self.id)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one field now, by whom and since when; ``None``: withdrawn.

    ``user`` is ``""`` where it is shared.
    """

    field: str
    user: str
    value: Any
    actor: str
    version: Version


def fold_edits(edits: Iterable[Edit], before: Iterable[Said] = ()) -> dict[tuple[str, str], Said]:
    """By (user, field): the newest word on each, of edits on one target."""
    newest = {(it.user, it.field): it for it in before}
    for edit in edits:
        for name, value in edit.patch.items():
            user = edit.actor if is_personal(name) else ""
            known = newest.get((user, name))
            if known is None or known.version < edit.version:
                newest[user, name] = Said(name, user, value, edit.actor, edit.version)
    return newest


def is_personal(name: str) -> bool:
    """Whether each person has a value of his own."""
    return name in _PERSONAL


def checked(kind: TargetKind, patch: Mapping[str, Any]) -> dict[str, Any]:
    """The patch as it is kept; ``tags`` and ``items`` become a field for each of them.

    Raises:
        InvalidError: naming every field that is wrong, and why.
    """
    if not patch or len(patch) > MAX_FIELDS:
        raise InvalidError(f"an edit has 1 to {MAX_FIELDS} fields, this one has {len(patch)}")
    fields, rules = dict[str, Any](), FIELDS[kind]
    wrong: list[str] = []
    for name, value in patch.items():
        rule = rules.get(name)
        if rule is None:
            wrong.append(f"{name}: a {kind.value} has no such field (it has {', '.join(rules)})")
            continue
        if value is None and name not in _MAPS:
            fields[name] = None
            continue
        try:
            kept = rule(value)
        except ValueError as error:
            wrong.append(f"{name}: {error}")
            continue
        fields |= kept if name in _MAPS else {name: kept}
    if wrong:
        raise InvalidError("; ".join(wrong))
    return fields


def _text(value: Any, most: int = MAX_TEXT) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {_shown(value)}")  # noqa: TRY004 - told with the others
    text = value.replace("\0", "").encode("utf-8", "replace").decode().strip()
    if not text:
        raise ValueError("must not be empty: null takes it back")
    if len(text) > most:
        raise ValueError(f"has {len(text)} characters, at most {most}")
    return text


def _one_line(value: Any) -> str:
    return " ".join(_text(value).split())


def _note(value: Any) -> str:
    return _text(value, MAX_NOTE)


def _query(value: Any) -> str:
    return _text(value, _MAX_QUERY)


def _names(value: Any) -> list[str]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple) or not 0 < len(value) <= _SHOWN:
        raise ValueError(f"must be 1 to {_SHOWN} texts, not {_shown(value)}")
    return list(dict.fromkeys(_one_line(it) for it in value))


def _number(value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"must be a number, not {_shown(value)}")
    if not least <= value <= most:
        raise ValueError(f"must be from {least:g} to {most:g}, not {_shown(value)}")
    return float(value)


def _whole(least: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        number = _number(value, least, _MAX_NUMBER)
        if number != int(number):
            raise ValueError(f"must be a whole number, not {_shown(value)}")
        return int(number)

    return check


def _tempo(value: Any) -> float:
    return _number(value, *NUMBERS["tempo_bpm"])


def _key(value: Any) -> str:
    key = camelot_of(_one_line(value))
    if key is None:
        raise ValueError(f"must be a key such as A minor or 8A, not {_shown(value)}")
    return key


def _language(value: Any) -> str:
    code = language_code(_one_line(value))
    if code is None:
        raise ValueError(f"must be a language such as en or English, not {_shown(value)}")
    return code


def _rating(value: Any) -> float:
    number = _number(value, 0.5, _MAX_RATING)
    if number * 2 != int(number * 2):
        raise ValueError(f"must be in steps of a half, not {_shown(value)}")
    return number


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {_shown(value)}")  # noqa: TRY004 - told with the others
    return value


def _tags(value: Any) -> dict[str, bool | None]:
    return {f"tag/{_one_line(name)}": on or None for name, on in _map(value, _flag).items()}


def _items(value: Any) -> dict[str, float | None]:
    def position(it: Any) -> float:
        return _number(it, -_MAX_POSITION, _MAX_POSITION)

    return {f"item/{_one_line(id_)}": at for id_, at in _map(value, position).items()}


def _map(value: Any, rule: Callable[[Any], Any]) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not value:
        raise ValueError(f"must be an object from name to value or null, not {_shown(value)}")
    return {name: None if it is None else rule(it) for name, it in value.items()}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


type Rule = Callable[[Any], Any]

_MAPS = frozenset({"tags", "items"})
_PERSONAL = frozenset({"rating", "favourite"})
_ABOUT: dict[str, Rule] = {
    "title": _one_line,
    "artist": _one_line,
    "year": _whole(1),
    "note": _note,
    "tags": _tags,
    "rating": _rating,
    "favourite": _flag,
}
_FILE: dict[str, Rule] = {
    **_ABOUT,
    "album": _one_line,
    "album_artist": _one_line,
    "composer": _one_line,
    "genre": _names,
    "track": _whole(1),
    "disc": _whole(1),
    "tempo_bpm": _tempo,
    "key": _key,
    "language": _language,
}
FIELDS: Mapping[TargetKind, Mapping[str, Rule]] = {
    TargetKind.PLACE: {**_FILE, "deleted": _flag},
    TargetKind.CONTENT: _FILE,
    TargetKind.WORK: _ABOUT,
    TargetKind.COLLECTION: {
        "name": _one_line,
        "description": _note,
        "query": _query,
        "items": _items,
        "deleted": _flag,
    },
}
"""What each kind of target has, and the rule of each field."""


def overlaid(layers: Sequence[Iterable[Said]]) -> dict[str, Any]:
    """The shared words on a file: of its content first, then of the place itself, which count more.

    ``tags`` are gathered into a list.
    """
    fields: dict[str, Any] = {}
    for layer in layers:
        fields |= {it.field: it.value for it in layer if not it.user and it.value is not None}
    tags = sorted(name.removeprefix("tag/") for name in fields if name.startswith("tag/"))
    found = {name: it for name, it in sorted(fields.items()) if not name.startswith("tag/")}
    return {**found, "tags": tags} if tags else found


def edited_as(place_id: str, sha256_hash: str | None) -> tuple[str, ...]:
    """The keys of the targets whose words are laid over a file: the later ones count more."""
    of_place = Target(TargetKind.PLACE, place_id).key
    if sha256_hash is None:
        return (of_place,)
    return (Target(TargetKind.CONTENT, sha256_hash).key, of_place)
