from apollonia.ingest.reconcile.places import Places, topmost
from apollonia.ports.file_system import Storage, StorageKind

NFS = Storage(StorageKind.NETWORK, "nfs4", "nas:/m", "nas:/m")
SSH = Storage(StorageKind.FUSE, "fuse.other", "x", "x")
SSD = Storage(StorageKind.SSD, "ext4", "/dev/sda1", "sda")


def test_places_find_the_nearest_mount():
    places = Places(b"/m", SSD, {b"/m/nas": NFS, b"/m/nas/disk": SSD, b"/m/a b": SSH})
    assert places.storage_of(b"/m/x") == SSD
    assert places.storage_of(b"/m/nasty/x") == SSD
    assert places.storage_of(b"/m/nas/x/y") == NFS
    assert places.storage_of(b"/m/nas/disk/x") == SSD
    assert [f for f in (b"/m", b"/m/nas", b"/m/nas/disk", b"/m/a b") if places.is_polled(f)] == [
        b"/m/nas",
        b"/m/a b",
    ]
    assert places.polled() == [b"/m/a b", b"/m/nas"]


def test_places_poll_by_choice():
    assert Places(b"/m", NFS, {b"/m/nas": NFS}, "always").polled() == []
    assert Places(b"/m", SSD, {b"/m/nas": NFS}, "never").polled() == [b"/m"]
    assert Places(b"/m", NFS, {b"/m/disk": SSD}).polled() == [b"/m"]


def test_topmost_leaves_out_what_lies_below_another():
    assert topmost([b"/a", b"/a/b", b"/a/b/c", b"/ab", b"/c"]) == [b"/a", b"/ab", b"/c"]
