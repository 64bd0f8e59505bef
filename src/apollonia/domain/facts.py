"""What analysers say about a content in words that everybody knows: facts.

An analyser puts them into its result's ``data`` as an object ``facts``: a flat map from field to
number, text or list of texts. Here is which fields there are, what of them is believed, and whose
word counts where several analysers speak.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from apollonia.domain.musical_keys import camelot_of

type FactValue = float | int | str | list[str]
type Facts = Mapping[str, FactValue]

NUMBERS: Mapping[str, tuple[float, float]] = {
    "tempo_bpm": (1.0, 1_000.0),
    "loudness_lufs": (-120.0, 30.0),
    "energy": (0.0, 1.0),
    "valence": (0.0, 1.0),
    "arousal": (0.0, 1.0),
    "quality": (0.0, 1.0),
    "scenes": (0, 1_000_000),
}
"""The least and the greatest value of each."""
TEXTS = frozenset({"key_name", "key_camelot"})
CHOICES: Mapping[str, frozenset[str]] = {
    "voice": frozenset({"vocal", "instrumental"}),
    "sound": frozenset({"speech", "music", "other"}),
}
LISTS = frozenset({"genres", "moods", "instruments", "objects"})

MAX_LIST = 64
MAX_TEXT = 128
_WHOLE = frozenset({"scenes"})
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Told:
    """The facts of one result, and what decides whether they count."""

    analyser: str
    version: str
    timestamp: str
    facts: Facts


def facts_in(data: Mapping[str, Any] | None) -> Facts:
    """The facts in a result's ``data`` that can be believed; what has no sense is left out."""
    raw = (data or {}).get("facts")
    if not isinstance(raw, Mapping):
        return {}
    facts = {name: value for name in raw if (value := _believed(name, raw[name])) is not None}
    if "key_camelot" not in facts and (key := camelot_of(str(facts.get("key_name", "")))):
        facts["key_camelot"] = key
    return facts


def merged(told: Iterable[Told]) -> Facts:
    """One set of facts for a content, the same in whatever order results came.

    Of each analyser its highest version speaks. Of numbers and texts that several know the newest
    counts, then the last by the analyser's name; lists are put together by name.
    """
    newest: dict[str, Told] = {}
    for it in told:
        known = newest.get(it.analyser)
        if known is None or _version_key(it.version) > _version_key(known.version):
            newest[it.analyser] = it
    facts: dict[str, FactValue] = {}
    for it in sorted(newest.values(), key=lambda it: (it.timestamp, it.analyser)):
        facts |= {name: value for name, value in it.facts.items() if name not in LISTS}
    for it in sorted(newest.values(), key=lambda it: it.analyser):
        for name, value in it.facts.items():
            if name in LISTS and isinstance(value, list):
                before = facts.get(name, [])
                both = [*(before if isinstance(before, list) else ()), *value]
                facts[name] = list(dict.fromkeys(both))[:MAX_LIST]
    return dict(sorted(facts.items()))


def _believed(name: object, value: Any) -> FactValue | None:
    if name in NUMBERS:
        return _number(str(name), value)
    if name in LISTS:
        return _texts(value)
    text = _text(value)
    if text is None:
        return None
    if name == "key_camelot":
        return camelot_of(text)
    if name in CHOICES:
        return text if text in CHOICES[str(name)] else None
    return text if name in TEXTS else None


def _number(name: str, value: Any) -> FactValue | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    least, greatest = NUMBERS[name]
    if not least <= value <= greatest:
        return None
    return int(value) if name in _WHOLE else float(value)


def _texts(value: Any) -> list[str] | None:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple):
        return None
    found = (text for item in value if (text := _text(item)) is not None)
    return list(dict.fromkeys(found))[:MAX_LIST] or None


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    text = " ".join(value.replace("\0", " ").split())
    return text[:MAX_TEXT] or None


def _version_key(version: str) -> list[tuple[int, str]]:
    """``"10"`` after ``"9"``, ``"1.10"`` after ``"1.9"``."""
    parts = _DIGITS.split(version)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts if part]
