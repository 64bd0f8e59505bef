"""Folders that somebody wants scanned, looked at on this machine."""

import os
import socket
import threading

import pytest

from apollonia.domain.kinds import RootState
from apollonia.domain.roots import RootStatus
from apollonia.errors import InvalidError, NotFoundError
from apollonia.work import folder_check
from apollonia.work.folder_check import check_folder


@pytest.fixture
def library(tmp_path):
    (tmp_path / "music" / "album").mkdir(parents=True)
    (tmp_path / "music" / "a.txt").write_text("a")
    (tmp_path / "outside" / "x").mkdir(parents=True)
    (tmp_path / "music" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "link").symlink_to(tmp_path / "music")
    return tmp_path


def status(root, host=None):
    holder = f"{host or socket.gethostname()}:/data"
    return RootStatus(root=str(root), state=RootState.WATCHING, holder=holder)


def path(*parts):
    return os.fsencode(os.path.join(*parts))  # noqa: PTH118 - as a request names it


async def test_folder_of_a_root_is_accepted_by_either_name(library):
    await check_folder(status(library / "music"), path(library, "music", "album"))
    await check_folder(status(library / "link"), path(library, "link", "album"))


async def test_folder_that_is_not_there_is_not_found(library):
    with pytest.raises(NotFoundError, match="There is no folder"):
        await check_folder(status(library / "music"), path(library, "music", "none"))


@pytest.mark.parametrize(
    ("name", "words"), [("a.txt", "no folder"), ("out", "link"), ("out/x", "link")]
)
async def test_files_and_links_are_refused(library, name, words):
    with pytest.raises(InvalidError, match=words):
        await check_folder(status(library / "music"), path(library, "music", name))


async def test_another_machine_and_a_root_that_is_away_are_left_to_the_ingestor(library):
    await check_folder(status(library / "music", "elsewhere"), path(library, "music", "none"))
    await check_folder(status(library / "gone"), path(library, "gone", "none"))


async def test_disk_that_does_not_answer_keeps_nobody_waiting(library, monkeypatch):
    hanging = threading.Event()
    monkeypatch.setattr(folder_check, "_LIMIT_S", 0.05)
    monkeypatch.setattr(folder_check, "_why_not", lambda *_: hanging.wait(10) and None)
    for _ in range(6):  # more than there are threads for it
        await check_folder(status(library / "music"), path(library, "music", "none"))
    hanging.set()
