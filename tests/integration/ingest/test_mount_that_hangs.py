"""A mount that does not answer costs its own folders, and nobody else's time."""

import threading
import time

import pytest

from apollonia.adapters.file_system import LocalFiles
from apollonia.adapters.file_system.answering import Answering
from apollonia.adapters.file_system.mounts import MountTable
from apollonia.errors import FilesUnavailableError


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "mountinfo"
    path.write_text(
        f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:40 / {tmp_path}/nas rw - nfs4 server:/music rw\n"
    )
    return path


@pytest.fixture
def answering(table, tmp_path):
    return Answering(MountTable(table), tmp_path, limit_s=0.1)


def test_call_that_hangs_is_given_up_and_later_ones_fail_at_once(answering, tmp_path):
    path, answer = bytes(tmp_path / "nas" / "a"), threading.Event()
    with pytest.raises(FilesUnavailableError, match="nas does not answer"):
        answering.call(path, answer.wait)
    began = time.monotonic()
    with pytest.raises(FilesUnavailableError):
        answering.call(path, lambda: 1)
    assert time.monotonic() - began < 0.09
    answer.set()
    end = time.monotonic() + 5
    while True:
        try:
            assert answering.call(path, lambda: 2) == 2
        except FilesUnavailableError:
            assert time.monotonic() < end
            time.sleep(0.01)
        else:
            break


def test_paths_elsewhere_are_asked_by_the_caller_itself(answering, tmp_path):
    own = threading.get_ident()
    assert answering.call(bytes(tmp_path / "local"), threading.get_ident) == own
    assert answering.call(bytes(tmp_path / "nas" / "x"), threading.get_ident) != own


def test_errors_come_through(answering, tmp_path):
    with pytest.raises(ZeroDivisionError):
        answering.call(bytes(tmp_path / "nas"), lambda: 1 // 0)


def test_folders_of_a_remote_mount_are_listed_as_others_are(table, tmp_path):
    (tmp_path / "nas" / "b").mkdir(parents=True)
    (tmp_path / "nas" / "a.flac").write_bytes(b"a")
    files = LocalFiles(mounts=table)
    top = bytes(tmp_path)
    listing = files.list_folder(top + b"/nas", top=top)
    assert (listing.names, listing.folders) == ([b"a.flac"], [b"b"])
    assert files.stat(top + b"/nas/none", top=top) is None
    assert files.read_small(top + b"/nas/a.flac", 10, top=top) == b"a"
