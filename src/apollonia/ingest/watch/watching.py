"""From what inotify tells to hints where to look."""

from collections.abc import Callable
from dataclasses import replace
from itertools import zip_longest

from apollonia.ingest.engine import Engine
from apollonia.ingest.reconcile.asks import Ready
from apollonia.ingest.reconcile.look import join
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.ingest.selection.ignore_files import RULES_REST_S
from apollonia.ingest.selection.rules import RULE_FILES
from apollonia.ports.file_system import Watcher, WatchEvent, What


class Watching:
    """Handles the events of one root; ``ask_scan`` is called when only a scan can tell."""

    def __init__(
        self,
        root: WatchedRoot,
        engine: Engine,
        ask_scan: Callable[[str], None],
    ) -> None:
        self._root = root
        self._hints = root.hints
        self._moves = engine.moves
        self._settle = engine.settle
        self._flights = engine.pipeline.flights
        self._options = engine.options
        self._ask_scan = ask_scan
        self._recheck = engine.recheck
        self._overflows = engine.ports.metrics.overflows.labels(root.root.name)

    async def run(self, watcher: Watcher) -> None:
        """Until cancelled."""
        while True:
            events = await watcher.next()
            for event, after in zip_longest(events, events[1:]):
                if not _is_told_by(event, after):
                    self.handle(event)

    def handle(self, event: WatchEvent) -> None:
        """Note one event; never waits."""
        if event.what is What.OVERFLOW:
            self._root.heard_all = False
            self._root.places = replace(self._root.places, doubted=True)
            self._root.overflows += 1
            self._overflows.inc()
            self._ask_scan("events were lost in a burst")
        elif event.what is What.FOLDER_GONE:
            if event.folder == self._root.path:
                self._ask_scan("the folder itself went away")
            else:
                self._root.places = self._root.places.without(event.folder)
                self._root.trees.add(event.folder)
        elif self._hints.is_full or self._root.trees.is_full:
            self._hints.clear()
            self._root.trees.clear()
            self._ask_scan("more changed at once than is worth remembering")
        elif event.name in RULE_FILES and not event.is_folder:
            self._rule_file(event)
        elif event.is_folder:
            self._folder(event, join(event.folder, event.name))
        elif not self._root.rules.skips_file(event.name):
            self._file(event, join(event.folder, event.name))

    def _rule_file(self, event: WatchEvent) -> None:
        """Everything below is looked at by the new rules; a file just made may still be filled."""
        path = join(event.folder, event.name)
        self._root.progress.unskip(path)
        if event.what is not What.CREATED:
            self._root.trees.add(event.folder, delay=RULES_REST_S)

    def _folder(self, event: WatchEvent, path: bytes) -> None:
        if self._root.rules.skips_folder(path, event.name):
            return
        if event.what is What.CREATED:
            self._root.trees.add(path)
        elif event.what is What.MOVED_TO:
            self._folder_arrived(event, path)
        elif event.what is What.MOVED_FROM:
            self._moves.departed(event.cookie, self._root, path, is_folder=True)
            self._root.trees.add(path, delay=self._options.move_wait_s)
        elif event.what is What.DELETED:
            self._root.trees.add(path)

    def _folder_arrived(self, event: WatchEvent, path: bytes) -> None:
        departed = self._moves.arrived(event.cookie)
        if departed is None:
            self._root.trees.add(path)
        else:
            departed.root.trees.drop(departed.path)
            self._root.trees.add(path, moved_from=departed.path)

    def _file(self, event: WatchEvent, path: bytes) -> None:
        if event.what is What.WRITTEN:
            self._written(path)
        elif event.what is What.CREATED:
            if not self._settle.arm(self._root, path, opened=True):
                self._ask_scan("too many files are being written at once")
        elif event.what is What.MOVED_TO:
            self._file_arrived(event, path)
        elif event.what is What.MOVED_FROM:
            quiet = self._is_quiet(path)
            self._settle.disarm(path)
            self._moves.departed(event.cookie, self._root, path, is_folder=False, was_quiet=quiet)
            self._hints.name(path, delay=self._options.move_wait_s)
        elif event.what is What.DELETED:
            self._settle.disarm(path)
            self._replace(path)
            self._root.progress.unskip(path)
            self._hints.name(path, delay=self._options.burst_s)

    def _written(self, path: bytes) -> None:
        """Once: soon. Again within the settle time: when it is over, as one."""
        self._flights.heard_write(path)
        if self._settle.is_closing(path):
            self._settle.arm(self._root, path, closing=True)
        elif self._flights.must_wait(path) or self._hints.has_closed(path):
            self._hints.drop(path)
            self._settle.arm(self._root, path, closing=True)
        else:
            self._settle.disarm(path)
            self._hints.name(path, Ready.CLOSED, delay=self._options.burst_s)

    def _replace(self, path: bytes) -> None:
        """What moved here before anybody looked is not here any more: its source is looked at."""
        dropped = self._hints.drop(path)
        if dropped is not None and dropped.moved_from is not None:
            self._forsake(dropped.moved_from)

    def _forsake(self, source: bytes) -> None:
        """Nobody will look where this went."""
        self._flights.moved(source)
        self._recheck(source, self._options.move_wait_s)

    def _is_quiet(self, path: bytes) -> bool:
        """Whether what is cataloged at this path is what was there a moment ago."""
        return self._root.heard_all and not (
            self._settle.waits(path)
            or self._hints.has(path)
            or self._flights.is_in_hand(path)
            or self._flights.is_doubted(path)
        )

    def _file_arrived(self, event: WatchEvent, path: bytes) -> None:
        self._settle.disarm(path)
        self._replace(path)
        departed = self._moves.arrived(event.cookie)
        if departed is None or departed.is_folder:
            self._hints.name(path, Ready.SETTLED)
            return
        dropped, delay = departed.root.hints.drop(departed.path), 0.0
        if dropped is not None and dropped.moved_from is not None:
            # It moved on, or two files changed places: all three paths are looked at, together.
            delay = self._options.move_wait_s
            self._forsake(dropped.moved_from)
            self._recheck(departed.path, delay)
        self._flights.expect_move(departed.path)
        self._hints.name(
            path,
            Ready.SETTLED,
            delay=delay,
            moved_from=departed.path,
            only_renamed=departed.was_quiet,
        )


def _is_told_by(event: WatchEvent, after: WatchEvent | None) -> bool:
    """Made and closed in one go, as a copied file is: that it was made is of no interest."""
    return (
        after is not None
        and event.what is What.CREATED
        and after.what is What.WRITTEN
        and event.name == after.name
        and event.folder == after.folder
    )
