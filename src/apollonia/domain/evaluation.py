"""How well analysers answer, judged by what people say and by files of truths.

Tempo as MIREX judges it: right within 4 %, near when it is an octave or a third off. Key: right, or
near when it is a fifth off, the relative or the parallel one. Genre: right when one is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from apollonia.domain.facts import Facts
from apollonia.domain.musical_keys import camelot_of

FIELDS = ("tempo_bpm", "key", "genre")
_WITHIN = 0.04
_OFF_BY = (2.0, 0.5, 3.0, 1 / 3)
_WHEEL = 12
_PARALLEL = 3


class Verdict(StrEnum):
    """How an answer is."""

    RIGHT = "right"
    NEAR = "near"
    WRONG = "wrong"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Score:
    """Of one field: how many truths there are, and what became of them."""

    field: str
    truths: int
    right: int
    near: int
    missing: int

    @property
    def accuracy(self) -> float:
        """The share of truths that were told."""
        return self.right / self.truths if self.truths else 0.0


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a content, in one field; ``about``: words for people."""

    about: str
    field: str
    value: Any


def judged(truth: Truth, facts: Facts) -> Verdict:
    """By what analysers told of the content."""
    match truth.field:
        case "tempo_bpm":
            return _tempo(truth.value, facts.get("tempo_bpm"))
        case "key":
            return _key(truth.value, facts.get("key_camelot") or facts.get("key_name"))
        case _:
            return _genre(truth.value, facts.get("genres"))


def scores(verdicts: Iterable[tuple[Truth, Verdict]]) -> Sequence[Score]:
    """One for each field that there are truths of."""
    counts: dict[str, dict[Verdict, int]] = {}
    for truth, verdict in verdicts:
        of = counts.setdefault(truth.field, dict.fromkeys(Verdict, 0))
        of[verdict] += 1
    return [
        Score(
            field,
            sum(of.values()),
            of[Verdict.RIGHT],
            of[Verdict.NEAR],
            of[Verdict.MISSING],
        )
        for field, of in sorted(counts.items())
    ]


def _tempo(true: Any, told: Any) -> Verdict:
    if not isinstance(told, int | float):
        return Verdict.MISSING
    ratio = float(told) / float(true)
    if abs(ratio - 1) <= _WITHIN:
        return Verdict.RIGHT
    near = any(abs(ratio / off - 1) <= _WITHIN for off in _OFF_BY)
    return Verdict.NEAR if near else Verdict.WRONG


def _key(true: Any, told: Any) -> Verdict:
    one, other = camelot_of(str(true)), camelot_of(str(told)) if told else None
    if one is None or other is None:
        return Verdict.MISSING if one is not None else Verdict.WRONG
    if one == other:
        return Verdict.RIGHT
    apart = (int(other[:-1]) - int(one[:-1])) % _WHEEL
    if one[-1] == other[-1]:
        return Verdict.NEAR if apart in {1, _WHEEL - 1} else Verdict.WRONG
    parallel = _PARALLEL if one[-1] == "A" else _WHEEL - _PARALLEL
    return Verdict.NEAR if apart in {0, parallel} else Verdict.WRONG


def _genre(true: Any, told: Any) -> Verdict:
    if not isinstance(told, list) or not told:
        return Verdict.MISSING
    wanted = {str(it).casefold() for it in ([true] if isinstance(true, str) else true)}
    return Verdict.RIGHT if wanted & {it.casefold() for it in told} else Verdict.WRONG


def truths_of(about: str, row: Mapping[str, str | None]) -> Sequence[Truth]:
    """Of one row of a table that has some of the fields as columns; empty cells say nothing.

    Raises:
        ValueError: a cell makes no sense.
    """
    found: list[Truth] = []
    for field in FIELDS:
        cell = (row.get(field) or "").strip()
        if not cell:
            continue
        if field == "tempo_bpm" and not float(cell) > 0:
            raise ValueError(f"{about}: a tempo of {cell}")
        if field == "key" and camelot_of(cell) is None:
            raise ValueError(f"{about}: {cell} is no key")
        found.append(Truth(about, field, float(cell) if field == "tempo_bpm" else cell))
    return found
