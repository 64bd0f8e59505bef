"""Which analysers there are: those that come with Apollonia, and those of entry points."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Protocol

from apollonia.analyze.built_in import BUILT_IN
from apollonia.analyze.plugin import ENTRY_POINTS, Plugin
from apollonia.domain.analysis import AnalyserSpec
from apollonia.domain.kinds import Kind
from apollonia.errors import ConfigurationError
from apollonia.observe.logs import get_logger

log = get_logger(__name__)


class Named(Protocol):
    """An entry point."""

    @property
    def name(self) -> str: ...  # noqa: D102 - as importlib.metadata has it

    @property
    def value(self) -> str: ...  # noqa: D102 - as above

    def load(self) -> Any: ...  # noqa: D102 - as above


@cache
def plugins() -> tuple[Plugin, ...]:
    """All of them; one that cannot be loaded is left out, and said so in the log."""
    return (*BUILT_IN, *foreign(entry_points(group=ENTRY_POINTS)))


def foreign(points: Iterable["Named"]) -> Sequence[Plugin]:
    """What other packages add."""
    found: list[Plugin] = []
    for point in sorted(points, key=lambda it: (it.name, it.value)):
        try:
            named = point.load()
            for one in [named] if isinstance(named, Plugin) else list(named):
                if not isinstance(one, Plugin):
                    raise TypeError(f"{one!r} is no Plugin")  # noqa: TRY301 - as what load raises
                found.append(one)
        except Exception as error:  # noqa: BLE001 - theirs, and no reason to analyse nothing
            log.warning("analyser cannot be loaded", entry_point=point.value, error=str(error))
    return found


def specs(
    off: Collection[str] = (), of: Sequence[Plugin] | None = None
) -> tuple[AnalyserSpec, ...]:
    """Who is asked, but those that are switched off; of one name the highest score for a kind.

    Raises:
        ConfigurationError: there is none of a name in ``off``.
    """
    there = plugins() if of is None else of
    names = {plugin.name for plugin in there}
    if unknown := set(off) - names:
        raise ConfigurationError(
            f"APOLLONIA_ANALYZE__OFF: there is no analyser {min(unknown)};"
            f" there are: {', '.join(sorted(names))}"
        )
    found: list[AnalyserSpec] = []
    for plugin in there:
        kinds = frozenset(kind for kind in Kind if chosen(kind, there).get(plugin.name) is plugin)
        if kinds and plugin.name not in off:
            found.append(replace(plugin.spec, kinds=kinds))
    return tuple(found)


def chosen(kind: Kind, of: Sequence[Plugin] | None = None) -> Mapping[str, Plugin]:
    """By name, who is asked about contents of this kind; of equals the first one."""
    best: dict[str, Plugin] = {}
    for plugin in plugins() if of is None else of:
        if plugin.score(kind) > (best[plugin.name].score(kind) if plugin.name in best else 0):
            best[plugin.name] = plugin
    return best
