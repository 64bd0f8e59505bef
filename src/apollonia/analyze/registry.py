"""Which analysers there are. Specs are light: an implementation is imported where it works.

To add one: a module in ``analysers``, and a line here.
"""

from collections.abc import Collection, Mapping
from importlib import import_module

from apollonia.analyze.analyser import Analyser
from apollonia.domain.analysis import ANALYSED_KINDS, AnalyserSpec, Cost
from apollonia.errors import ConfigurationError

_ANALYSERS: Mapping[AnalyserSpec, str] = {
    AnalyserSpec(
        "byte-profile", "1", frozenset(ANALYSED_KINDS), Cost(base_s=0.2, per_gib_s=0.0)
    ): "apollonia.analyze.analysers.byte_profile:ByteProfile",
}


def specs(off: Collection[str] = ()) -> tuple[AnalyserSpec, ...]:
    """All of them but those that are switched off.

    Raises:
        ConfigurationError: there is none of a name in ``off``.
    """
    names = {spec.name for spec in _ANALYSERS}
    if unknown := set(off) - names:
        raise ConfigurationError(
            f"APOLLONIA_ANALYZE__OFF: there is no analyser {min(unknown)};"
            f" there are: {', '.join(sorted(names))}"
        )
    return tuple(spec for spec in _ANALYSERS if spec.name not in off)


def load(name: str) -> Analyser:
    """The analyser itself. Raises ``KeyError`` for an unknown one."""
    places = {spec.name: place for spec, place in _ANALYSERS.items()}
    module, _, attribute = places[name].partition(":")
    analyser: Analyser = getattr(import_module(module), attribute)()
    return analyser
