"""Whatever happens to the folders, the index and the events end up telling what is there.

Random histories of two roots, with kills, lost events, disks that go and come back, a bus that is
away and a clock that is set back, against fakes. More of them: ``make fuzz EXAMPLES=5000``.
"""

import asyncio
import os
from hashlib import sha256

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from apollonia.domain.kinds import RootState
from apollonia.domain.paths import folder_of, is_inside
from apollonia.errors import NotFoundError
from apollonia.messages import POPULATOR_QUEUE, topology
from apollonia.ports.file_system import Storage, StorageKind
from apollonia.testing.replay import replay

EXAMPLES = int(os.environ.get("APOLLONIA_TEST_EXAMPLES", "30"))
ROOTS = (b"/music", b"/films")
MOUNTS = {b"/music/disk": 2, b"/films": 3}
FOLDERS = (b"/music", b"/music/a", b"/music/a/deep", b"/music/disk", b"/films")
TREE = """/music/
    keep.txt
    a/
        old.mp3
    disk/
        keep.txt
/films/
    keep.txt
/outside/
"""

folders = st.sampled_from(FOLDERS)
inner = st.sampled_from([b"/music/a", b"/music/a/deep"])
mounts = st.sampled_from(sorted(MOUNTS))
names = st.sampled_from([b"x.mp3", b"X.MP3", b"old.mp3", b"x.mp3.part"])
paths = st.builds(lambda folder, name: folder + b"/" + name, folders, names)
RULE_FILES = {b".nomedia": b"", b".apolloniaignore": b"x.mp3\n", b".ndignore": b"deep/\n"}
rules = st.sampled_from(sorted(RULE_FILES.items()))
contents = st.sampled_from([b"", b"1", b"22"])

