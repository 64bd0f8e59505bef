"""Whatever happens to the folders, the index and the events end up telling what is there.

Random histories of two roots, with kills, lost events and pauses in between, against fakes. More of
them: ``APOLLONIA_TEST_EXAMPLES=5000 pytest tests/unit/ingest/test_ingest_model.py``.
"""

import asyncio
import os
from hashlib import sha256

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from apollonia.domain.paths import folder_of, is_inside
from apollonia.errors import NotFoundError

EXAMPLES = int(os.environ.get("APOLLONIA_TEST_EXAMPLES", "40"))
ROOTS = (b"/music", b"/films")
FOLDERS = (b"/music", b"/music/a", b"/music/a/deep", b"/films")
TREE = "/music/\n    keep.txt\n    a/\n        old.mp3\n/films/\n    keep.txt\n/outside/\n"

folders = st.sampled_from(FOLDERS)
inner = st.sampled_from([folder for folder in FOLDERS if folder not in ROOTS])
names = st.sampled_from([b"x.mp3", b"old.mp3", b"x.mp3.part"])
paths = st.builds(lambda folder, name: folder + b"/" + name, folders, names)
contents = st.sampled_from([b"", b"1", b"22"])

operations = st.lists(
    st.one_of(
        st.tuples(st.just("write"), paths, contents),
        st.tuples(st.just("calm_write"), paths, contents),
        st.tuples(st.just("write_on"), paths, contents),
        st.tuples(st.just("close"), paths),
        st.tuples(st.just("move"), paths, paths),
        st.tuples(st.just("calm_move"), paths, paths),
        st.tuples(st.just("link"), paths, paths),
        st.tuples(st.just("delete"), paths),
        st.tuples(st.just("status"), paths),
        st.tuples(st.just("make_folder"), inner),
        st.tuples(st.just("delete_folder"), inner),
        st.tuples(st.just("move_folder"), inner, inner),
        st.tuples(st.just("move_out"), inner),
        st.tuples(st.just("move_in"), inner),
        st.tuples(st.just("overflow")),
        st.tuples(st.just("hold")),
        st.tuples(st.just("let_go")),
        st.tuples(st.just("kill")),
        st.tuples(st.just("restart")),
        st.tuples(st.just("wait"), st.sampled_from([0.0, 0.1, 0.3, 1.2])),
    ),
    max_size=20,
)


