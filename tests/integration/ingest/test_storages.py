"""The mount table and /sys of Linux, as text and as folders, and the real ones."""

import os
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollonia.adapters.file_system.mounts import Mount, Mounts
from apollonia.adapters.file_system.storages import storage_of
from apollonia.ports.file_system import StorageKind

TABLE = rb"""
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 8:1 / /mnt/a\040b rw shared:1 master:2 - ext4 /dev/sda1 rw
31 27 0:40 / /mnt rw,relatime - tmpfs hides rw
32 31 0:41 / /mnt/nas rw - nfs4 nas:/music\134x rw
33 32 0:42 / /mnt/nas rw - cifs //nas/again rw
34 27 8:2 / /media rw - ext4 /dev/sda2 rw
35 34 0:43 / /media/phone rw - fuse.jmtpfs jmtpfs rw
36 34 0:44 / /media/phone/sd rw - tmpfs under rw
rubbish
37 34 broken
38 x 0:1 / /y rw - tmpfs t rw
"""


def names(path):
    mount = Mounts.parse(TABLE).at(path)
    return mount and mount.source


def test_mounts_are_followed_from_the_top():
    assert names(b"/") == names(b"/mntx") == names(b"/home/x") == b"/dev/vda"
    assert names(b"/mnt") == names(b"/mnt/other") == b"hides"
    assert names(b"/mnt/a b") == b"hides"  # mounted before what lies over it now
    assert names(b"/mnt/nas/x") == b"//nas/again"  # the later of two on one point
    assert names(b"/media/phone/") == b"jmtpfs"
    assert names(b"/media/phone/sd") == b"jmtpfs"  # that one is below the phone's point, hidden


def test_mounts_below_a_folder_are_those_that_can_be_reached():
    mounts = Mounts.parse(TABLE)
    assert [m.point for m in mounts.below(b"/mnt")] == [b"/mnt/nas"]
    assert [m.point for m in mounts.below(b"/media/")] == [b"/media/phone"]
    assert [m.point for m in mounts.below(b"/")] == [
        b"/media",
        b"/media/phone",
        b"/mnt",
        b"/mnt/nas",
    ]


def test_mount_names_are_decoded():
    table = (
        rb"1 0 0:1 / / rw - ext4 /dev/x rw" + b"\n" + rb"2 1 0:2 / /a\040\011\134b rw - x y\012 r"
    )
    assert [(m.point, m.source) for m in Mounts.parse(table).below(b"/")] == [(b"/a \t\\b", b"y\n")]


def test_mount_table_of_a_process_whose_top_is_elsewhere():
    mounts = Mounts.parse(b"5 4 0:1 / /data rw - ext4 /dev/x rw")
    found = mounts.at(b"/data/x")
    assert found is not None
    assert found.source == b"/dev/x"
    assert mounts.at(b"/other") is None


@given(st.binary(max_size=300), st.binary(max_size=40).filter(lambda path: b"\0" not in path))
def test_any_table_can_be_read(table, path):
    mounts = Mounts.parse(table + TABLE)
    mounts.at(b"/" + path)
    list(mounts.below(b"/" + path))


@pytest.fixture
def system(tmp_path):
    """/sys with a hard disk, its partition, a logical volume on that, a solid disk, a virtual."""
    for disk, turns in (("sda", 1), ("nvme0n1", 0), ("vda", 1), ("md0", 1)):
        queue = tmp_path / "devices" / disk / "queue"
        queue.mkdir(parents=True)
        (queue / "rotational").write_text(f"{turns}\n")
    (tmp_path / "devices" / "sda" / "sda1").mkdir()
    (tmp_path / "devices" / "nvme0n1" / "nvme0n1p2").mkdir()
    volume = tmp_path / "devices" / "dm-0"
    (volume / "queue").mkdir(parents=True)
    (volume / "queue" / "rotational").write_text("1\n")
    (volume / "slaves").mkdir()
    (volume / "slaves" / "sda1").symlink_to(tmp_path / "devices" / "sda" / "sda1")
    raid = tmp_path / "devices" / "md0" / "slaves"
    raid.mkdir()
    for part in ("sda", "vda"):
        (raid / part).symlink_to(tmp_path / "devices" / part)
    numbers = tmp_path / "dev" / "block"
    numbers.mkdir(parents=True)
    for number, where in {
        "8:0": "sda",
        "8:1": "sda/sda1",
        "259:2": "nvme0n1/nvme0n1p2",
        "253:0": "dm-0",
        "254:0": "vda",
        "9:0": "md0",
    }.items():
        (numbers / number).symlink_to(tmp_path / "devices" / where)
    return tmp_path


@pytest.mark.parametrize(
    ("number", "file_system", "kind", "device"),
    [
        ("8:1", "ext4", "hdd", "sda"),
        ("8:0", "xfs", "hdd", "sda"),
        ("253:0", "ext4", "hdd", "sda"),  # the volume's one disk
        ("9:0", "ext4", "hdd", "md0"),  # a raid of two
        ("259:2", "ext4", "ssd", "nvme0n1"),
        ("254:0", "ext4", "unknown", "vda"),  # virtual disks say that they turn
        ("8:1", "fuseblk", "hdd", "sda"),  # ntfs-3g: a disk of this machine
        ("0:50", "tmpfs", "memory", "0:50"),
        ("0:50", "overlay", "unknown", "0:50"),
        ("0:50", "nfs4", "network", "src"),
        ("0:50", "CIFS", "network", "src"),
        ("0:50", "9p", "network", "src"),
        ("0:50", "fuse.sshfs", "network", "src"),
        ("0:50", "fuse.mergerfs", "fuse", "fuse.mergerfs src 0:50"),
        ("0:50", "fuse", "fuse", "fuse src 0:50"),
    ],
)
def test_storage_kinds(system, number, file_system, kind, device):
    storage = storage_of(Mount(2, 1, number, b"/m", file_system, b"src"), system)
    assert (storage.kind, storage.device) == (StorageKind(kind), device)
    assert storage.is_remote == (kind in {"network", "fuse"})


def test_storage_of_nothing_is_unknown(system):
    assert storage_of(None, system).kind is StorageKind.UNKNOWN


SCRIPT = """
import os, subprocess, sys
from apollonia.adapters.file_system import LocalFiles
files, base = LocalFiles(), os.fsencode(sys.argv[1])
before, mark = files.storages_below(base), files.mounts_mark()
assert files.mounts_mark() == mark
subprocess.run(["mount", "-t", "tmpfs", "none", base + b"/in side"], check=True)
assert files.mounts_mark() != mark
mounted = files.storages_below(base)
subprocess.run(["umount", base + b"/in side"], check=True)
subprocess.run(["mount", "-t", "tmpfs", "none", base + b"/in side"], check=True)
assert files.storages_below(base) != mounted, "mounted again"
subprocess.run(["umount", base + b"/in side"], check=True)
print(before, {p: s.kind.value for p, s in mounted.items()}, files.storages_below(base))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_mounts_of_the_running_system_are_seen_when_they_change(tmp_path):
    inside = tmp_path / "in side"
    inside.mkdir()
    isolate = ["unshare", "--user", "--map-root-user", "--mount"]
    if not shutil.which("unshare") or subprocess.run([*isolate, "true"], check=False).returncode:
        pytest.skip("namespaces are not permitted here")
    done = subprocess.run(
        [*isolate, sys.executable, "-c", SCRIPT, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == f"{{}} {{{os.fsencode(inside)!r}: 'memory'}} {{}}"