operations = st.lists(
    st.one_of(
        st.tuples(st.just("write"), paths, contents),
        st.tuples(st.just("calm_write"), paths, contents),
        st.tuples(st.just("write_on"), paths, contents),
        st.tuples(st.just("close"), paths),
        st.tuples(st.just("move"), paths, paths),
        st.tuples(st.just("calm_move"), paths, paths),
        st.tuples(st.just("recase"), paths),
        st.tuples(st.just("replace"), paths, contents),
        st.tuples(st.just("calm_replace"), paths, contents),
        st.tuples(st.just("link"), paths, paths),
        st.tuples(st.just("delete"), paths),
        st.tuples(st.just("status"), paths),
        st.tuples(st.just("make_folder"), inner),
        st.tuples(st.just("delete_folder"), inner),
        st.tuples(st.just("move_folder"), inner, inner),
        st.tuples(st.just("move_out"), inner),
        st.tuples(st.just("move_in"), inner),
        st.tuples(st.just("unmount"), mounts, st.booleans()),
        st.tuples(st.just("mount"), mounts),
        st.tuples(st.just("set_clock_back")),
        st.tuples(st.just("lose_bus")),
        st.tuples(st.just("find_bus")),
        st.tuples(st.just("rule"), folders, rules),
        st.tuples(st.just("no_rule"), folders, rules),
        st.tuples(st.just("pause"), st.sampled_from(ROOTS)),
        st.tuples(st.just("resume"), st.sampled_from(ROOTS)),
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
        self.unmounted = {}
        self.paused = set()
        for path, device in MOUNTS.items():
            self.files.mounts[path] = device
            self.files.storages[path] = Storage(StorageKind.SSD, device=str(device))
            for below in self.files.nodes:
                if is_inside(below, path):
                    self.files.nodes[below].device = device
        self.beneath = {path: self.files.new_folder(path) for path in MOUNTS}

    async def run(self, steps):
        unheard = any(step[0] in {"write_on", "link"} for step in steps)  # a handle that stays open
        steps = [*steps, ("wait", 0.0)]
        await self.rig.bus.declare(topology(POPULATOR_QUEUE))
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
        """All disks and the bus are back. Who is asked about files that disappeared says yes."""
        await self.let_go()
        await self.find_bus()
        for path in list(self.unmounted):
            await self.mount(path)
        for root in list(self.paused):
            await self.resume(root)
        await self.rig.quiet(64 if scan else 8)  # what is open still is let through
        for root in self.rig.engine.roots:
            if scan or root.progress.state is RootState.UNAVAILABLE:
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
        if not self.is_file(path) or path == new or not self.is_folder(folder_of(new)):
            return
        if not self.is_one_disk(path, new):  # mv copies, and deletes
            self.files.write(new, self.files.nodes[path].data)
            self.files.delete(path)
        elif not self.is_file(new) or self.files.nodes[new] is not self.files.nodes[path]:
            self.files.move(path, new)  # rename(2) of two names of one file does nothing

    def is_one_disk(self, path, new):
        return self.files.nodes[path].device == self.files.nodes[folder_of(new)].device

    async def calm_move(self, path, new):
        """A move while all is quiet keeps the file's id, wherever it goes."""
        free = self.is_folder(folder_of(new)) and not self.is_file(new)
        if not self.is_file(path) or not free or self.files.nodes[path].links > 1:
            return
        if not self.is_one_disk(path, new) or self.unmounted or self.paused:
            return
        await self.let_go()
        await self.rig.quiet()
        known = self.rig.index.files.get(path)
        await self.move(path, new)
        await self.rig.quiet()
        if known is not None and known.is_live and not is_ignored(self.rig, new):
            assert self.rig.file_id(new) == known.file_id

    async def recase(self, path):
        """``x`` → ``X``, on a file system that tells them apart, as Linux's do."""
        name = path.rpartition(b"/")[2]
        await self.calm_move(path, folder_of(path) + b"/" + name.swapcase())

    async def replace(self, path, data):
        """As editors save: under another name first, and then over the file."""
        if self.is_folder(folder_of(path)):
            self.files.write(path + b"~new", data)
            self.files.move(path + b"~new", path)

    async def calm_replace(self, path, data):
        """What is saved while all is quiet keeps its id."""
        known = self.rig.index.files.get(path)
        await self.replace(path, data)
        await self.let_go()
        await self.rig.quiet()
        if known is not None and known.is_live and not (self.unmounted or self.paused):
            assert self.rig.file_id(path) == known.file_id

    async def unmount(self, path, heard):
        if path not in self.unmounted:
            self.unmounted[path] = self.files.unmount(path, self.beneath[path], heard=heard)

    async def mount(self, path):
        if path in self.unmounted:
            self.beneath[path] = self.files.mount(path, self.unmounted.pop(path))

    async def set_clock_back(self):
        """An hour, and not by a whole number of steps: no two writes have the same time."""
        self.rig.clock.set_wall(self.rig.clock.now_micros() - 3_599_987_654)

    async def pause(self, root):
        self.paused.add(root)
        await self.rig.control.set_paused(root.decode(), True)

    async def resume(self, root):
        self.paused.discard(root)
        await self.rig.control.set_paused(root.decode(), False)

    async def lose_bus(self):
        self.rig.bus.away = True

    async def find_bus(self):
        self.rig.bus.away = False

    async def link(self, path, new):
        fits = self.is_file(path) and not self.is_file(new) and self.is_folder(folder_of(new))
        if fits and self.is_one_disk(path, new):
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

    async def rule(self, folder, rule):
        await self.write(folder + b"/" + rule[0], rule[1])

    async def no_rule(self, folder, rule):
        await self.delete(folder + b"/" + rule[0])

    async def overflow(self):
        self.files.overflow()

    async def wait(self, seconds):
        await self.rig.quiet(seconds)


def is_ignored(rig, path):
    """By its name, or by a rule file above it."""
    if path.lower().endswith((b".part", b".nomedia", b"ignore")):
        return True
    folder = folder_of(path)
    while folder != b"/":
        marked, ours, navidromes = (folder + b"/" + name for name in RULE_FILES)
        if (
            marked in rig.files.nodes
            or (ours in rig.files.nodes and path.endswith(b"/x.mp3"))
            or (navidromes in rig.files.nodes and b"/deep/" in path[len(folder) :])
        ):
            return True
        folder = folder_of(folder)
    return False


def expected(rig):
    """What should be cataloged: path → hash."""
    return {
        path: sha256(data).hexdigest()
        for path, data in rig.files.paths().items()
        if any(is_inside(path, root) for root in ROOTS) and not is_ignored(rig, path)
    }


@given(operations)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_index_and_events_tell_what_is_there(rig, steps):
    async def story():
        history = History(rig(TREE, ROOTS, publish=True))
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
