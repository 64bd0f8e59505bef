"""What is not looked at in a root: by names alone, and by what a person set for it."""

import re
from dataclasses import dataclass

from apollonia.ingest.options import IngestOptions
from apollonia.ingest.root.roots import Root
from apollonia.ingest.selection.patterns import NO_PATTERNS, Patterns
from apollonia.messages import FileError

RULE_FILES = frozenset({b".apolloniaignore", b".ndignore", b".nomedia"})

_UNFINISHED = (b".part", b".partial", b".crdownload", b".download", b".!qb", b".tmp~")
_UNFINISHED_ENDS = frozenset(
    {*b"".join(x[-1:] for x in _UNFINISHED)} | {*b"".join(x[-1:] for x in _UNFINISHED).upper()}
)
_RSYNC = re.compile(rb"^\..+\.[A-Za-z0-9]{6}$", re.DOTALL)
_OURS = b".apollonia"
_TRASH = b".trash"
_FOLDERS = frozenset({b"@eadir", b".snapshot", b"#recycle", b"$recycle.bin", b"lost+found"})


@dataclass(frozen=True, slots=True)
class Rules:
    """``excluded`` are folders by path: our own data, where it lies inside a root.

    ``include`` and ``exclude`` are relative to the root; no rule file undoes them. Files outside of
    the sizes, in bytes (0: no limit), have a row but are not read.
    """

    hidden: bool = False
    excluded: frozenset[bytes] = frozenset()
    include: Patterns = NO_PATTERNS
    exclude: Patterns = NO_PATTERNS
    max_bytes: int = 0
    min_bytes: int = 0

    def skips_file(self, name: bytes) -> bool:
        """Unfinished downloads, rsync's temporary names, our own; hidden ones unless asked."""
        if name[:1] == b".":
            return (
                not self.hidden
                or name.startswith(_OURS)
                or name in RULE_FILES
                or _RSYNC.match(name) is not None
            )
        return name[-1] in _UNFINISHED_ENDS and name.lower().endswith(_UNFINISHED)

    def skips_folder(self, path: bytes, name: bytes) -> bool:
        """Trash, snapshots, what a NAS keeps beside the files; hidden ones unless asked."""
        lower = name.lower()
        if lower in _FOLDERS or path in self.excluded:
            return True
        if name[:1] == b".":
            return not self.hidden or lower.startswith((_OURS, _TRASH))
        return False

    @property
    def has_sizes(self) -> bool:
        """Whether there are limits."""
        return bool(self.max_bytes or self.min_bytes)

    def refuses(self, size: int) -> FileError | None:
        """Why a file of so many bytes is not read."""
        if self.max_bytes and size > self.max_bytes:
            words = f"{size} bytes are more than the {self.max_bytes} that are read"
            return FileError(code="too_large", message=f"{words} (max_file_mb)")
        if size < self.min_bytes:
            words = f"{size} bytes are fewer than the {self.min_bytes} that are read"
            return FileError(code="too_small", message=f"{words} (min_file_bytes)")
        return None


def rules_of(root: Root, options: IngestOptions) -> Rules:
    """What the root's own choices say, and the options where they say nothing.

    Raises:
        ValueError: too many patterns.
    """
    own = root.choices
    return Rules(
        hidden=options.hidden if own.hidden is None else own.hidden,
        excluded=root.excluded,
        include=Patterns.of(options.include if own.include is None else own.include),
        exclude=Patterns.of(options.exclude if own.exclude is None else own.exclude),
        max_bytes=options.max_bytes if own.max_bytes is None else own.max_bytes,
        min_bytes=options.min_bytes if own.min_bytes is None else own.min_bytes,
    )
