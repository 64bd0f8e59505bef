"""Looking where the hints point, while a root is watched: at names and at subtrees."""

from collections.abc import Sequence

from apollonia.ingest.engine import Engine
from apollonia.ingest.reconcile.asks import Ask
from apollonia.ingest.reconcile.look import join
from apollonia.ingest.reconcile.walking import Walking
from apollonia.ingest.root.triggers import Triggers
from apollonia.ingest.root.watched_root import WatchedRoot
from apollonia.ingest.watch.polling import Polling

_ASKS_AT_ONCE = 64
_REFUSED_S = 60.0
_BURST_NAMES = 16  # after a look at so many names, more are on their way: they are let gather


class Following:
    """Four endless tasks of one watched root."""

    def __init__(
        self, root: WatchedRoot, engine: Engine, walking: Walking, triggers: Triggers
    ) -> None:
        self._root = root
        self._engine = engine
        self._walking = walking
        self._survey = walking.survey
        self._reaper = walking.reaper
        self.polling = Polling(root, engine, walking, triggers)
        self._clock = engine.ports.clock
        self._options = engine.options

    async def names(self) -> None:
        """Look at single names, many folders at a time."""
        hints = self._root.hints
        while True:
            asks = await hints.take(_ASKS_AT_ONCE)
            self._put_off_moves(asks)
            seconds = 0.0
            folders = [ask.folder for ask in asks]
            is_burst = sum(len(ask.names) for ask in asks) >= _BURST_NAMES
            while asks:
                looked = await self._survey.look(asks, "watch")
                await self._reaper.reap(looked.gone, "watch")
                asks = looked.rest
                seconds += looked.listing_s
            hints.looked(folders, seconds)
            if is_burst:
                await self._clock.sleep(self._options.burst_s)

    def _put_off_moves(self, asks: Sequence[Ask]) -> None:
        """A file that is being read under its first name is cataloged there before it moves."""
        flights, wait = self._engine.pipeline.flights, self._options.move_wait_s
        for ask in asks:
            for name, named in list(ask.names.items()):
                if named.moved_from is not None and flights.is_in_hand(named.moved_from):
                    del ask.names[name]
                    path = join(ask.folder, name)
                    flights.expect_move(named.moved_from)
                    self._root.hints.name(
                        path, named.ready, delay=wait, moved_from=named.moved_from
                    )

    async def trees(self) -> None:
        """Look at folders that were made, moved or deleted, with all that is below them."""
        while True:
            asks = await self._root.trees.take(_ASKS_AT_ONCE)
            await self._walking.walk(asks, trusted=True)
            for ask in asks:
                if ask.moved_from is not None:
                    self._engine.left(ask.moved_from)
            self.polling.report()

    async def refused(self) -> None:
        """Look again at what we were not permitted to read."""
        while True:
            await self._clock.sleep(_REFUSED_S)
            for path in list(self._root.refused):
                self._root.hints.name(path)
            for folder in list(self._root.closed):
                self._root.trees.add(folder)

    async def unwatched(self) -> None:
        """What no watch tells of."""
        await self.polling.run()
