"""What is in an upload decides: it lands, it is refused for good, or it waits."""

import errno
from dataclasses import replace

import pytest

from apollonia.domain.kinds import Kind
from apollonia.ingest.uploads.examine import Examiner
from apollonia.ingest.uploads.verdicts import UploadRefused, UploadWaits, waits_for_disk
from apollonia.media.facts import FileFacts
from apollonia.media.hashing import LargeHash
from apollonia.media.workers.requests import Inspection
from apollonia.messages import FileError
from apollonia.ports.uploads import Spooled, Upload, UploadState
from apollonia.testing.builders import a_media, a_time

SHA, OTHER = "ab" * 32, "cd" * 32
FACTS = FileFacts(size=5, mtime_ns=1, ctime_ns=1, atime_ns=1, inode=1, device=1, links=1, mode=0)
OK = Inspection(
    path=b"",
    outcome="ok",
    facts=FACTS,
    sha256_hash=SHA,
    xxh128_hash="0" * 32,
    media=a_media().model_dump(mode="json"),
)


class Workers:
    """Answers always the same; ``asked``: paths, with whether they were to be hashed."""

    def __init__(self, inspection: Inspection) -> None:
        self.inspection = inspection
        self.asked: list[tuple[bytes, bool, bytes | None]] = []
        self.hashed: list[bytes] = []

    async def inspect(self, requests):
        self.asked += [(request.path, request.hash, request.top) for request in requests]
        return [self.inspection for _ in requests]

    async def hash_large(self, path, top=None):
        self.hashed.append(path)
        return LargeHash(FACTS, SHA, "0" * 32)

    async def digest(self, path, algorithm, top=None):
        raise NotImplementedError


def a_spooled(**changes) -> Spooled:
    upload = Upload(
        id="018cc251-f400-7000-8000-000000000001",
        name="x.flac",
        root="",
        size=5,
        sha256_hash=SHA,
        who="owner",
        time=a_time(),
    )
    return Spooled(
        upload=replace(upload, **changes), state=UploadState.READY, folder=b"/spool/1.ready"
    )


async def examine(inspection: Inspection, **changes):
    workers = Workers(inspection)
    return await Examiner(inspector=workers, large=workers).examine(a_spooled(**changes))


async def test_good_upload_is_read_once_and_no_link_is_followed():
    workers = Workers(OK)
    found = await Examiner(inspector=workers, large=workers).examine(a_spooled())
    assert (found.media.kind, found.size, found.sha256_hash) == (Kind.AUDIO, 5, SHA)
    assert workers.asked == [(b"/spool/1.ready/content", True, b"/spool/1.ready")]
    assert workers.hashed == []


async def test_large_upload_is_hashed_in_a_thread():
    workers = Workers(OK)
    await Examiner(inspector=workers, large=workers, large_file_bytes=4).examine(a_spooled())
    assert workers.hashed == [b"/spool/1.ready/content"]
    assert workers.asked == [(b"/spool/1.ready/content", False, b"/spool/1.ready")]


def failing(code: str) -> Inspection:
    return replace(OK, outcome="error", error=FileError(code=code, message=f"It is {code}."))


def of_kind(kind: Kind) -> Inspection:
    return replace(OK, media={"kind": kind.value, "format": "x"})


@pytest.mark.parametrize(
    ("inspection", "changes", "words"),
    [
        (OK, {"size": 6}, "5 bytes; 6 were announced"),
        (OK, {"sha256_hash": OTHER}, "damaged on its way"),
        (failing("corrupt"), {}, "It is corrupt"),
        (failing("unsupported"), {}, "It is unsupported"),
        (failing("memory"), {}, "It is memory"),
        (of_kind(Kind.DOCUMENT), {}, "Only audio, video and images"),
        (of_kind(Kind.OTHER), {}, "Only audio, video and images"),
        (replace(OK, media=None), {}, "no kind"),
        (replace(OK, media={"kind": "poem"}), {}, "no kind"),
    ],
)
async def test_upload_is_refused_for_what_it_is(inspection, changes, words):
    with pytest.raises(UploadRefused, match=words):
        await examine(inspection, **changes)


@pytest.mark.parametrize(
    "inspection",
    [
        replace(OK, outcome="vanished", facts=None),
        replace(OK, outcome="changed"),
        replace(OK, outcome="not_regular", facts=None),
        replace(failing("io_error"), sha256_hash=None),
        failing("unreadable"),
        replace(OK, sha256_hash=None),
    ],
)
async def test_upload_that_cannot_be_read_now_waits(inspection):
    with pytest.raises(UploadWaits, match="cannot be read"):
        await examine(inspection)


async def test_upload_without_a_promised_hash_is_taken_as_it_is():
    assert (await examine(OK, sha256_hash=None)).sha256_hash == SHA


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "full: free some space"),
        (errno.EROFS, "read-only: make it writable"),
        (errno.EACCES, "not permitted"),
        (errno.EIO, "Input/output error"),
        (errno.ENAMETOOLONG, "shorter naming rule"),
    ],
)
def test_reason_of_a_disk_says_what_to_do(number, words):
    import os

    reason = str(waits_for_disk("/music", OSError(number, os.strerror(number))))
    assert reason.startswith("Nothing can be put into /music now: ")
    assert words in reason


def test_reason_keeps_what_the_error_adds():
    error = OSError(errno.ENOSPC, "3 MiB are free there")
    assert "full: free some space (3 MiB are free there)" in str(waits_for_disk("/m", error))
