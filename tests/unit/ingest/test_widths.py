import asyncio
import os
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

from apollonia.ingest.flow.lanes import Lanes
from apollonia.ingest.flow.widths import Widths, in_disk_order, large_widths, small_widths
from apollonia.ingest.options import IngestOptions
from apollonia.ingest.reconcile.places import Places
from apollonia.ingest.root.gate import Gate
from apollonia.ports.file_system import Storage, StorageKind

SSD = Storage(StorageKind.SSD, "ext4", "/dev/nvme0n1p1", "nvme0n1")
HDD = Storage(StorageKind.HDD, "ext4", "/dev/sda1", "sda")
NFS = Storage(StorageKind.NETWORK, "nfs4", "nas:/m", "nas:/m")
SMB = Storage(StorageKind.NETWORK, "cifs", "//other/m", "//other/m")


def one(storage, name="x", size=1, inode=1) -> Any:
    stat = os.stat_result((0, inode, 0, 1, 0, 0, size, 0, 0, 0))
    root = SimpleNamespace(places=Places(b"/m", storage), gate=Gate())
    return SimpleNamespace(root=root, path=b"/m/" + name.encode(), stat=stat, needs_hash=True)


async def filled(lanes, *storages, number=20):
    for storage in storages:
        for name in range(number):
            await lanes.put(one(storage, str(name)), urgent=False)


async def taken(lanes):
    """How many readers get how much work of each device, until nobody finds any."""
    loads = []
    while True:
        try:
            async with asyncio.timeout(0.01):
                loads.append(await lanes.take(2, 1 << 30))
        except TimeoutError:
            return loads


def devices(loads):
    return [load.candidates[0].root.places.storage.device for load in loads]


WIDTHS = Widths(readers=6, fast=4, hdd=1, remote=3, slow=2)


async def test_slow_devices_leave_readers_to_a_fast_one():
    lanes = Lanes(100, WIDTHS)
    await filled(lanes, NFS, SMB, SSD)
    loads = devices(await taken(lanes))
    assert loads.count("nvme0n1") == 4
    assert sorted(loads[:3]) == ["//other/m", "nas:/m", "nvme0n1"]  # in turn
    assert len(loads) == 6


async def test_slow_devices_alone_are_as_wide_as_their_kind():
    lanes = Lanes(100, WIDTHS)
    await filled(lanes, NFS, HDD)
    loads = devices(await taken(lanes))
    assert (loads.count("nas:/m"), loads.count("sda")) == (3, 1)


async def test_reader_that_is_done_makes_room_at_its_device():
    lanes = Lanes(100, WIDTHS)
    await filled(lanes, HDD, number=4)
    load, *others = await taken(lanes)
    assert not others
    lanes.done(load)
    (again,) = await taken(lanes)
    assert [c.path for c in again.candidates] == [b"/m/2", b"/m/3"]
    assert len(lanes) == 0


async def test_urgent_files_of_any_device_come_first():
    lanes = Lanes(100, WIDTHS)
    await filled(lanes, SSD)
    await lanes.put(one(NFS, "urgent"), urgent=True)
    first, *_ = await taken(lanes)
    assert first.candidates[0].path == b"/m/urgent"


async def test_full_lane_holds_up_no_other_device():
    lanes = Lanes(3, WIDTHS)
    await filled(lanes, NFS, number=3)
    waiting = asyncio.create_task(lanes.put(one(NFS), urgent=False))
    await asyncio.sleep(0)
    assert not waiting.done()
    await lanes.put(one(SSD), urgent=False)
    await taken(lanes)
    await waiting


def test_widths_by_kind_and_by_choice():
    laptop = IngestOptions(concurrency=3, large_concurrency=2)
    small, large = small_widths(laptop), large_widths(laptop)
    assert [small.of(s) for s in (SSD, Storage(), HDD, NFS)] == [3, 3, 2, 3]
    assert [large.of(s) for s in (SSD, Storage(), HDD, NFS)] == [2, 2, 1, 4]
    assert small.slow == 1
    assert large.readers - large.slow == large.fast
    chosen = IngestOptions(concurrency=9, large_concurrency=8, readers=3)
    for widths in (small_widths(chosen), large_widths(chosen)):
        assert [widths.of(s) for s in (SSD, HDD, NFS)] == [3, 3, 3]


@pytest.mark.parametrize(("storage", "order"), [(HDD, [1, 2, 3]), (SSD, [3, 1, 2])])
def test_files_on_a_hard_disk_are_read_by_inode(storage, order):
    found = in_disk_order([one(storage, inode=inode) for inode in (3, 1, 2)])
    assert [candidate.stat.st_ino for candidate in found] == order
    assert in_disk_order([]) == []


async def test_network_root_that_hangs_holds_up_no_local_one(rig):
    rig = rig("/nas/\n    0.mp3\n/music/\n    a.mp3\n", roots=(b"/nas", b"/music"), batch_files=1)
    rig.files.storages |= {b"/nas": NFS, b"/music": SSD}
    for number in range(20):
        rig.files.write(b"/nas/%d.mp3" % number, b"slow")
    rig.files.age(60)
    inspect, free = rig.inspector.inspect, asyncio.Event()

    async def slowly(requests):
        if requests[0].path.startswith(b"/nas"):
            await free.wait()
        return await inspect(requests)

    rig.inspector.inspect = slowly
    async with rig.running():
        assert rig.told() == [("IN_CREATE", "/music/a.mp3")]
        rig.files.write(b"/music/b.mp3", b"b")
        await rig.quiet(0.3)
        assert rig.told() == [("IN_CREATE", "/music/b.mp3")]
        free.set()
        await rig.quiet()
        assert len(rig.told()) == 20


async def test_disk_that_hangs_holds_up_no_unfinished_file_of_another(rig):
    rig = rig("/nas/\n/music/\n", roots=(b"/nas", b"/music"), settle_limit_s=1.0)
    async with rig.running():
        nas, _ = rig.engine.roots
        submit = nas.disk.submit

        def hang(work, *args):
            return Future() if work == rig.engine.settle._stats else submit(work, *args)

        nas.disk.submit = hang
        rig.files.write(b"/nas/a.mp3", b"a", close=False)
        await rig.quiet(0.2)
        rig.files.write(b"/music/b.mp3", b"b", close=False)
        await rig.quiet()
        assert rig.told() == [("IN_CREATE", "/music/b.mp3")]
