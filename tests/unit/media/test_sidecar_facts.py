"""From an open file to ``messages.Media``, whatever somebody may have written into it."""

import random
import time
from dataclasses import dataclass

import orjson
import pytest

from apollonia.media.bounds import MAX_JSON_BYTES
from apollonia.media.probing.probe import probe
from apollonia.media.sidecars.facts import sidecar_facts
from apollonia.media.sidecars.limits import MAX_SIDECAR_BYTES
from apollonia.messages import Media

SAMPLES = {
    "a.srt": b"1\n00:00:01,000 --> 00:00:02,500\nHi\n\n2\n00:00:04,000 --> 00:00:05,000\nYou\n",
    "a.vtt": b"WEBVTT\nLanguage: de\n\n00:00.000 --> 00:01.250 line:0\nHallo\n",
    "a.ass": b"[Script Info]\nTitle: F\n[Events]\nDialogue: 0,0:00:01.50,1:00:02.00,Default,Hi\n",
    "a.sub": b"{1}{25}Hello\n{30}{60}You\n",
    "a.idx": b"# VobSub index file, v7\nid: en, index: 0\ntimestamp: 00:00:01:050, filepos: 0\n",
    "a.smi": b"<SAMI><STYLE>.E {lang: en-US}</STYLE><SYNC Start=100>Hi<SYNC Start=2000>You",
    "a.lrc": b"[ti:Song]\n[offset:+500]\n[00:12.50][01:02]Refrain\n[00:01.2]<00:01.20>One\n",
    "a.cue": b'TITLE "T"\nFILE "x.flac" WAVE\nTRACK 01 AUDIO\nREM DATE 1959\nINDEX 01 09:22:45\n',
    "a.nfo": b"<?xml version='1.0'?><movie><title>T</title><uniqueid type='imdb'>tt1</uniqueid>"
    b"<ratings><rating default='true'><value>8.1</value></rating></ratings><year>1</year></movie>",
    "a.xmp": b"<x xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:d='http://purl.org/"
    b"dc/elements/1.1/'><r:Description><d:title><r:li>T</r:li></d:title></r:Description></x>",
    "a.m3u": b"#EXTM3U\n#EXTINF:12,T\na.mp3\nb.mp3\n",
    "a.pls": b"[playlist]\nFile1=a.mp3\nTitle1=T\nLength1=3\n",
    "a.md5": b"d41d8cd98f00b204e9800998ecf8427e  a b.flac\nMD5 (x) = " + b"0" * 32 + b"\n",
    "a.sfv": b"; comment\na.mp3 CBF43926\n",
}
SECTIONS = {
    "srt": "subtitle", "vtt": "subtitle", "ass": "subtitle", "sub": "subtitle", "idx": "subtitle",
    "smi": "subtitle", "lrc": "lyrics", "cue": "cue", "nfo": "nfo", "xmp": "xmp",
    "m3u": "playlist", "pls": "playlist", "md5": "checksums", "sfv": "checksums",
}  # fmt: skip


@dataclass
class InMemory:
    """As ``Content``, without a disk."""

    data: bytes
    name: str
    fd: int = -1

    @property
    def size(self):
        return len(self.data)

    def read_at(self, offset, length):
        return self.data[offset : offset + length]


def media_of(data, name):
    found = probe(InMemory(data, name), pixel_limit=1)  # type: ignore[arg-type]
    assert len(orjson.dumps(found.media)) <= MAX_JSON_BYTES
    return Media.model_validate_json(orjson.dumps(found.media)), found.fault


