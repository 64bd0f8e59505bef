"""What is left alone in one folder, beyond what names alone tell."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from apollonia.domain.paths import folder_of, name_of
from apollonia.ingest.selection.patterns import Patterns
from apollonia.ingest.selection.rules import Rules
from apollonia.ports.file_system import Listing


@dataclass(frozen=True, slots=True)
class FolderRules:
    """The rule files that hold in a folder, deepest first, and the root's own patterns.

    ``levels`` are lists of patterns, each with the length of its folder's path below the root.
    ``ignored``: nothing in it is looked at, nor below. ``included``: files count of which the
    root's ``include`` says nothing. ``is_plain``: nothing here but names matters.
    """

    top: bytes
    rules: Rules
    levels: tuple[tuple[Patterns, int], ...] = ()
    ignored: bool = False
    included: bool = True
    is_plain: bool = True

    @classmethod
    def of_root(cls, top: bytes, rules: Rules) -> "FolderRules":
        """Before any rule file was read."""
        chosen = bool(rules.include.runs)
        plain = not chosen and not rules.exclude.runs
        return cls(top, rules, included=not chosen, is_plain=plain)

    def above(self, folder: bytes) -> str:
        """``artist/album/``: a folder's path below the root, as patterns want it."""
        below = folder[len(self.top.rstrip(b"/")) + 1 :]
        return _text(below) + "/" if below else ""

    def leaves_alone(self, above: str, name: bytes, *, is_folder: bool) -> bool:
        """Whether a file or folder in this folder is ignored, by anything but its mere name."""
        if self.is_plain or self.ignored:
            return self.ignored
        text = _text(name)
        if self.rules.exclude.fit(above, text, is_folder=is_folder):
            return True
        for patterns, start in self.levels:
            verdict = patterns.fit(above[start:], text, is_folder=is_folder)
            if verdict is not None:
                if verdict:
                    return True
                break
        return not is_folder and not self._includes(above, text, is_folder=False)

    def enter(self, folder: bytes) -> "FolderRules":
        """What holds in a folder inside this one, before its own rule files."""
        if self.is_plain or self.ignored or not self.rules.include.runs:
            return self
        above, name = self.above(folder_of(folder)), _text(name_of(folder))
        included = self._includes(above, name, is_folder=True)
        return self if included == self.included else replace(self, included=included)

    def descend(self, folder: bytes) -> "FolderRules":
        """As ``enter``; a folder that is left alone itself is ignored with all that is in it."""
        if self.ignored:
            return self
        name = name_of(folder)
        if self.rules.skips_folder(folder, name) or (
            not self.is_plain
            and self.leaves_alone(self.above(folder_of(folder)), name, is_folder=True)
        ):
            return self.ignoring()
        return self.enter(folder)

    def ignoring(self) -> "FolderRules":
        """The same folder, when nothing in it counts."""
        return replace(self, ignored=True, is_plain=False)

    def adding(self, patterns: Iterable[Patterns], folder: bytes) -> "FolderRules":
        """With the rule files of ``folder``, the weakest first."""
        start = len(self.above(folder))
        levels = self.levels
        for some in patterns:
            levels = ((some, start), *levels)
        return replace(self, levels=levels, is_plain=False)

    def applied(self, listing: Listing) -> tuple[Listing, list[bytes]]:
        """The listing without what is left alone, and the paths of that."""
        if self.is_plain:
            return listing, []
        folder = listing.folder
        if self.ignored:
            return Listing(folder), [folder]
        above = self.above(folder)
        files = {
            name
            for names in (listing.names, listing.links, listing.others)
            for name in names
            if self.leaves_alone(above, name, is_folder=False)
        }
        folders = {
            name for name in listing.folders if self.leaves_alone(above, name, is_folder=True)
        }
        if not files and not folders:
            return listing, []
        left = Listing(
            folder,
            [name for name in listing.names if name not in files],
            {name: stat for name, stat in listing.stats.items() if name not in files},
            [name for name in listing.folders if name not in folders],
            [name for name in listing.links if name not in files],
            {name: words for name, words in listing.others.items() if name not in files},
        )
        base = folder.rstrip(b"/")
        return left, [base + b"/" + name for name in (*files, *folders)]

    def _includes(self, above: str, name: str, *, is_folder: bool) -> bool:
        verdict = self.rules.include.fit(above, name, is_folder=is_folder)
        return self.included if verdict is None else verdict


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
