"""What is found of two contents that are alike, and what a person said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from apollonia.domain.ids import uuid5_of


class Family(StrEnum):
    """What two contents are compared by; only contents of one family meet."""

    ACOUSTIC = "acoustic"
    IMAGE = "image"
    VIDEO = "video"


class Nature(StrEnum):
    """In which way two contents are alike."""

    SAME = "same"
    """The same recording or picture: encoded again, scaled, or with other tags."""
    EXCERPT = "excerpt"
    """One is a part of the other."""
    PASSAGE = "passage"
    """They share a stretch, and differ elsewhere: a medley, a mix, an edit."""


class Decision(StrEnum):
    """Where a relation stands: proposed until a person decides."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two contents are: ``score`` from 0 to 1, ``evidence`` as JSON tells why."""

    nature: Nature
    score: float
    evidence: Mapping[str, Any] = field(default_factory=dict)


def relation_id(family: str, one: str, other: str) -> str:
    """What the relation of two contents is called by; ``one`` is the smaller SHA-256."""
    return uuid5_of(f"{family}\0{one}\0{other}".encode())
