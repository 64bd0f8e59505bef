"""A query as a tree: frozen values, without anything that a database would know."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Mode(StrEnum):
    """How the words of a text must stand in a file's text; case and accents never count.

    ``words``: each is the beginning of some word. ``phrase``: these words, in this order, next to
    one another. ``begun``: the same, and the last one may go on. ``whole``: nothing else besides.
    """

    WORDS = "words"
    PHRASE = "phrase"
    BEGUN = "begun"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Text:
    """Text in one field, or anywhere (``field`` is ``None``)."""

    text: str
    field: str | None = None
    mode: Mode = Mode.WORDS


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number, with the digits behind the point that were written."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Amount:
    """A whole number of ms, bytes, bit/s or Hz; ``grain`` is the unit of its last digit."""

    value: int
    grain: int = 1


@dataclass(frozen=True, slots=True)
class Date:
    """A year, month, day or minute as it is written: ``2024-01``; or ``today``, ``yesterday``."""

    text: str


@dataclass(frozen=True, slots=True)
class Age:
    """So many seconds ago."""

    seconds: int


type Value = str | Number | Amount | Date | Age


@dataclass(frozen=True, slots=True)
class Is:
    """The field has this value; numbers as exactly as they were written."""

    field: str
    value: Value


@dataclass(frozen=True, slots=True)
class Between:
    """The field lies between, ends included where ``with_…`` says so; ``None``: no such end."""

    field: str
    low: Value | None
    high: Value | None
    with_low: bool = True
    with_high: bool = True


@dataclass(frozen=True, slots=True)
class Has:
    """The file has this: a neighbour of a role, or any value of a field."""

    what: str


@dataclass(frozen=True, slots=True)
class Not:
    """Everything else."""

    term: "Term"


@dataclass(frozen=True, slots=True)
class All:
    """All of these, at least two."""

    terms: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of these, at least two."""

    terms: tuple["Term", ...]


type Leaf = Text | Is | Between | Has
type Term = Leaf | Not | All | Some


def all_of(*terms: "Term") -> "Term":
    """All of these, at least one; without a group in a group."""
    flat = [it for term in terms for it in (term.terms if isinstance(term, All) else (term,))]
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def some_of(*terms: "Term") -> "Term":
    """At least one of these, of which there is at least one; without a group in a group."""
    flat = [it for term in terms for it in (term.terms if isinstance(term, Some) else (term,))]
    return flat[0] if len(flat) == 1 else Some(tuple(flat))


def leaves_of(term: "Term") -> list["Leaf"]:
    """Everything that is asked of a file, in the order it is written."""
    if isinstance(term, Not):
        return leaves_of(term.term)
    if isinstance(term, All | Some):
        return [leaf for it in term.terms for leaf in leaves_of(it)]
    return [term]
