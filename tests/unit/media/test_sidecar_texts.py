"""Cue sheets, lyrics, playlists and subtitles, in the dialects that people have."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.media.sidecars.charset import decode_text
from apollonia.media.sidecars.cue import read_cue
from apollonia.media.sidecars.lyrics import read_lyrics
from apollonia.media.sidecars.playlist import read_m3u, read_pls
from apollonia.media.sidecars.subtitles import read_subtitle

CUE = """REM GENRE "Jazz"
REM DATE 1959
PERFORMER "Miles"
TITLE "Kind of Blue"
FILE "Kind of Blue.flac" WAVE
  TRACK 01 AUDIO
    TITLE "So What"
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Freddie"
    PERFORMER "Miles Davis"
    ISRC USSM15900114
    INDEX 00 09:20:00
    INDEX 01 09:22:45
"""
WORDS = st.text("abc äß日\"'", min_size=1, max_size=8).map(str.strip).filter(bool)


def test_a_cue_sheet_tells_its_tracks():
    assert read_cue(CUE)["cue"] == {
        "genre": "Jazz",
        "date": "1959",
        "performer": "Miles",
        "title": "Kind of Blue",
        "files": ["Kind of Blue.flac"],
        "tracks": [
            {"number": 1, "title": "So What", "start_ms": 0},
            {
                "number": 2, "title": "Freddie", "performer": "Miles Davis",
                "isrc": "USSM15900114", "start_ms": 562_600,
            },
        ],
    }  # fmt: skip


def test_a_cue_sheet_of_several_files_tells_whose_each_track_is():
    text = "FILE a.wav WAVE\nTRACK 1 AUDIO\nFILE b c.wav WAVE\r\ntrack 2 AUDIO\nindex 1 1:2:3\n"
    cue = read_cue(text)["cue"]
    assert cue["files"] == ["a.wav", "b c.wav"]
    assert [t["file"] for t in cue["tracks"]] == ["a.wav", "b c.wav"]
    assert cue["tracks"][1]["start_ms"] == 62_040


def test_a_cue_sheet_of_a_hundred_thousand_tracks_is_cut():
    cue = read_cue("\n".join(["TRACK 01 AUDIO"] * 100_000))["cue"]
    assert (len(cue["tracks"]), cue["truncated"]) == (1000, True)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(WORDS, st.integers(0, 10_000_000)), min_size=1, max_size=8))
def test_a_cue_sheet_that_was_written_is_read_again(tracks):
    lines = ['FILE "x.flac" WAVE']
    for number, (title, start) in enumerate(tracks, 1):
        minutes, rest = divmod(start, 75 * 60)
        time = f"{minutes:02}:{rest // 75:02}:{rest % 75:02}"
        lines += [f"TRACK {number:02} AUDIO", f'TITLE "{title}"', f"INDEX 01 {time}"]
    found = read_cue("\n".join(lines))["cue"]["tracks"]
    assert [(t["title"], t["start_ms"] // 10) for t in found] == [
        (title, (start // 75 * 1000 + start % 75 * 1000 // 75) // 10) for title, start in tracks
    ]


def test_lyrics_are_put_in_time():
    text = (
        "[ti:Song]\n[ar:Band]\n[offset:+500]\n[00:12.50][01:02]Refrain\n[00:01.2]<00:01.20>One\n"
        "not timed\n"
    )
    assert read_lyrics(text)["lyrics"] == {
        "title": "Song",
        "artist": "Band",
        "synced": True,
        "lines": [
            {"start_ms": 700, "text": "One"},
            {"start_ms": 12_000, "text": "Refrain"},
            {"start_ms": 61_500, "text": "Refrain"},
        ],
    }


def test_lyrics_without_times_are_lines():
    lyrics = read_lyrics("First\n\nSecond\n")["lyrics"]
    assert lyrics == {"lines": [{"text": "First"}, {"text": "Second"}]}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5_999_990), WORDS), min_size=1, max_size=20))
def test_lyrics_that_were_written_are_read_again(lines):
    lines = sorted({start // 10 * 10: words for start, words in lines}.items())
    text = "\n".join(
        f"[{start // 60_000:02}:{start // 1000 % 60:02}.{start % 1000 // 10:02}]{words}"
        for start, words in lines
    )
    found = read_lyrics(text)["lyrics"]["lines"]
    assert [(one["start_ms"], one["text"]) for one in found] == lines


def test_m3u_tells_its_entries():
    text = (
        "#EXTM3U\r\n#PLAYLIST:Mix\r\n#EXTINF:123.4 tvg=1,Band - Song\r\nC:\\Music\\song.mp3\r\n"
        "#EXTINF:-1,Radio\r\nhttp://radio.example/x\r\n#note\r\nplain.flac\r\n"
    )
    assert read_m3u(text)["playlist"] == {
        "title": "Mix",
        "entries": [
            {"path": "C:\\Music\\song.mp3", "title": "Band - Song", "duration_ms": 123_000},
            {"path": "http://radio.example/x", "title": "Radio"},
            {"path": "plain.flac"},
        ],
        "count": 3,
    }


def test_pls_tells_its_entries_by_number():
    text = "[playlist]\nFile2=b.mp3\nLength2=7\nTitle1=One\nfile1=a.mp3\nNumberOfEntries=2\n"
    assert read_pls(text)["playlist"] == {
        "entries": [
            {"title": "One", "path": "a.mp3"},
            {"path": "b.mp3", "duration_ms": 7000},
        ],
        "count": 2,
    }


@pytest.mark.parametrize("read", [read_m3u, read_pls])
def test_a_long_playlist_is_cut_and_counted(read):
    line = "File%d=%d.mp3" if read is read_pls else "%d.mp3"
    text = "\n".join(line % ((n,) * line.count("%d")) for n in range(20_000))
    found = read(text)["playlist"]
    assert (len(found["entries"]), found["count"], found["truncated"]) == (1000, 20_000, True)


@pytest.mark.parametrize(
    ("text", "format_", "name", "told"),
    [
        (
            "1\n00:00:01,000 --> 00:00:02,500\nHi\n\n2\n00:00:04,000 --> 00:00:05,000\nYou\n",
            "srt", "film.en.srt",
            {"cues": 2, "start_ms": 1000, "end_ms": 5000, "language": "en"},
        ),
        (
            "WEBVTT\nLanguage: de-AT\n\n00:00.000 --> 00:01.250 line:0\nHallo\n", "vtt", "film.vtt",
            {"cues": 1, "start_ms": 0, "end_ms": 1250, "language": "de"},
        ),
        (
            "[Script Info]\nTitle: A film\n[Events]\nDialogue: 0,0:00:01.50,1:00:02.00,D,Hi\n",
            "ass", "a.ass",
            {"cues": 1, "start_ms": 1500, "end_ms": 3_602_000, "title": "A film"},
        ),
        ("{1}{25}Hello\n{30}{60}You\n", "sub", "Film.ger.sub", {"cues": 2, "language": "de"}),
        (
            ("<SAMI><STYLE>.ENCC {lang: en-US} .KRCC {lang: ko-KR}</STYLE><SYNC Start=100>Hi"
            "<SYNC Start='2000'>You"), "smi", "a.smi",
            {
                "cues": 2, "start_ms": 100, "end_ms": 2000, "language": "en",
                "languages": ["en", "ko"],
            },
        ),
        (
            ("# VobSub index file, v7\nid: en, index: 0\ntimestamp: 00:00:01:050, filepos: 0\n"
            "id: fr, index: 1\ntimestamp: 00:01:00:000, filepos: 800\n"), "idx", "film.idx",
            {
                "cues": 2, "start_ms": 1050, "end_ms": 60_000, "language": "en",
                "languages": ["en", "fr"],
            },
        ),
        ("no cue at all", "srt", "a.srt", {"cues": 0}),
    ],
)  # fmt: skip
def test_subtitles_tell_how_many_there_are_and_when(text, format_, name, told):
    assert read_subtitle(text, format_, name)["subtitle"] == {"format": format_} | told


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"]
)
def test_western_text_is_read_in_every_encoding(encoding):
    text = "Für Élise, mañana: 50 € déjà vu"
    assert decode_text(text.encode(encoding)) == text


def test_a_byte_order_mark_is_believed_whatever_the_order():
    assert decode_text(b"\xfe\xff" + "Ärger".encode("utf-16-be")) == "Ärger"


def test_japanese_windows_text_is_read():
    text = "これは字幕です。さようなら"
    assert decode_text(text.encode("cp932")) == text


def test_bytes_that_windows_does_not_know_are_read_as_latin_1():
    assert decode_text(b"caf\xe9 \x81") == "café \x81"


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_text(data):
    assert isinstance(decode_text(data), str)
