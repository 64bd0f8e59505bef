"""The folders to catalog, checked before anything starts."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from apollonia.domain.paths import display, is_inside
from apollonia.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class RootChoices:
    """What is different for one root; ``None``: as for all. Sizes in bytes, 0: no limit."""

    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] | None = None
    hidden: bool | None = None
    max_bytes: int | None = None
    min_bytes: int | None = None
    poll_s: float | None = None
    uploads: bool | None = None


@dataclass(frozen=True, slots=True)
class Root:
    """A folder to catalog, by absolute path; ``excluded`` are folders inside it to leave alone."""

    path: bytes
    excluded: frozenset[bytes] = frozenset()
    choices: RootChoices = RootChoices()

    @property
    def name(self) -> str:
        """The path for people, and the root's name in reports and events."""
        return display(self.path)


def check_roots(roots: Sequence[Path], data: Path) -> list[Root]:
    """The roots, each once, in order. The data folder may lie inside a root: it is left out there.

    Raises:
        ConfigurationError: a root is missing or no folder, lies inside another one, or is (inside)
            the data folder.
    """
    checked: dict[bytes, Root] = {}
    data_path = _real(data)
    for given in roots:
        path = os.fsencode(os.path.abspath(given.expanduser()))  # noqa: PTH100 - links are kept
        real = _real(given)
        _check_folder(path)
        if is_inside(real, data_path):
            raise ConfigurationError(
                f"{display(path)} lies in the data folder {display(data_path)}, which holds"
                " Apollonia's own files; choose another data folder with --data"
            )
        inside = is_inside(data_path, real)
        excluded = frozenset({path.rstrip(b"/") + data_path[len(real.rstrip(b"/")) :]})
        checked.setdefault(real, Root(path, excluded if inside else frozenset()))
    _check_overlap(checked)
    return list(checked.values())


def _real(path: Path) -> bytes:
    return os.fsencode(os.path.realpath(path.expanduser()))


def _check_folder(path: bytes) -> None:
    if not os.path.lexists(path):
        raise ConfigurationError(
            f"There is no folder {display(path)}; create it, mount its disk, or correct the path"
        )
    if not os.path.isdir(path):  # noqa: PTH112 - bytes
        raise ConfigurationError(f"{display(path)} is no folder; give the folder that holds it")
    if not os.access(path, os.R_OK | os.X_OK):
        raise ConfigurationError(
            f"{display(path)} may not be read by this user; change its permissions"
        )


def _check_overlap(checked: dict[bytes, Root]) -> None:
    for real, root in checked.items():
        for other_real, other in checked.items():
            if real != other_real and is_inside(real, other_real):
                raise ConfigurationError(
                    f"{root.name} lies inside {other.name}, which is cataloged with all that is"
                    " in it; leave out one of the two"
                )
