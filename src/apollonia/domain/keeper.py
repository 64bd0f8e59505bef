"""Which of several copies to keep, and why: rules that are asked one after the other.

Each rule leaves those that are best by it; the first that leaves fewer than there were is a
reason. What is left at the end is kept; of equals the one whose path comes first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from apollonia.domain.paths import display, is_inside
from apollonia.domain.place import Place

LOSSLESS: Final = frozenset({"flac", "alac", "wavpack", "ape", "tta", "aiff", "wav", "png", "tiff"})
_PCM = "pcm_"
_TAGS = ("title", "artist", "album", "album_artist", "composer", "genre", "year", "track", "disc")


@dataclass(frozen=True, slots=True)
class Rule:
    """``best`` gives what is compared, the larger the better; ``words`` say what is better."""

    name: str
    words: str
    best: Callable[[Place], Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """The copy to keep, and the rules that told: in the order they were asked."""

    keep: str
    reasons: Sequence[str] = field(default=())


def _media(place: Place) -> Mapping[str, Any]:
    return place.media or {}


def is_lossless(place: Place) -> bool:
    """Whether nothing was left out when it was encoded."""
    codecs = _media(place).get("codecs") or [place.format or ""]
    return any(str(it) in LOSSLESS or str(it).startswith(_PCM) for it in codecs[:1])


def filled_tags(place: Place) -> int:
    """How many of the usual tags are there, an artwork counts as one."""
    tags = _media(place).get("tags") or {}
    return sum(1 for name in _TAGS if tags.get(name)) + bool(_media(place).get("artwork"))


def _number(name: str) -> Callable[[Place], int]:
    return lambda place: _media(place).get(name) or 0


def _pixels(place: Place) -> int:
    return (_media(place).get("width") or 0) * (_media(place).get("height") or 0)


def _seconds(place: Place) -> int:
    return round((_media(place).get("duration_ms") or 0) / 2_000)


def _age(place: Place) -> tuple[int, ...]:
    return tuple(-ord(sign) for sign in place.added_time)


RULES: Final[Mapping[str, Rule]] = {
    it.name: it
    for it in (
        Rule("lossless", "it is lossless", is_lossless),
        Rule("resolution", "it has more pixels", _pixels),
        Rule("complete", "it is longer", _seconds),
        Rule("bit_rate", "its bit rate is higher", _number("bit_rate")),
        Rule("sample_rate", "its sample rate is higher", _number("sample_rate")),
        Rule("undamaged", "it is undamaged", lambda place: not _media(place).get("damage")),
        Rule("tags", "more of its tags are filled in", filled_tags),
        Rule("largest", "it is larger", lambda place: place.size),
        Rule("oldest", "it was there first", _age),
        Rule("newest", "it was added last", lambda place: place.added_time),
        Rule("short_path", "its path is shorter", lambda place: -len(place.path)),
    )
}
FOLDER: Final = "folder"
DEFAULT_RULES: Final = (
    "undamaged", "complete", "lossless", "resolution", "bit_rate", "sample_rate", "tags",
    FOLDER, "oldest", "short_path",
)  # fmt: skip


def choose(
    copies: Sequence[Place], rules: Sequence[str] = DEFAULT_RULES, folders: Sequence[bytes] = ()
) -> Choice:
    """Which of them to keep; ``folders`` are those that are preferred, the first the most.

    Raises:
        ValueError: there is no copy, or no such rule.
    """
    if not copies:
        raise ValueError("there is nothing to choose from")
    left, reasons = list(copies), list[str]()
    for name in rules:
        rule = _in_folder(folders) if name == FOLDER else RULES.get(name)
        if rule is None:
            known = ", ".join((*RULES, FOLDER))
            raise ValueError(f"there is no rule {name!r}; there are {known}")
        best = max(map(rule.best, left))
        those = [place for place in left if rule.best(place) == best]
        if len(those) < len(left):
            reasons.append(rule.words)
        left = those
        if len(left) == 1:
            break
    kept = min(left, key=lambda place: place.path)
    if len(left) > 1:
        reasons.append("its path comes first")
    return Choice(kept.id, reasons)


def _in_folder(folders: Sequence[bytes]) -> Rule:
    def rank(place: Place) -> int:
        at = [-number for number, folder in enumerate(folders) if is_inside(place.path, folder)]
        return max(at, default=-len(folders))

    shown = ", ".join(display(folder) for folder in folders)
    return Rule(FOLDER, f"it is in a preferred folder ({shown})", rank)


def distinct_copies(copies: Sequence[Place]) -> Sequence[Sequence[Place]]:
    """The copies by what they take on the disk: hard links of one file are one.

    Files of one root with one inode number and one content, each of which says that there are
    several names.
    """
    by_file: dict[tuple[object, ...], list[Place]] = {}
    for place in copies:
        linked = place.inode is not None and (place.links or 1) > 1
        key = (place.root, place.inode, place.sha256_hash) if linked else (place.id,)
        by_file.setdefault(key, []).append(place)
    return list(by_file.values())


def saved_bytes(copies: Sequence[Place], keep: str) -> int:
    """What is free when all but the one that is kept are gone, and all its hard links stay."""
    files = distinct_copies(copies)
    return sum(links[0].size for links in files if all(it.id != keep for it in links))
