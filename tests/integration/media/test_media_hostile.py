"""Bad media is expected: every file gets an answer, and none of them stops the others."""

import errno
import os
import random
import socket
import stat
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apollonia.media.options import MediaOptions
from apollonia.media.workers.inspecting import Inspector
from apollonia.media.workers.pool import MediaPool
from apollonia.media.workers.requests import ArtworkRequest, InspectRequest
from apollonia.messages import Media
from apollonia.testing.media_files import make_audio, make_image, make_video

NOBODY = 65_534
EMPTY_SHA = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def make_file(path):
    """A sound, a film or a picture, by the first letter of its name."""
    if path.name.startswith("a"):
        return make_audio(path)
    return make_video(path) if path.name.startswith("v") else make_image(path)


async def test_empty_file_is_an_error_with_hashes(tmp_path, look):
    path = tmp_path / "song.mp3"
    path.touch()
    found = await look(path)
    assert (found.outcome, found.error.code) == ("error", "empty")
    assert found.sha256_hash == EMPTY_SHA
    assert found.media["kind"] == "audio"


@pytest.mark.parametrize(
    ("name", "share", "outcome"),
    [
        ("a.mp3", 0.5, "ok"),
        ("a.wav", 0.5, "ok"),
        ("v.mkv", 0.6, "ok"),
        ("v.mov", 0.5, "error"),
        ("p.jpg", 0.5, "error"),
        ("p.png", 0.5, "error"),
        ("p.bmp", 0.5, "error"),
    ],
)
async def test_truncated_file_is_cataloged_if_it_opens(tmp_path, look, name, share, outcome):
    path = make_file(tmp_path / name)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    found = await look(path)
    assert found.outcome == outcome
    if outcome == "ok":
        assert "ends early" in found.media["damage"]
    else:
        assert found.error.code in {"truncated", "corrupt"}
    assert found.sha256_hash is not None


async def test_misnamed_files_are_what_they_are(tmp_path, look):
    make_audio(tmp_path / "a.wav").rename(tmp_path / "a.mp3")
    make_image(tmp_path / "p.jpg").rename(tmp_path / "p.mp4")
    assert (await look(tmp_path / "a.mp3")).media["format"] == "wav"
    assert (await look(tmp_path / "p.mp4")).media["kind"] == "image"


async def test_junk_under_a_mediums_name_is_unsupported(tmp_path, look):
    path = tmp_path / "song.flac"
    path.write_bytes(bytes(range(256)) * 40)
    found = await look(path)
    assert (found.outcome, found.error.code) == ("error", "unsupported")
    assert "FLAC" in found.error.message


async def test_playlists_are_read_as_text_and_followed_nowhere(tmp_path, look):
    make_video(tmp_path / "film.ts")
    for name, text in {
        "list.m3u8": "#EXTM3U\n#EXTINF:1,\nfilm.ts\n",
        "list.mp4": "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        "list.ffconcat": "ffconcat version 1.0\nfile film.ts\n",
    }.items():
        (tmp_path / name).write_text(text)
        found = await look(tmp_path / name)
        assert found.media["kind"] == "document"
        assert "streams" not in found.media


async def test_pipes_sockets_folders_and_links_are_not_opened(tmp_path, look):
    os.mkfifo(tmp_path / "pipe.mp3")
    (tmp_path / "folder.mp3").mkdir()
    (tmp_path / "link.mp3").symlink_to(tmp_path / "folder.mp3")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.mp3"))
        for name in ("pipe", "folder", "link", "socket"):
            assert (await look(tmp_path / f"{name}.mp3")).outcome == "not_regular"


async def test_missing_file_has_vanished(tmp_path, look):
    assert (await look(tmp_path / "gone.mp3")).outcome == "vanished"


@pytest.mark.parametrize(
    "name",
    [
        b"new\nline.flac",
        b"\xff\xfe\x80.flac",
        b"x" * 250 + b".flac",
        "מוזיקה.flac".encode(),
        "e\u0301tude\u202e.flac".encode(),
        b" .flac",
        b"-i.flac",
        b"concat:a|b.flac",
        b"http:..host.flac",
    ],
)
async def test_strange_names_are_names(tmp_path, look, name):
    path = bytes(tmp_path) + b"/" + name
    os.rename(make_audio(tmp_path / "a.flac"), path)  # noqa: PTH104 - bytes
    found = await look(path)
    assert (found.path, found.outcome, found.media["format"]) == (path, "ok", "flac")


