"""Lists of patterns as in ``.gitignore``: the last one that fits decides."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from apollonia.ingest.selection.globs import NEVER, NeverFitsError, translate

type Matcher = re.Pattern[str] | None

MAX_PATTERNS = 1000


@dataclass(frozen=True, slots=True)
class _Pattern:
    negated: bool
    folders_only: bool
    by_path: bool
    expression: str


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbours in the list that say the same; what fits a name, what a path, by kind."""

    verdict: bool
    file_name: Matcher
    file_path: Matcher
    folder_name: Matcher
    folder_path: Matcher


@dataclass(frozen=True, slots=True)
class Patterns:
    """Compiled; paths are relative to the folder that the list belongs to, as text."""

    runs: tuple[_Run, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """From a rule file's content.

        Raises:
            ValueError: more than ``MAX_PATTERNS`` patterns.
        """
        lines = text.removeprefix("\ufeff").split("\n")
        return cls.of(line.removesuffix("\r") for line in lines)

    @classmethod
    def of(cls, lines: Iterable[str]) -> Self:
        """From its lines. Raises as ``parse``."""
        patterns = [pattern for line in lines if (pattern := _parsed(line)) is not None]
        if len(patterns) > MAX_PATTERNS:
            raise ValueError(f"more than {MAX_PATTERNS} rules")
        runs = [_run(negated, list(some)) for negated, some in groupby(patterns, _is_negated)]
        return cls(tuple(reversed(runs)))

    def fit(self, above: str, name: str, *, is_folder: bool) -> bool | None:
        """What the list says of ``above`` + ``name``; ``None``: nothing. ``above`` ends in /."""
        for run in self.runs:
            by_name = run.folder_name if is_folder else run.file_name
            by_path = run.folder_path if is_folder else run.file_path
            if by_name is not None and by_name.fullmatch(name):
                return run.verdict
            if by_path is not None and by_path.fullmatch(above + name):
                return run.verdict
        return None


NO_PATTERNS = Patterns()


def _is_negated(pattern: _Pattern) -> bool:
    return pattern.negated


def _run(negated: bool, patterns: list[_Pattern]) -> _Run:  # noqa: FBT001 - a key of groupby
    for_files = [one for one in patterns if not one.folders_only]
    return _Run(
        not negated,
        _any_of(one for one in for_files if not one.by_path),
        _any_of(one for one in for_files if one.by_path),
        _any_of(one for one in patterns if not one.by_path),
        _any_of(one for one in patterns if one.by_path),
    )


def _any_of(patterns: Iterable[_Pattern]) -> Matcher:
    expressions = [one.expression for one in patterns]
    return (
        re.compile("|".join(f"(?:{one})" for one in expressions), re.DOTALL)
        if expressions
        else None
    )


def _parsed(line: str) -> _Pattern | None:
    """``None`` for a comment and an empty line."""
    if line.startswith("#"):
        return None
    text = _trimmed(line)
    negated = text.startswith("!")
    text = text[negated:]
    folders_only = text.endswith("/")
    text = text[: len(text) - folders_only]
    if not text:
        return None
    by_path = "/" in text
    try:
        expression = translate(text.removeprefix("/"))
    except NeverFitsError:
        expression = NEVER
    return _Pattern(negated, folders_only, by_path, expression)


def _trimmed(line: str) -> str:
    """Without the spaces at its end, but for one behind a backslash."""
    end = at = 0
    while at < len(line):
        if line[at] == "\\":
            at += 1
            end = min(at + 1, len(line))
        elif line[at] != " ":
            end = at + 1
        at += 1
    return line[:end]
