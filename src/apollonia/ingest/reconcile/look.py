"""Reading folders and comparing them with what is known: the part that runs off the event loop."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from apollonia.domain.paths import display, is_inside
from apollonia.errors import FilesUnavailableError, NotFoundError
from apollonia.ingest.reconcile.asks import Ask, Named, Ready
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.ingest.selection.folder_rules import FolderRules
from apollonia.ingest.selection.ignore_files import RuleLook
from apollonia.ingest.selection.rules import RULE_FILES, Rules
from apollonia.ports.file_system import FileSystem, Listing
from apollonia.ports.index import Fingerprint

_UNSURE = Named()


@dataclass(slots=True)
class Listed:
    """An ask and what its folder held; ``None``: the folder is gone, or ``unreadable``.

    The listing is without what rule files and settings leave alone: the paths in ``ignored``, one
    for a whole folder. ``rules`` are those that hold in the folder.
    """

    ask: Ask
    listing: Listing | None
    unreadable: str | None = None
    unwatched: str | None = None
    skipped: dict[bytes, str] = field(default_factory=dict)
    rules: FolderRules | None = None
    ignored: Sequence[bytes] = ()


@dataclass(slots=True)
class Changed:
    """A file that is not as the index knows it."""

    path: bytes
    stat: os.stat_result
    named: Named
    listed: Listed


@dataclass(slots=True)
class Compared:
    """One folder's files against the index. ``unsettled``: somebody may still be writing them."""

    changed: list[Changed] = field(default_factory=list)
    unsettled: list[bytes] = field(default_factory=list)
    gone: list[bytes] = field(default_factory=list)
    files: int = 0
    unchanged: int = 0


def list_asks(
    files: FileSystem, root: WatchedRoot, asks: Sequence[Ask], limit: int
) -> tuple[list[Listed], Sequence[Ask]]:
    """List folders until ``limit`` entries were seen; what was listed, and what is left."""
    listed: list[Listed] = []
    entries = 0
    look = root.ignore_files.look()
    for number, ask in enumerate(asks, 1):
        one = _list_one(files, root, ask, look)
        listed.append(one)
        if one.listing is not None:
            entries += len(one.listing.names) + len(one.listing.folders) + 1
        if entries >= limit:
            return listed, asks[number:]
    return listed, ()


def _list_one(files: FileSystem, root: WatchedRoot, ask: Ask, look: RuleLook) -> Listed:
    unwatched: str | None = None
    entered = look.above(ask.folder) if ask.rules is None else ask.rules
    if entered.ignored:
        return Listed(ask, Listing(ask.folder), rules=entered, ignored=[ask.folder])
    try:
        if root.watcher is not None and ask.whole and not root.places.is_polled(ask.folder):
            try:
                # Before listing: nothing falls in between.
                root.watcher.add(ask.folder)
            except FilesUnavailableError as error:
                unwatched = error.message
        listing = files.list_folder(ask.folder, None if ask.whole else ask.names, top=root.path)
    except NotFoundError:
        if root.watcher is not None and files.resolve(ask.folder) is not None:
            root.watcher.remove_under(ask.folder)  # a link on the way: it leads elsewhere
        return Listed(ask, None)
    except FilesUnavailableError as error:
        return Listed(ask, None, unreadable=error.message)
    # The facts of a whole listing are by name: quicker to look into than its list of names.
    rules = look.inside(ask.folder, listing.stats if ask.whole else listing.names, entered)
    left, ignored = rules.applied(listing)
    listed = Listed(ask, left, unwatched=unwatched, rules=rules, ignored=ignored)
    if left.links or left.others:
        listed.skipped = _skipped(files, root, ask, left)
    if look.problems:
        listed.skipped |= look.problems
        look.problems.clear()
    return listed


def _skipped(files: FileSystem, root: WatchedRoot, ask: Ask, listing: Listing) -> dict[bytes, str]:
    skipped: dict[bytes, str] = {}
    for name, reason in listing.others.items():
        if ask.whole or name in ask.names:
            skipped[join(ask.folder, name)] = reason
    for name in RULE_FILES.intersection(listing.links):
        skipped[join(ask.folder, name)] = "rules not used: links are not followed"
    for name in listing.links:
        if (ask.whole or name in ask.names) and not root.rules.skips_file(name):
            path = join(ask.folder, name)
            skipped[path] = _link_words(files, root.path, path)
    return skipped


def _link_words(files: FileSystem, root: bytes, path: bytes) -> str:
    target = files.resolve(path)
    if target is None:
        return "link that leads nowhere or in a circle"
    words = f"link to {display(target)}"
    if not is_inside(target, files.resolve(root) or root):
        return f"{words}, outside of the root: not followed"
    return f"{words}: cataloged there"


def join(folder: bytes, name: bytes) -> bytes:
    """``/m`` and ``a`` → ``/m/a``."""
    return folder + name if folder.endswith(b"/") else folder + b"/" + name


def compare(
    listed: Listed,
    known: Mapping[bytes, Fingerprint],
    rules: Rules,
    settled_before_ns: int,
    *,
    reread: bool = False,
) -> Compared:
    """What is new, changed or gone. A file touched after ``settled_before_ns`` is unsettled.

    ``reread``: every file counts as changed.
    """
    listing = listed.listing
    compared = Compared()
    names, sizes = listed.ask.names, rules.has_sizes
    if listing is None:
        compared.gone = [] if listed.unreadable else [join(listed.ask.folder, n) for n in known]
        return compared
    seen = 0
    for name, stat in listing.stats.items():
        if rules.skips_file(name):
            continue
        compared.files += 1
        print_ = known.get(name)
        if print_ is not None:
            seen += 1
            inode = stat.st_ino
            if sizes and rules.refuses(stat.st_size) is not None:
                inode = ~inode  # as ``Fingerprint`` has it
            if print_ == (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, inode) and not (
                reread or (name in names and names[name].reread)
            ):
                compared.unchanged += 1
                continue
        named = names.get(name) or _unnamed(listed.ask, name)
        path = join(listing.folder, name)
        if _unsettled(stat, named.ready, settled_before_ns):
            compared.unsettled.append(path)
        else:
            compared.changed.append(Changed(path, stat, named, listed))
    if seen < len(known):
        compared.gone = _gone(listed, listing, known, rules)
    return compared


def _unnamed(ask: Ask, name: bytes) -> Named:
    if ask.moved_from is None:
        return _UNSURE
    return Named(moved_from=join(ask.moved_from, name))


def _gone(
    listed: Listed, listing: Listing, known: Mapping[bytes, Fingerprint], rules: Rules
) -> list[bytes]:
    there = {name for name in listing.stats if not rules.skips_file(name)}
    return [join(listed.ask.folder, name) for name in known if name not in there]


def _unsettled(stat: os.stat_result, ready: Ready, settled_before_ns: int) -> bool:
    if ready is Ready.SETTLED:
        return False
    if ready is Ready.CLOSED:
        return stat.st_size == 0
    # The time of change moves with every write, and nobody can set it.
    return stat.st_ctime_ns > settled_before_ns