@pytest.mark.parametrize("name", SAMPLES)
def test_what_lies_beside_media_is_understood(name):
    media, fault = media_of(SAMPLES[name], name)
    extension = name.rpartition(".")[2]
    assert (media.format, fault, media.damage) == (extension, None, None)
    told = {it for it in set(SECTIONS.values()) if getattr(media, it) is not None}
    assert told == {SECTIONS[extension]}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_the_encoding_of_a_text_does_not_matter(encoding):
    for name in ("a.srt", "a.cue", "a.nfo", "a.lrc"):
        plain, _ = media_of(SAMPLES[name], name)
        coded, _ = media_of(SAMPLES[name].decode().encode(encoding), name)
        assert coded == plain


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_the_ends_of_lines_do_not_matter(end):
    for name in ("a.srt", "a.vtt", "a.ass", "a.lrc", "a.idx", "a.cue"):
        assert media_of(SAMPLES[name].replace(b"\n", end), name) == media_of(SAMPLES[name], name)


def test_damage_is_told_and_the_file_stays_what_it_is():
    media, fault = media_of(SAMPLES["a.nfo"][:60], "a.nfo")
    assert (media.format, fault, media.nfo) == ("nfo", None, None)
    assert "XML is damaged" in str(media.damage)


def test_what_is_too_large_is_not_read():
    content = InMemory(b"x" * (MAX_SIDECAR_BYTES + 1), "a.srt")
    assert "4 MiB" in sidecar_facts(content, "srt")["damage"]  # type: ignore[arg-type]


def test_the_pictures_of_vobsub_are_no_film():
    media, fault = media_of(b"\x00\x00\x01\xba" + bytes(2000), "Film.sub")
    assert (media.kind, media.format, fault) == ("subtitle", "sub", None)
    assert media.subtitle is not None
    assert media.subtitle.format == "vobsub"


def test_very_long_entries_leave_room_for_others():
    data = b"#EXTM3U\n" + b"".join(b"%04d" % n + b"x" * 4000 + b"\n" for n in range(1000))
    media, _ = media_of(data, "a.m3u")
    assert media.playlist is not None
    assert media.playlist.truncated
    assert 0 < len(media.playlist.entries) < 100
    assert media.playlist.count == 1000


@pytest.mark.parametrize("name", SAMPLES)
def test_no_mutation_of_a_sidecar_does_harm(name):
    draw = random.Random(name)
    sample = SAMPLES[name]
    for _ in range(250):
        data = bytearray(sample)
        for _ in range(draw.randint(1, 6)):
            at = draw.randrange(len(data))
            match draw.randrange(4):
                case 0:
                    data[at] = draw.randrange(256)
                case 1:
                    del data[at : at + draw.randint(1, 8)]
                case 2:
                    data[at:at] = data[at : at + draw.randint(1, 20)] * draw.randint(1, 5)
                case _:
                    data[at:at] = draw.randbytes(draw.randint(1, 4))
            data = data or bytearray(b"x")
        found = sidecar_facts(InMemory(bytes(data), name), name[2:])  # type: ignore[arg-type]
        Media.model_validate_json(orjson.dumps({"kind": "document"} | found))


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("a.srt", b"00:00:01,000 "),
        ("a.srt", b"0:"),
        ("a.ass", b"Dialogue: 0,0:00:01.50,"),
        ("a.sub", b"{1}{"),
        ("a.smi", b"<SYNC  "),
        ("a.idx", b"id: "),
        ("a.lrc", b"[00:01.00]"),
        ("a.cue", b"TRACK "),
        ("a.nfo", b"imdb.com/title/ thetvdb.com/"),
        ("a.nfo", b"<a>"),
        ("a.nfo", b"<movie a='"),
        ("a.xmp", b"<a/>"),
        ("a.pls", b"File1="),
        ("a.md5", b"MD5 ("),
        ("a.sfv", b"a "),
        ("a.sfv", b"CBF43926 "),
        ("a.m3u", b"#EXTINF:1,"),
    ],
)
def test_a_sidecar_that_repeats_itself_costs_little_time(name, piece):
    data = piece * (100_000 // len(piece))
    started = time.process_time()
    for text in (data, data.replace(b" ", b"\n")):
        sidecar_facts(InMemory(text, name), name[2:])  # type: ignore[arg-type]
    assert time.process_time() - started < 2.0
