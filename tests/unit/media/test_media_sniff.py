import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollonia.domain.kinds import Kind
from apollonia.media.sniffing.formats import FORMATS, format_by_extension
from apollonia.media.sniffing.sniff import HEAD_BYTES, sniff
from apollonia.media.sniffing.sniff_frames import (
    ac3_frame_length,
    adts_frame_length,
    mpeg_frame_length,
)

MP3_FRAME = b"\xff\xfb\x90\x00" + b"\0" * 413  # 128 kbit/s at 44.1 kHz: 417 bytes
ADTS_FRAME = b"\xff\xf1\x50\x80\x02\x1f\xfc" + b"\0" * 9  # 16 bytes


def name_of(content, name="file"):
    guess = sniff(lambda offset, length: content[offset : offset + length], name)
    return guess.format.name if guess.format and guess.sure else None


def id3(length):
    return b"ID3\x04\0\0" + bytes([0, 0, length >> 7, length & 0x7F]) + b"\0" * length


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"fLaC\0\0\0\x22", "flac"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "wav"),
        (b"RIFF\x24\0\0\0AVI LIST", "avi"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "webp"),
        (b"FORM\0\0\0\x24AIFFCOMM", "aiff"),
        (b"FORM\0\0\0\x24AIFCFVER", "aiff"),
        (b"OggS\0\x02" + b"\0" * 20 + b"\x01\x13OpusHead", "opus"),
        (b"OggS\0\x02" + b"\0" * 20 + b"\x01\x1e\x01vorbis", "ogg"),
        (b"OggS\0\x02" + b"\0" * 20 + b"\x01\x33\x7fFLAC", "ogg"),
        (b"OggS\0\x02" + b"\0" * 20 + b"\x01\x2a\x80theora", "ogv"),
        (b"MAC \x96\x0f", "ape"),
        (b"wvpk\0\0", "wv"),
        (b"MP+\x07", "mpc"),
        (b"MPCKSH", "mpc"),
        (b"DSD \x1c", "dsf"),
        (b"#!AMR\n", "amr"),
        (b"#!AMR-WB\n", "amr"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "m4a"),
        (b"\0\0\0\x20ftypisom\0\0\0\0", "mp4"),
        (b"\0\0\0\x20ftypqt  \0\0\0\0", "mov"),
        (b"\0\0\0\x20ftyp3gp4\0\0\0\0", "3gp"),
        (b"\0\0\0\x20ftypheic\0\0\0\0", "heic"),
        (b"\0\0\0\x20ftypavif\0\0\0\0", "avif"),
        (b"\0\0\x01\0moov\0\0\0\x6cmvhd", "mov"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", "mkv"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm", "webm"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", "wmv"),
        (b"FLV\x01\x05\0\0\0\x09", "flv"),
        (b"\0\0\x01\xba\x44\0", "mpg"),
        ((b"G\x40\0\x10" + b"\xff" * 184) * 5, "ts"),
        ((b"\0\0\0\0G\x40\0\x10" + b"\xff" * 184) * 5, "m2ts"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "png"),
        (b"GIF89a\x01\0", "gif"),
        (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "bmp"),
        (MP3_FRAME * 4, "mp3"),
        (b"junk before" + MP3_FRAME * 5, "mp3"),
        (ADTS_FRAME * 4, "aac"),
        (id3(300) + b"fLaC\0\0\0\x22", "flac"),
        (id3(300) + ADTS_FRAME * 4, "aac"),
        (id3(9000) + MP3_FRAME * 4, "mp3"),
        (id3(20), "mp3"),
        (b"APETAGEX\xd0\x07\0\0\x05\0\0\0" + b"\0" * 16 + b"-----" + MP3_FRAME * 4, "mp3"),
        (b"%PDF-1.7", "pdf"),
        (b"PK\x03\x04", "zip"),
    ],
)
def test_sniff_knows_formats_by_content(head, expected):
    assert name_of(head, "misnamed.jpg") == expected


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("1\n00:00:01,000 --> 00:00:02,000\nHello\n", "a.txt", "srt"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nHello", "a.txt", "vtt"),
        ("[Script Info]\nTitle: x", "a.srt", "ass"),
        ("[ti:Song]\n[00:01.50]La la", "a.lrc", "lrc"),
        ("{0}{25}Hello", "a.sub", "sub"),
        ('PERFORMER "X"\nFILE "a.wav" WAVE\n  TRACK 01 AUDIO\n', "a.txt", "cue"),
        ("#EXTM3U\na.mp3", "a.bin", "m3u"),
        ('<?xml version="1.0"?><movie/>', "film.nfo", "nfo"),
        ('<?xml version="1.0"?><movie/>', "film.xml", "xml"),
        ('{"a": 1}', "a", "json"),
        ("Just words.", "README", "txt"),
        ("const a = 1;", "main.ts", "txt"),
        ("<!doctype html><title>404", "song.mp3", "html"),
    ],
)
def test_sniff_tells_texts_apart(text, name, expected):
    assert name_of(text.encode(), name) == expected
    assert name_of(b"\xef\xbb\xbf" + text.encode(), name) == expected
    assert name_of(b"\xff\xfe" + text.encode("utf-16-le"), name) == expected


def test_sniff_takes_the_name_where_the_content_tells_nothing():
    guess = sniff(lambda offset, length: bytes(range(256))[offset : offset + length], "song.MP3")
    assert (guess.kind, guess.sure) == (Kind.AUDIO, False)


def test_sniff_calls_an_unknown_binary_other():
    guess = sniff(lambda offset, length: b"\0\1\2\3"[offset : offset + length], "x.xyz")
    assert (guess.kind, guess.format, guess.sure) == (Kind.OTHER, None, False)


@given(st.binary(max_size=2048), st.text(max_size=40))
def test_sniff_never_raises_and_reads_a_bounded_number_of_bytes(content, name):
    asked = 0

    def read_at(offset, length):
        nonlocal asked
        asked += length
        return content[offset : offset + length]

    guess = sniff(read_at, name)
    assert isinstance(guess.kind, Kind)
    assert asked <= 10 * HEAD_BYTES


@given(st.sampled_from(sorted(FORMATS)), st.binary(max_size=600))
def test_sniff_survives_magic_followed_by_anything(name, rest):
    for magic in (b"ID3\x04\0\0\0\0\0\x0a", b"OggS", b"\x1a\x45\xdf\xa3", b"\0\0\0\x18ftyp", b"BM"):
        name_of(magic + rest, f"a.{name}")


@given(st.binary(min_size=0, max_size=64), st.integers(0, 64))
def test_frame_lengths_are_never_negative_nor_raise(data, at):
    for length_of in (mpeg_frame_length, adts_frame_length, ac3_frame_length):
        assert length_of(data, at) >= 0


def test_mpeg_frame_length_counts_padding():
    padded = struct.pack(">I", 0xFFFB9200)
    assert mpeg_frame_length(MP3_FRAME, 0) == 417
    assert mpeg_frame_length(padded, 0) == 418


def test_ac3_frame_length_follows_its_table():
    assert ac3_frame_length(b"\x0b\x77\0\0\x1c\x40", 0) == 2 * 768


def test_every_extension_of_the_catalog_has_a_format():
    for extension in (
        "mp3",
        "m4b",
        "oga",
        "aif",
        "m2ts",
        "mts",
        "vob",
        "3g2",
        "jpg",
        "heif",
        "ssa",
    ):
        assert format_by_extension(extension) is not None
