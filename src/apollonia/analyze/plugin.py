"""What an analyser plug-in tells of itself; light: nothing heavy is imported for it.

Other packages add analysers by an entry point of the group ``apollonia.analysers`` that names a
``Plugin``, or a sequence of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from importlib import import_module

from apollonia.analyze.analyser import Analyser
from apollonia.domain.analysis import AnalyserSpec, Cost
from apollonia.domain.kinds import Kind

ENTRY_POINTS = "apollonia.analysers"


class Input(StrEnum):
    """What is made of a content once, however many analysers work on it."""

    SOUND = "sound"
    """``Material.sound()``: decoded to 44.1 and 16 kHz, measured on the way."""
    FILM = "film"
    """``Material.film()``: every frame tiny, some as stills, all packets counted."""
    PICTURE = "picture"
    """``Material.picture()``: the image itself, upright."""


INPUT_COSTS: Mapping[Input, Cost] = {
    Input.SOUND: Cost(1.0, per_gib_s=20.0, per_minute_s=0.5),
    Input.FILM: Cost(2.0, per_gib_s=20.0, per_minute_s=6.0),
    Input.PICTURE: Cost(1.0, per_gib_s=100.0),
}


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """An analyser that can be asked for.

    ``implementation`` is ``module:Class``, imported in worker processes only; its instance is an
    ``Analyser`` and is kept as long as the worker lives. ``version`` MUST grow when the answers
    would differ. ``inputs`` are made before it is asked, on a time limit of their own. ``scores``:
    how well it does for contents of a kind; of two plug-ins of one name the higher one is asked.
    """

    name: str
    version: str
    implementation: str
    scores: Mapping[Kind, int]
    inputs: frozenset[Input] = frozenset()
    cost: Cost = field(default_factory=Cost)

    def score(self, kind: Kind) -> int:
        """How well it does for contents of this kind; 0: it is not for them."""
        return self.scores.get(kind, 0)

    @property
    def spec(self) -> AnalyserSpec:
        """What the rest of Apollonia knows of it."""
        kinds = frozenset(kind for kind in Kind if self.score(kind) > 0)
        return AnalyserSpec(self.name, self.version, kinds, self.cost)

    @cached_property
    def analyser(self) -> Analyser:
        """The analyser itself, imported and made when it is first asked for."""
        module, _, attribute = self.implementation.partition(":")
        made: Analyser = getattr(import_module(module), attribute)()
        return made