class History:
    """Carries out operations, as far as they are possible, on a rig's files."""

    def __init__(self, rig):
        self.rig = rig
        self.files = rig.files
        self.away = []

    async def run(self, steps):
        unheard = any(step[0] == "write_on" for step in steps)  # a handle that stays open
        steps = [*steps, ("wait", 0.0)]
        while steps:
            await self.let_go()
            async with self.rig.running(quiet=False):
                await self.rig.work()
                while steps:
                    step = steps.pop(0)
                    if step[0] == "restart" and steps:
                        break
                    if step[0] == "kill" and steps:
                        await self.rig.kill()
                        break
                    if step[0] in {"restart", "kill"}:
                        continue
                    await getattr(self, step[0])(*step[1:])
                if not steps:
                    await self.come_to_rest(scan=unheard)

    async def come_to_rest(self, *, scan):
        await self.let_go()
        await self.rig.quiet(4)
        for root in self.rig.engine.roots if scan else ():
            await self.rig.control.request_scan(root.root.name)
        await self.rig.quiet(8)

    def is_file(self, path):
        return path in self.files.paths()

    def is_folder(self, path):
        try:
            self.files.list_folder(path)
        except NotFoundError:
            return False
        return True

    async def write(self, path, data):
        if self.is_folder(folder_of(path)):
            self.files.write(path, data)

    async def hold(self):
        """What is being read from now on is held in hand."""
        self.rig.inspector.gate.clear()

    async def let_go(self):
        self.rig.inspector.gate.set()

    async def calm_write(self, path, data):
        await self.write(path, data)
        await self.let_go()
        await self.rig.quiet()

    async def write_on(self, path, data):
        if self.is_folder(folder_of(path)):
            self.files.write(path, data, close=False)

    async def close(self, path):
        if self.is_file(path):
            self.files.close(path)

    async def move(self, path, new):
        if self.is_file(path) and path != new and self.is_folder(folder_of(new)):
            same = self.is_file(new) and self.files.nodes[new] is self.files.nodes[path]
            if not same:  # rename(2) of two names of one file does nothing
                self.files.move(path, new)

    async def calm_move(self, path, new):
        """A move while all is quiet keeps the file's id, wherever it goes."""
        free = self.is_folder(folder_of(new)) and not self.is_file(new)
        if not self.is_file(path) or not free or self.files.nodes[path].links > 1:
            return
        await self.let_go()
        await self.rig.quiet()
        known = self.rig.index.files.get(path)
        await self.move(path, new)
        await self.rig.quiet()
        if known is not None and known.is_live and not new.endswith(b".part"):
            assert self.rig.file_id(new) == known.file_id

    async def link(self, path, new):
        if self.is_file(path) and not self.is_file(new) and self.is_folder(folder_of(new)):
            self.files.link(path, new)

    async def delete(self, path):
        if self.is_file(path):
            self.files.delete(path)

    async def status(self, path):
        if self.is_file(path):
            self.files.touch_status(path)

    async def make_folder(self, path):
        self.files.make_folder(path)

    async def delete_folder(self, path):
        if self.is_folder(path):
            self.files.delete(path)

    async def move_folder(self, path, new):
        fits = self.is_folder(path) and not self.is_folder(new) and not is_inside(new, path)
        if fits and self.is_folder(folder_of(new)):
            self.files.move(path, new)

    async def move_out(self, path):
        if self.is_folder(path):
            self.away.append(b"/outside/%d" % len(self.away))
            self.files.move(path, self.away[-1])

    async def move_in(self, path):
        if self.away and not self.is_folder(path) and self.is_folder(folder_of(path)):
            self.files.move(self.away.pop(), path)

    async def overflow(self):
        self.files.overflow()

    async def wait(self, seconds):
        await self.rig.quiet(seconds)


def expected(rig):
    """What should be cataloged: path → hash."""
    return {
        path: sha256(data).hexdigest()
        for path, data in rig.files.paths().items()
        if any(is_inside(path, root) for root in ROOTS) and not path.endswith(b".part")
    }


def replay(events):
    """What a consumer makes of the events, in order; every one of them has to make sense."""
    present: dict[bytes, tuple[str, str | None]] = {}
    for event in events:
        path, file_id = event.raw_path(), event.file_id
        held = {entry[0] for entry in present.values()}
        what = event.event_type.value
        if what == "IN_DELETE":
            assert present.pop(path)[0] == file_id, event
            continue
        if what == "IN_CLOSE_WRITE":
            assert present[path][0] == file_id, event
        elif what == "IN_MOVED_TO" and event.raw_moved_from() in present:
            assert present.pop(event.raw_moved_from())[0] == file_id, event
            assert path not in present, event
        else:
            assert path not in present, event
            assert file_id not in held, event
        present[path] = (file_id, event.sha256_hash)
    return present


@given(operations)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_index_and_events_tell_what_is_there(rig, steps):
    async def story():
        history = History(rig(TREE, ROOTS))
        await history.run(steps)
        return history.rig

    told = asyncio.run(story())
    events = told.events()
    for event in events:
        note(f"{event.event_type.value} {event.file_path} {event.moved_from or ''}")
    live = {p: e.sha256_hash for p, e in told.index.files.items() if e.is_live}
    assert live == expected(told)
    present = replay(events)
    assert {path: sha for path, (_, sha) in present.items()} == live
    ids = [file_id for file_id, _ in present.values()]
    assert len(set(ids)) == len(ids)
    assert {p: file_id for p, (file_id, _) in present.items()} == {
        path: told.file_id(path) for path in live
    }
    stamps = [event.timestamp for event in events]
    assert stamps == sorted(set(stamps))
