"""What storage a mounted file system lies on."""

import os
from functools import lru_cache
from pathlib import Path

from apollonia.adapters.file_system.mounts import Mount
from apollonia.domain.paths import display
from apollonia.ports.file_system import Storage, StorageKind

# Shared block devices (gfs2, ocfs2) and folders that a host lends to its guests are here as well:
# others change files there, and no event tells.
_NETWORK_WORDS = """
    9p acfs afs autofs beegfs ceph cifs coda davfs davfs2 drvfs gfs2 glusterfs gpfs lustre mfs ncp
    ncpfs nfs nfs4 ocfs2 orangefs panfs prl_fs pvfs2 smb2 smb3 smbfs sshfs vboxsf virtiofs vmhgfs
"""
_NETWORK_FUSE_WORDS = """
    blobfuse blobfuse2 ceph cephfs ceph-fuse curlftpfs davfs davfs2 gcsfuse glusterfs goofys juicefs
    mfs mount-s3 moosefs rclone s3fs seaweedfs smbnetfs sshfs vmhgfs-fuse
"""
_NETWORK = frozenset(_NETWORK_WORDS.split())
_NETWORK_FUSE = frozenset(_NETWORK_FUSE_WORDS.split())
_MEMORY = frozenset({"devtmpfs", "hugetlbfs", "ramfs", "tmpfs"})
_VIRTUAL_DISKS = ("vd", "xvd")  # they say that they turn, whatever lies behind them
_DEPTH = 8


@lru_cache(maxsize=256)
def storage_of(mount: Mount | None, system: Path = Path("/sys")) -> Storage:
    """Blocks for a moment: asks ``/sys`` whether a disk turns."""
    if mount is None:
        return Storage()
    source, name = display(mount.source), mount.file_system.lower()
    base, _, subtype = name.partition(".")
    if name in _NETWORK or (base == "fuse" and subtype in _NETWORK_FUSE):
        return Storage(StorageKind.NETWORK, name, source, source)
    if base == "fuse":
        return Storage(StorageKind.FUSE, name, source, f"{name} {source} {mount.number}")
    if name in _MEMORY:
        return Storage(StorageKind.MEMORY, name, source, mount.number)
    disk = _disk(mount, system)
    if disk is None:
        return Storage(StorageKind.UNKNOWN, name, source, mount.number)
    return Storage(_kind_of(disk), name, source, disk.name)


def _disk(mount: Mount, system: Path) -> Path | None:
    """The whole disk below a partition, an encrypted or a logical volume, as a folder of /sys."""
    blocks = system / "dev" / "block"
    found = _real(blocks / mount.number)
    if found is None and mount.source.startswith(b"/dev/"):
        found = _real(blocks / _number_of(mount.source))  # btrfs has numbers of its own
    for _ in range(_DEPTH):
        if found is None:
            break
        if not (found / "queue").is_dir():
            found = found.parent if (found.parent / "queue").is_dir() else None
            continue
        slaves = _names(found / "slaves")
        below = _real(found / "slaves" / slaves[0]) if len(slaves) == 1 else None
        if below is None:
            break
        found = below
    return found


def _kind_of(disk: Path) -> StorageKind:
    try:
        turns = (disk / "queue" / "rotational").read_text("ascii").strip()
    except (OSError, ValueError):
        return StorageKind.UNKNOWN
    if turns == "0":
        return StorageKind.SSD
    if turns != "1" or disk.name.startswith(_VIRTUAL_DISKS):
        return StorageKind.UNKNOWN
    return StorageKind.HDD


def _number_of(path: bytes) -> str:
    try:
        device = Path(os.fsdecode(path)).stat().st_rdev
    except OSError:
        return "none"
    return f"{os.major(device)}:{os.minor(device)}"


def _real(path: Path) -> Path | None:
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError):
        return None


def _names(folder: Path) -> list[str]:
    try:
        return [one.name for one in folder.iterdir()]
    except OSError:
        return []
