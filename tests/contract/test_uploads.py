"""What every ``Spool`` promises. A new adapter joins by a line in ``SPOOLS``."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from apollonia.adapters.uploads import FolderSpool
from apollonia.domain.ids import uuid7
from apollonia.errors import ConflictError, FilesUnavailableError, InvalidError, NotFoundError
from apollonia.ports.uploads import Spool, Upload, UploadResult, UploadState
from apollonia.testing.builders import a_time

SPOOLS = {"folder": lambda folder: FolderSpool(folder / "uploads", margin_bytes=0, keep_results=3)}
EVER = 2**60


@pytest.fixture(params=SPOOLS)
def spool(request, tmp_path) -> Spool:
    return SPOOLS[request.param](tmp_path)


def an_upload(**changes) -> Upload:
    upload = Upload(
        id=uuid7(),
        name="song.flac",
        root="/music",
        size=5,
        sha256_hash="ab" * 32,
        who="owner",
        time=a_time(),
    )
    return replace(upload, **changes)


async def write(spool: Spool, upload: Upload, content: bytes = b"12345") -> Upload:
    spooled = await spool.begin(upload)
    path_of(spooled.content).write_bytes(content)
    return upload


def path_of(path: bytes) -> Path:
    return Path(os.fsdecode(path))


async def commit(spool: Spool, **changes) -> Upload:
    upload = await write(spool, an_upload(**changes))
    await spool.commit(upload.id)
    return upload


def a_result(upload: Upload, **changes) -> UploadResult:
    result = UploadResult(
        upload=upload, state=UploadState.LANDED, time=a_time(1), path=b"/music/\xff.flac"
    )
    return replace(result, **changes)


async def test_upload_is_ready_only_once_it_was_committed(spool):
    upload = await write(spool, an_upload())
    assert await spool.ready() == []
    assert [it.state for it in await spool.list()] == [UploadState.WRITING]

    await spool.commit(upload.id)
    await spool.commit(upload.id)

    assert await spool.ready() == [upload.id]
    spooled = await spool.get(upload.id)
    assert spooled is not None
    assert (spooled.upload, spooled.state, spooled.waiting) == (upload, UploadState.READY, None)
    assert path_of(spooled.content).read_bytes() == b"12345"


async def test_upload_is_for_us_alone(spool):
    spooled = await spool.begin(an_upload())
    for path, rights in ((spooled.folder, 0o700), (spooled.content, 0o600)):
        assert stat.S_IMODE(path_of(path).stat().st_mode) == rights


async def test_uploads_come_oldest_first(spool):
    ids = [(await commit(spool, id=uuid7(1000 + number))).id for number in (3, 1, 2)]
    assert await spool.ready() == sorted(ids)


@pytest.mark.parametrize("content", [b"", b"1234", b"123456"])
async def test_incomplete_upload_is_not_handed_over(spool, content):
    upload = await write(spool, an_upload(), content)
    with pytest.raises(InvalidError, match="of 5 bytes"):
        await spool.commit(upload.id)
    assert await spool.ready() == []


async def test_abandoned_upload_is_forgotten_but_not_one_handed_over(spool):
    upload, kept = await write(spool, an_upload()), await commit(spool)
    for id_ in (upload.id, kept.id, uuid7()):
        await spool.abandon(id_)
    assert [it.upload for it in await spool.list()] == [kept]
    with pytest.raises(NotFoundError):
        await spool.commit(upload.id)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "../../etc"},
        {"id": ""},
        {"id": uuid7().upper()},
        {"size": -1},
        {"sha256_hash": "AB" * 32},
        {"sha256_hash": "ab"},
    ],
)
async def test_bad_uploads_are_refused(spool, changes):
    with pytest.raises(InvalidError):
        await spool.begin(an_upload(**changes))
    assert await spool.list() == []


@pytest.mark.parametrize("id_", ["..", "done", "a/b", "", "x" * 5000])
async def test_ids_that_are_none_reach_no_folder(spool, id_):
    await commit(spool)
    for ask in (spool.commit, spool.abandon, spool.result, spool.get):
        with pytest.raises(InvalidError):
            await ask(id_)


async def test_id_is_used_once(spool):
    begun, ready, done = an_upload(), await commit(spool), await commit(spool)
    await spool.begin(begun)
    await spool.finish(a_result(done))
    for upload in (begun, ready, done):
        with pytest.raises(ConflictError):
            await spool.begin(upload)


async def test_upload_for_which_there_is_no_room_is_not_begun(spool):
    with pytest.raises(FilesUnavailableError, match="no room"):
        await spool.begin(an_upload(size=2**60))
    assert await spool.list() == []


async def test_names_of_all_kinds_come_back(spool):
    for name in ("\u00fcn\u00ef \U0001f3a7.flac", "a\nb\0c", "/etc/passwd", "", "\x1b[1m"):
        upload = await commit(spool, name=name)
        spooled = await spool.get(upload.id)
        assert spooled is not None
        assert spooled.upload.name == name
    upload = await commit(spool, name="\udcff.flac")
    spooled = await spool.get(upload.id)
    assert spooled is not None
    assert spooled.upload.name == "\\udcff.flac"


async def test_reason_of_waiting_is_told(spool):
    upload = await commit(spool)
    await spool.wait(upload.id, "its disk is full")
    await spool.wait(upload.id, "its disk is still full")
    (spooled,) = await spool.list()
    assert spooled.waiting == "its disk is still full"


async def test_finished_upload_leaves_its_result(spool):
    upload = await commit(spool)
    rejected = await commit(spool)
    refusal = {"state": UploadState.REJECTED, "path": None, "reason": "no media"}
    for result in (a_result(upload), a_result(upload), a_result(rejected, **refusal)):
        await spool.finish(result)
        assert await spool.result(result.upload.id) == result

    assert await spool.list() == []
    assert await spool.get(upload.id) is None
    assert await spool.result(uuid7()) is None


async def test_sweep_takes_what_nobody_writes_to_and_old_results(spool):
    old, young = await write(spool, an_upload()), await write(spool, an_upload())
    ready, done = await commit(spool), await commit(spool)
    await spool.finish(a_result(done))
    spooled = await spool.get(old.id)
    for path in (spooled.folder, spooled.content):
        os.utime(path, (1000, 1000))

    assert await spool.sweep(unfinished_before=2000 * 10**6, done_before=0) == 1

    assert {it.upload.id for it in await spool.list()} == {young.id, ready.id}
    assert await spool.result(done.id) is not None
    assert await spool.sweep(unfinished_before=EVER, done_before=EVER) == 2
    assert [it.upload.id for it in await spool.list()] == [ready.id]
    assert await spool.result(done.id) is None


async def test_results_are_kept_in_a_bounded_number(spool):
    uploads = [await commit(spool) for _ in range(5)]
    for upload in uploads:
        await spool.finish(a_result(upload))
    assert await spool.sweep(unfinished_before=0, done_before=0) == 2


async def test_upload_that_cannot_be_read_says_so_and_hides_no_other(spool):
    bad, good = await commit(spool), await commit(spool)
    spooled = await spool.get(bad.id)
    (path_of(spooled.folder) / "upload.json").write_bytes(b"{")

    with pytest.raises(InvalidError, match="cannot be read"):
        await spool.get(bad.id)
    assert [it.upload for it in await spool.list()] == [good]
    assert await spool.ready() == sorted([bad.id, good.id])


async def test_empty_spool_is_empty(spool):
    assert await spool.list() == []
    assert await spool.ready() == []
    assert await spool.sweep(unfinished_before=EVER, done_before=EVER) == 0


async def test_spool_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "uploads").write_text("no folder")
    with pytest.raises(FilesUnavailableError, match="cannot be used"):
        await FolderSpool(tmp_path / "uploads").begin(an_upload())