def test_unreadable_file_says_so_to_a_person(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody who may not read it")
    path = make_audio(tmp_path / "secret.flac")
    path.chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    code = (
        "import os, sys\n"
        "from apollonia.media.workers.inspecting import Inspector\n"
        f"os.setgid({NOBODY}); os.setuid({NOBODY})\n"
        "found = Inspector(1024, 1024).inspect(\n"
        "    os.fsencode(sys.argv[1]), with_hash=True, with_probe=True)\n"
        "print(found['outcome'], found['code'], found['facts'][0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=False
    )
    if "Permission denied" in done.stderr:
        pytest.skip("the interpreter itself cannot be read by nobody")
    assert done.stdout.split() == ["error", "unreadable", str(path.stat().st_size)], done.stderr


async def test_facts_are_of_the_file_and_its_access_time_from_before(tmp_path, look):
    path = make_audio(tmp_path / "a.flac")
    os.link(path, tmp_path / "b.flac")
    os.utime(path, ns=(1_000_000_000, 2_000_000_123))
    facts = (await look(path)).facts
    assert (facts.atime_ns, facts.mtime_ns) == (1_000_000_000, 2_000_000_123)
    assert (facts.size, facts.inode) == (path.stat().st_size, path.stat().st_ino)
    assert (facts.links, stat.S_ISREG(facts.mode)) == (2, True)


def test_file_written_to_while_it_is_read_has_changed(tmp_path):
    path = make_audio(tmp_path / "a.wav")

    class Writing(Inspector):
        def _probe(self, name, file):
            with path.open("ab") as late:
                late.write(b"more")
            return super()._probe(name, file)

    inspector = Writing(1 << 20, 1 << 20)
    found = inspector.inspect(bytes(path), with_hash=True, with_probe=True)
    assert found["outcome"] == "changed"
    assert "sha" not in found


def test_disk_that_fails_is_an_io_error(tmp_path):
    path = make_audio(tmp_path / "a.wav")

    class Failing(Inspector):
        def _probe(self, name, file):
            raise OSError(errno.EIO, "Input/output error")

    found = Failing(1 << 20, 1 << 20).inspect(bytes(path), with_hash=True, with_probe=True)
    assert (found["outcome"], found["code"]) == ("error", "io_error")
    assert found["facts"][0] == path.stat().st_size


async def test_one_worker_looks_at_more_files_than_it_may_hold_open(tmp_path, pool):
    paths = [make_file(tmp_path / name) for name in ("p.jpg", "p.bmp", "a.flac", "v.mkv")]
    for _ in range(3):
        found = await pool.inspect([InspectRequest(bytes(path)) for path in paths * 16])
        assert {one.outcome for one in found} == {"ok"}
        for path in paths * 10:
            assert (await pool.artwork(ArtworkRequest(bytes(path))) is None) == (path == paths[2])


async def test_too_many_pixels_are_not_decoded(tmp_path):
    path = make_image(tmp_path / "p.png", size=(400, 300))
    async with MediaPool(MediaOptions(workers=1, pixel_limit=100_000)) as pool:
        (found,) = await pool.inspect([InspectRequest(bytes(path))])
    assert found.error is not None
    assert found.media is not None
    assert (found.error.code, found.media["width"]) == ("too_many_pixels", 400)


@pytest.mark.parametrize("name", ["a.mp3", "a.flac", "a.m4a", "a.ogg", "v.mkv", "v.mp4", "p.jpg"])
async def test_flipped_bits_hurt_nobody(tmp_path, pool, name):
    whole = make_file(tmp_path / name).read_bytes()
    chance = random.Random(name)
    requests = []
    for number in range(40):
        body = bytearray(whole)
        for _ in range(1 << (number % 8)):
            body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(body)
        requests.append(InspectRequest(bytes(path)))
    for found in await pool.inspect(requests):
        assert found.outcome in {"ok", "error"}
        assert found.sha256_hash is not None
        Media.model_validate(found.media or {"kind": "other"})


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.binary(max_size=3000), st.sampled_from(["flac", "mp3", "mkv", "mp4", "jpg", "wma", "heic"])
)
def test_inspector_answers_for_any_bytes(tmp_path, body, extension):
    heads = {
        "flac": b"fLaC",
        "mp3": b"ID3\x04\0\0\0\0\0\x0a",
        "mkv": b"\x1a\x45\xdf\xa3",
        "mp4": b"\0\0\0\x18ftypisom",
        "jpg": b"\xff\xd8\xff",
        "wma": b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c",
        "heic": b"\0\0\0\x18ftypheic",
    }
    path = tmp_path / f"x.{extension}"
    path.write_bytes(heads[extension] + body)
    found = Inspector(1 << 16, 1 << 20).inspect(bytes(path), with_hash=True, with_probe=True)
    assert found["outcome"] in {"ok", "error"}
    Media.model_validate(found["media"])
