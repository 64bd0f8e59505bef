"""Rule files in the folders themselves: ``.apolloniaignore``, ``.ndignore`` and ``.nomedia``.

``.apolloniaignore`` and ``.ndignore`` hold patterns as ``.gitignore`` does: those of a deeper
folder override those above, ours override Navidrome's beside it. A ``.ndignore`` without any
pattern, and a ``.nomedia``, leave alone the folder that they are in and all below.

They are read at each look, from the disk, so that nothing has to be kept up to date. What is found
by walking takes its rules from the folder above; of other folders the way down is looked at.
"""

import stat as modes
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

from apollonia.domain.paths import display, folder_of, is_inside
from apollonia.errors import FilesUnavailableError
from apollonia.ingest.selection.folder_rules import FolderRules
from apollonia.ingest.selection.patterns import Patterns
from apollonia.ingest.selection.rules import Rules
from apollonia.ports.clock import Clock
from apollonia.ports.file_system import FileSystem

MAX_BYTES = 64 * 1024
RULES_REST_S = 0.3  # from a change of a rule file to the look that heeds it

_MARKER = b".nomedia"
_NAVIDROME = b".ndignore"
_LISTS = (_NAVIDROME, b".apolloniaignore")
_KEPT = 1000
_YOUNG_NS = 200_000_000  # an empty file so young may be about to be written


@dataclass(frozen=True, slots=True)
class _RuleFile:
    content: bytes
    patterns: Patterns

    @property
    def is_empty(self) -> bool:
        return not self.patterns.runs


class IgnoreFiles:
    """The rule files of one root; only for its disk's thread. Keeps the last good ones."""

    def __init__(self, files: FileSystem, top: bytes, rules: Rules, clock: Clock) -> None:
        self._files = files
        self._top = top
        self._clock = clock
        self._base = FolderRules.of_root(top, rules)
        self._good: OrderedDict[bytes, _RuleFile] = OrderedDict()

    def look(self) -> "RuleLook":
        """For one short while, in which no rule file is read twice."""
        return RuleLook(self)

    @property
    def base(self) -> FolderRules:
        """Of the root, before its own rule files."""
        return self._base

    @property
    def top(self) -> bytes:
        """The root's folder."""
        return self._top

    def own(
        self,
        rules: FolderRules,
        folder: bytes,
        names: Collection[bytes] | None,
        problems: dict[bytes, str],
    ) -> FolderRules:
        """The rules of ``folder`` with its own rule files; ``names``: what is in it, if known.

        Rule files that cannot be used are added to ``problems``, by path, with the reason.
        """
        if rules.ignored:
            return rules
        if self._is_marked(folder, names, problems):
            return rules.ignoring()
        lists = []
        for name in _LISTS:
            path = _join(folder, name)
            if names is not None and name not in names:
                if self._good:
                    self._good.pop(path, None)
                continue
            found = self._load(path, problems)
            if found is None:
                continue
            if not found.is_empty:
                lists.append(found.patterns)
            elif name == _NAVIDROME:
                return rules.ignoring()
        return rules.adding(lists, folder) if lists else rules

    def _is_marked(
        self, folder: bytes, names: Collection[bytes] | None, problems: dict[bytes, str]
    ) -> bool:
        if names is not None:
            return _MARKER in names
        path = _join(folder, _MARKER)
        try:
            found = self._files.stat(path, top=self._top)
        except FilesUnavailableError as error:
            problems[path] = _words(path, error.message)
            return False
        return found is not None and modes.S_ISREG(found.st_mode)

    def _load(self, path: bytes, problems: dict[bytes, str]) -> _RuleFile | None:
        """``None``: it is not there, or says nothing that can be used and never did."""
        known = self._good.get(path)
        try:
            content = self._files.read_small(path, MAX_BYTES, top=self._top)
            if content is None:
                self._good.pop(path, None)
                return None
            if known is None or known.content != content:
                text = content.decode("utf-8", "surrogateescape")
                known = self._checked(path, _RuleFile(content, Patterns.parse(text)), known)
        except FilesUnavailableError as error:
            problems[path] = _words(path, error.message)
        except ValueError as error:
            problems[path] = f"rules not used: {error}"
        if known is not None:
            self._good[path] = known
            self._good.move_to_end(path)
            if len(self._good) > _KEPT:
                self._good.popitem(last=False)
        return known

    def _checked(self, path: bytes, found: _RuleFile, before: _RuleFile | None) -> _RuleFile | None:
        """An empty file that was made just now says nothing yet."""
        if not found.is_empty:
            return found
        stat = self._files.stat(path, top=self._top)
        age_ns = -1 if stat is None else self._clock.now_micros() * 1000 - stat.st_ctime_ns
        return before if 0 <= age_ns < _YOUNG_NS else found


class RuleLook:
    """The rules of some folders at this moment. ``problems``: rule files that cannot be used."""

    def __init__(self, files: IgnoreFiles) -> None:
        self._files = files
        self._known: dict[bytes, FolderRules] = {}
        self.problems: dict[bytes, str] = {}

    def inside(
        self, folder: bytes, names: Collection[bytes], entered: FolderRules | None
    ) -> FolderRules:
        """In a folder that was listed; ``entered``: what the folder above it says, if known."""
        rules = self.above(folder) if entered is None else entered
        return self._files.own(rules, folder, names, self.problems)

    def above(self, folder: bytes) -> FolderRules:
        """What holds in a folder before its own rule files: by those of all folders above it."""
        return self._way_down(folder)[0]

    def barred(self, path: bytes) -> bytes | None:
        """The topmost folder on the way to this file that is not entered; so none is below."""
        rules, here = self._way_down(folder_of(path))
        return here if rules.ignored else None

    def _way_down(self, folder: bytes) -> tuple[FolderRules, bytes]:
        """As ``above``, and how far down that goes."""
        top = self._files.top
        rules, here = self._files.base, top
        if folder == top or not is_inside(folder, top):
            return rules, here
        for part in folder[len(top.rstrip(b"/")) + 1 :].split(b"/"):
            known = self._known.get(here)
            if known is None:
                known = self._files.own(rules, here, None, self.problems)
                self._known[here] = known
            here = _join(here, part)
            rules = known.descend(here)
            if rules.ignored:
                break
        return rules, here

    def ignores(self, path: bytes) -> bool:
        """Whether a file at this path is left alone, for whatever reason."""
        folder, _, name = path.rpartition(b"/")
        folder = folder or b"/"
        rules = self._known.get(folder)
        if rules is None:
            rules = self._files.own(self.above(folder), folder, None, self.problems)
            self._known[folder] = rules
        return rules.rules.skips_file(name) or rules.leaves_alone(
            rules.above(folder), name, is_folder=False
        )


def _join(folder: bytes, name: bytes) -> bytes:
    return folder.rstrip(b"/") + b"/" + name


def _words(path: bytes, message: str) -> str:
    return f"rules not used: {message.removeprefix(f'{display(path)}: ')}"
