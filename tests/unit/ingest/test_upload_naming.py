"""Where uploads go: by a rule, from tags that may say anything."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.domain.kinds import Kind
from apollonia.errors import ConfigurationError
from apollonia.ingest.selection.rules import Rules
from apollonia.ingest.uploads.naming import AUDIO_RULE, NamingRule, NamingRules
from apollonia.ingest.uploads.parts import MAX_PART_BYTES, safe_part
from apollonia.messages import Media, Tags

TIME = "2024-03-09T12:00:00.000000+00:00"
STANDARD = NamingRules.standard()


def path_of(kind=Kind.AUDIO, name="x.flac", format_="flac", rules=STANDARD, number=1, **tags):
    media = Media(kind=kind, format=format_, tags=Tags(**tags))
    made = rules.destination(media, name, TIME)
    return "/".join((*made.folders, made.name(number).decode()))


SONG = {
    "title": "A Song",
    "artist": "Singer",
    "album_artist": "Band",
    "album": "Record",
    "year": 1999,
    "track": 3,
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Band/Record (1999)/03 A Song.flac"),
        ({"album_artist": None}, "Singer/Record (1999)/03 A Song.flac"),
        ({"disc": 2}, "Band/Record (1999)/2-03 A Song.flac"),
        ({"disc": 1, "disc_total": 2}, "Band/Record (1999)/1-03 A Song.flac"),
        ({"disc": 1, "disc_total": 1}, "Band/Record (1999)/03 A Song.flac"),
        ({"track": None}, "Band/Record (1999)/A Song.flac"),
        ({"track": 112}, "Band/Record (1999)/112 A Song.flac"),
        ({"year": None}, "Band/Record/03 A Song.flac"),
        ({"year": None, "date": "2001-05-06"}, "Band/Record (2001)/03 A Song.flac"),
        ({"title": None}, "Band/Record (1999)/03 my file.flac"),
        (dict.fromkeys(SONG), "Unknown Artist/Unknown Album/my file.flac"),
        ({"title": "AC/DC: Live?"}, "Band/Record (1999)/03 AC_DC_ Live_.flac"),
        ({"album_artist": "..", "artist": ""}, "Unknown Artist/Record (1999)/03 A Song.flac"),
        ({"album_artist": "...And You"}, "And You/Record (1999)/03 A Song.flac"),
        ({"album": "con"}, "Band/con (1999)/03 A Song.flac"),
        ({"album": "con", "year": None}, "Band/con_/03 A Song.flac"),
        ({"album_artist": "@eaDir"}, "@eaDir_/Record (1999)/03 A Song.flac"),
        ({"title": "a\n\x00\u202eb"}, "Band/Record (1999)/03 a b.flac"),
        ({"title": "{artist}"}, "Band/Record (1999)/03 {artist}.flac"),
    ],
)
def test_audio_goes_by_artist_and_album(changes, expected):
    assert path_of(name="my file.FLAC", **{**SONG, **changes}) == expected


def test_numbered_name_keeps_its_extension():
    assert path_of(**SONG, number=3) == "Band/Record (1999)/03 A Song (3).flac"


def test_video_goes_into_a_folder_of_its_own():
    film = {"kind": Kind.VIDEO, "format_": "mkv", "title": "Film", "name": "f.mkv"}
    assert path_of(**film, year=2010) == "Film (2010)/Film (2010).mkv"
    assert path_of(**film) == "Film/Film.mkv"


def test_image_goes_by_the_month_it_was_taken_in_or_sent_in():
    image = {"kind": Kind.IMAGE, "format_": "jpeg", "name": "../IMG_1.JPG"}
    assert path_of(**image, date="2019-07-01 10:00:00") == "2019/07/IMG_1.jpg"
    assert path_of(**image) == "2024/03/IMG_1.jpg"


@pytest.mark.parametrize(
    ("name", "format_", "expected"),
    [
        ("song.exe", "mp3", "song.mp3"),
        ("song", "mp3", "song.mp3"),
        ("song.mp3.part", "mp3", "song.mp3.mp3"),
        ("song.m4b", "m4a", "song.m4b"),
        ("song.mkv", "flac", "song.flac"),
        ("C:\\music\\song.mp3", "mp3", "song.mp3"),
        (".mp3", "mp3", "mp3.mp3"),
    ],
)
def test_extension_is_that_of_the_content(name, format_, expected):
    assert path_of(name=name, format_=format_).rpartition("/")[2] == expected


def test_long_names_are_cut_between_characters():
    part = safe_part("\u00e9\U0001f3a7" * 100, " (2).flac")
    assert len(part.encode()) <= MAX_PART_BYTES
    assert part.endswith(" (2).flac")
    assert "\ufffd" not in part


_text = st.text(max_size=300) | st.sampled_from(["..", "/", "CON", "lost+found", ".x", "a.part"])
_number = st.none() | st.integers(-5, 10**9)


@given(
    tags=st.fixed_dictionaries(
        {
            **dict.fromkeys(("title", "artist", "album", "album_artist", "date"), _text),
            **dict.fromkeys(("year", "track", "disc", "disc_total"), _number),
        }
    ),
    name=_text,
    kind=st.sampled_from([Kind.AUDIO, Kind.VIDEO, Kind.IMAGE]),
    number=st.integers(1, 1000),
)
@settings(max_examples=60, deadline=None)
def test_no_tag_leads_out_of_the_root_or_out_of_sight(tags, name, kind, number):
    made = STANDARD.destination(Media(kind=kind, tags=Tags(**tags), format="mp3"), name, TIME)
    rules = Rules()
    for part in (*(folder.encode() for folder in made.folders), made.name(number)):
        assert 0 < len(part) <= MAX_PART_BYTES
        assert not set(part) & {0, *b"/\\\n\r"}
        assert part.decode() == part.decode().strip()
        assert part[:1] != b"."
        assert not rules.skips_folder(b"/music/" + part, part)
    assert not rules.skips_file(made.name(number))
    assert len(made.folders) <= 2


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("", "no parts"),
        ("/{title}", "below the root"),
        ("{artist}/../{title}", "below the root"),
        ("{artist}//{title}", "below the root"),
        ("{singer}", "asks for {singer}"),
        ("{track:x}", "width"),
        ("{track", "bracket"),
        ("a" + "/a" * 20, "too many"),
    ],
)
def test_bad_rules_are_refused_with_the_reason(rule, words):
    with pytest.raises(ConfigurationError, match=words):
        NamingRule(rule)


def test_own_rules_may_ask_for_anything_that_is_known():
    rule = NamingRule("{genre}/{composer|artist}/{year}-{month}-{day} {title}")
    rules = NamingRules(rule, rule, rule)
    assert path_of(rules=rules, date="2001-02-03", **{**SONG, "year": None}) == (
        "Unknown Genre/Singer/2001-02-03 A Song.flac"
    )


def test_settings_have_the_standard_rules():
    from apollonia.config.settings import IngestSettings

    chosen = IngestSettings()
    assert chosen.upload_naming_audio == AUDIO_RULE
    for kind in ("audio", "video", "image"):
        rule = NamingRule(getattr(chosen, f"upload_naming_{kind}"))
        assert rule._parts == getattr(STANDARD, kind)._parts
