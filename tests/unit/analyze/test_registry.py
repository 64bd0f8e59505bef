from dataclasses import dataclass

import pytest

from apollonia.analyze import registry
from apollonia.analyze.plugin import Plugin
from apollonia.domain.kinds import Kind
from apollonia.errors import ConfigurationError

AUDIO, IMAGE = Kind.AUDIO, Kind.IMAGE


def a_plugin(name: str, version: str = "1", **scores: int) -> Plugin:
    kinds = {Kind(kind): score for kind, score in scores.items()}
    return Plugin(name=name, version=version, implementation="no:Where", scores=kinds)


def test_of_one_name_the_highest_score_for_a_kind_is_asked():
    ours = a_plugin("tempo", audio=10, image=1)
    theirs = a_plugin("tempo", "9", audio=20)
    there = (ours, theirs)
    assert registry.chosen(AUDIO, there)["tempo"] is theirs
    assert registry.chosen(IMAGE, there)["tempo"] is ours
    kinds = {spec.version: spec.kinds for spec in registry.specs(of=there)}
    assert kinds == {"9": {AUDIO}, "1": {IMAGE}}


def test_of_equals_the_first_is_asked_and_nobody_who_is_not_for_it():
    first, second = a_plugin("key", audio=1), a_plugin("key", "2", audio=1)
    assert registry.chosen(AUDIO, (first, second)) == {"key": first}
    assert registry.chosen(IMAGE, (first, second)) == {}
    assert [spec.version for spec in registry.specs(of=(first, second))] == ["1"]


def test_those_that_are_off_are_not_asked_and_unknown_ones_are_refused():
    there = (a_plugin("key", audio=1), a_plugin("tempo", audio=1))
    assert [spec.name for spec in registry.specs(["key"], there)] == ["tempo"]
    with pytest.raises(ConfigurationError, match="no analyser kye; there are: key, tempo"):
        registry.specs(["kye"], there)


@dataclass
class Point:
    """An entry point."""

    name: str
    found: object
    value: str = "theirs:it"

    def load(self):
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


def test_entry_points_name_one_or_more_and_a_bad_one_costs_only_itself():
    one, two, three = (a_plugin(name, audio=1) for name in ("a", "b", "c"))
    points = [
        Point("a", one),
        Point("b", [two, three]),
        Point("c", ImportError("no such module")),
        Point("d", "no plugin"),
    ]
    assert registry.foreign(points) == [one, two, three]


def test_every_built_in_analyser_names_a_module_that_is_there():
    for plugin in registry.plugins():
        assert hasattr(plugin.analyser, "analyse"), plugin.name
