import os
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollonia.media.bounds import MAX_JSON_BYTES, compact, fit
from apollonia.media.probing.heif import heif_facts
from apollonia.media.probing.picture_size import picture_size
from apollonia.media.probing.probe_plain import ape_items
from apollonia.media.sniffing.asf import asf_facts
from apollonia.media.sniffing.content import Content
from apollonia.media.sniffing.structure import declared_size, ends_early
from apollonia.media.workers.frames import (
    HEADER,
    body_length,
    decode,
    encode,
    path_from_text,
    path_to_text,
)

READERS = ("wav", "avi", "webp", "aiff", "mov", "matroska", "mp3")


@pytest.fixture
def content_of(tmp_path):
    opened: list[int] = []

    def make(data, name="file"):
        path = tmp_path / f"{len(opened)}"
        path.write_bytes(data)
        fd = os.open(path, os.O_RDONLY)
        opened.append(fd)
        return Content(fd, len(data), name)

    yield make
    for fd in opened:
        os.close(fd)


class Bytes:
    """A content without a file."""

    def __init__(self, data):
        self.data = data
        self.size = len(data)

    def read_at(self, offset, length):
        return self.data[offset : offset + max(0, length)]


def box(kind, size, body=b""):
    return struct.pack(">I", size) + kind + body


@pytest.mark.parametrize(
    ("demuxer", "data", "expected"),
    [
        ("wav", b"RIFF" + struct.pack("<I", 5000) + b"WAVE", 5008),
        ("wav", b"RIFF\xff\xff\xff\xffWAVE", None),
        ("aiff", b"FORM" + struct.pack(">I", 5000) + b"AIFF", 5008),
        ("mov", box(b"ftyp", 16, b"isom\0\0\0\0") + box(b"mdat", 5000), 5016),
        ("mov", box(b"ftyp", 16, b"isom\0\0\0\0") + box(b"mdat", 0), None),
        ("matroska", b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x50\x00abc", 11 + 4096),
        ("matroska", b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01" + b"\xff" * 7, None),
        ("mp3", b"\xff\xfb\x90\0" + b"\0" * 32 + b"Xing\0\0\0\3\0\0\0\x09\0\0\x13\x88", 5000),
        ("flac", b"fLaC", None),
    ],
)
def test_declared_size_reads_the_containers_own_word(demuxer, data, expected):
    assert declared_size(Bytes(data), demuxer) == expected


def test_ends_early_says_how_much_is_missing():
    words = ends_early(Bytes(b"RIFF" + struct.pack("<I", 100_000) + b"WAVE"), "wav")
    assert words is not None
    assert "12 of 100,008 bytes" in words


def test_ends_early_lets_small_differences_pass():
    assert ends_early(Bytes(b"RIFF" + struct.pack("<I", 40) + b"WAVE"), "wav") is None


@given(st.binary(max_size=400), st.sampled_from(READERS))
def test_structure_readers_survive_anything(data, demuxer):
    ends_early(Bytes(data), demuxer)


@given(st.binary(max_size=400))
def test_header_readers_survive_anything(data):
    picture_size(data)
    for magic in (
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBPVP8X",
        b"\xff\xd8\xff\xe0",
        b"BM",
        b"GIF89a",
    ):
        picture_size(magic + data)
    asf_facts(b"\0" * 30 + data)
    heif_facts(Bytes(struct.pack(">I", len(data) + 8) + b"meta" + data))
    ape_items(
        Bytes(data + b"APETAGEX\xd0\x07\0\0" + struct.pack("<I", len(data) + 32) + b"\0" * 16)
    )


def test_ape_items_reads_a_tag_before_an_id3v1_tag(content_of):
    item = struct.pack("<II", 5, 0) + b"Title\0" + b"Hello"
    footer = b"APETAGEX" + struct.pack("<IIII", 2000, len(item) + 32, 1, 0) + b"\0" * 8
    data = b"sound" + item + footer + b"TAG".ljust(128, b"\0")
    assert ape_items(content_of(data)) == [("Title", "Hello")]


def test_content_reads_nothing_beyond_its_end(content_of):
    content = content_of(b"0123456789")
    assert content.read_at(8, 10) == b"89"
    assert content.read_at(10, 1) == b""
    assert content.read_at(99, 1) == b""


def test_frames_round_trip_any_path():
    path = bytes(range(1, 256))
    data = encode({"path": path_to_text(path)})
    length = body_length(data[: HEADER.size])
    assert path_from_text(decode(data[HEADER.size :][:length])["path"]) == path


def test_frames_refuse_what_is_too_long_or_no_object():
    with pytest.raises(ValueError, match="at most"):
        body_length(b"\xff\xff\xff\xff")
    with pytest.raises(ValueError, match="object"):
        decode(b"[1]")


def test_compact_drops_what_says_nothing():
    assert compact({"a": None, "b": "", "c": [], "d": 0, "e": "x", "f": 1.5}) == {
        "e": "x",
        "f": 1.5,
    }


def test_fit_gives_up_the_least_telling_first():
    media = {
        "kind": "audio",
        "tags": {"title": "T", "other": {str(n): ["x" * 4000] for n in range(128)}},
        "chapters": [{"start_ms": n, "end_ms": n, "title": "c"} for n in range(512)],
    }
    fitted = fit(media)
    assert fitted["tags"] == {"title": "T"}
    assert len(fitted["chapters"]) == 512
    assert len(encode(fitted)) < MAX_JSON_BYTES
