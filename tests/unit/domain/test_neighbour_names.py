"""The names that people and download programs give to what lies beside a film or a song."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.domain.languages import language_code
from apollonia.domain.neighbours import FolderNeighbours, Role
from apollonia.domain.stems import episode_of, part_base, readings

EPISODES = [
    b"Show - S01E02 - Title.mkv", b"Show S01E02.srt", b"Show.1x02.en.srt", b"Show.S01E03.mkv",
    b"show.s01e03.ger.forced.ass", b"Show S01E02-thumb.jpg", b"Show S01E02.nfo", b"S01E03.vtt",
    b"Other.S01E02.srt", b"tvshow.nfo", b"season01-poster.jpg", b"poster.jpg",
]  # fmt: skip


def beside(listing, name):
    return {n.name: n for n in FolderNeighbours.of(listing).neighbours(name)[0]}


def names(listing, name):
    return set(beside(listing, name))


def test_an_episode_has_what_bears_its_number_however_it_is_written():
    found = beside(EPISODES, b"Show - S01E02 - Title.mkv")
    assert {name: (n.role, n.language, n.forced) for name, n in found.items()} == {
        b"Show S01E02.srt": (Role.SUBTITLE, None, False),
        b"Show.1x02.en.srt": (Role.SUBTITLE, "en", False),
        b"Show S01E02-thumb.jpg": (Role.ARTWORK, None, False),
        b"Show S01E02.nfo": (Role.METADATA, None, False),
        b"tvshow.nfo": (Role.METADATA, None, False),
        b"season01-poster.jpg": (Role.ARTWORK, None, False),
        b"poster.jpg": (Role.ARTWORK, None, False),
    }
    third = beside(EPISODES, b"Show.S01E03.mkv")
    assert third[b"show.s01e03.ger.forced.ass"].language == "de"
    assert third[b"show.s01e03.ger.forced.ass"].forced
    assert b"S01E03.vtt" in third
    assert b"Show S01E02.srt" not in third


@pytest.mark.parametrize("name", [n for n in EPISODES if b"S01E02" in n or b"1x02" in n])
def test_both_ends_of_a_relation_know_of_it(name):
    for other in names(EPISODES, name):
        assert name in names(EPISODES, other)


@pytest.mark.parametrize(
    ("sidecar", "film", "language", "forced"),
    [
        (b"Film.en.forced.srt", b"Film.mkv", "en", True),
        (b"Film.forced.en.srt", b"Film.mkv", "en", True),
        (b"Film.pt-BR.srt", b"Film.mkv", "pt", False),
        (b"Film.zh-Hans.ass", b"Film.mkv", "zh", False),
        (b"Film.en.hi.srt", b"Film.mkv", "en", False),
        (b"Film.hi.srt", b"Film.mkv", "hi", False),
        (b"Film.2.en.srt", b"Film.mkv", "en", False),
        (b"Film_eng.srt", b"Film.mkv", "en", False),
        (b"Film - English.srt", b"Film.mkv", "en", False),
        (b"Film (2019) [fre].srt", b"Film (2019).mkv", "fr", False),
        (b"Film.mkv.de.srt", b"Film.mkv", "de", False),
        (b"This.Is.It.srt", b"This.Is.It.mkv", None, False),
        (b"This.Is.It.en.srt", b"This.Is.It.mkv", "en", False),
        (b"FILM.EN.SRT", b"film.mkv", "en", False),
        (b"Film.srt", b"Film.mkv", None, False),
    ],
)
def test_a_subtitle_tells_its_film_and_language(sidecar, film, language, forced):
    found = beside([sidecar, film, b"Another.mkv"], film)
    assert (found[sidecar].language, found[sidecar].forced) == (language, forced)
    assert names([sidecar, film, b"Another.mkv"], sidecar) == {film}


def test_vobsub_is_a_pair_beside_its_film():
    listing = [b"Film.idx", b"Film.sub", b"Film.avi"]
    assert names(listing, b"Film.avi") == {b"Film.idx", b"Film.sub"}
    assert names(listing, b"Film.idx") == {b"Film.avi", b"Film.sub"}


def test_parts_of_one_film_share_what_is_of_the_film():
    listing = [
        b"Film CD1.avi", b"Film CD2.avi", b"Film CD1.srt", b"Film CD2.en.srt", b"Film.nfo",
        b"Film-poster.jpg",
    ]  # fmt: skip
    shared = {b"Film.nfo", b"Film-poster.jpg"}
    assert names(listing, b"Film CD1.avi") == shared | {b"Film CD2.avi", b"Film CD1.srt"}
    assert names(listing, b"Film CD2.avi") == shared | {b"Film CD1.avi", b"Film CD2.en.srt"}
    assert {b"Film CD1.avi", b"Film CD2.avi"} <= names(listing, b"Film.nfo")


def test_a_sidecar_named_after_one_file_belongs_to_that_alone():
    listing = [b"IMG_1.jpg", b"IMG_1.cr2", b"IMG_1.mp4", b"IMG_1.jpg.xmp", b"IMG_1.mp4.md5"]
    assert names(listing, b"IMG_1.jpg.xmp") == {b"IMG_1.jpg"}
    assert b"IMG_1.jpg.xmp" in names(listing, b"IMG_1.jpg")
    assert b"IMG_1.jpg.xmp" not in names(listing, b"IMG_1.mp4")
    assert b"IMG_1.mp4.md5" in names(listing, b"IMG_1.mp4")


def test_a_cue_sheet_named_after_a_wave_belongs_to_the_file_with_its_stem():
    listing = [b"CDImage.wav.cue", b"CDImage.flac", b"Bonus.flac"]
    assert names(listing, b"CDImage.wav.cue") == {b"CDImage.flac"}


def test_checksums_and_playlists_without_an_owner_are_of_the_folder():
    listing = [b"SHA256SUMS", b"all.sfv", b"mix.m3u8", b"one.flac", b"two.mkv"]
    for medium in (b"one.flac", b"two.mkv"):
        roles = {name: n.role for name, n in beside(listing, medium).items()}
        assert roles == {
            b"SHA256SUMS": Role.CHECKSUM, b"all.sfv": Role.CHECKSUM, b"mix.m3u8": Role.PLAYLIST
        }  # fmt: skip


def test_descriptions_of_a_folder_are_of_the_right_kind():
    listing = [b"movie.nfo", b"album.nfo", b"film.mkv", b"song.flac"]
    assert names(listing, b"film.mkv") == {b"movie.nfo"}
    assert names(listing, b"song.flac") == {b"album.nfo"}


def test_the_likeliest_picture_comes_first():
    listing = [b"fanart.jpg", b"folder.jpg", b"cover.png", b"film.mkv"]
    assert list(beside(listing, b"film.mkv")) == [b"cover.png", b"folder.jpg", b"fanart.jpg"]


@pytest.mark.parametrize(
    ("stem", "season", "numbers"),
    [
        ("show s01e02", 1, (2,)),
        ("show.s1.e2", 1, (2,)),
        ("s01e02e03", 1, (2, 3)),
        ("show s01e02-e05", 1, (2, 3, 4, 5)),
        ("show s01e02-04", 1, (2, 3, 4)),
        ("show s01e02-1080p", 1, (2,)),
        ("show s2020e0113", 2020, (113,)),
        ("show 12x034", 12, (34,)),
    ],
)
def test_episodes_are_read(stem, season, numbers):
    found = episode_of(stem)
    assert found is not None
    assert (found.season, found.numbers) == (season, numbers)


@pytest.mark.parametrize("stem", ["film 1920x1080", "film x264", "episodes01", "ms01e02", "1 x 02"])
def test_what_is_no_episode_is_none(stem):
    assert episode_of(stem) is None


def test_a_show_is_known_with_and_without_its_year():
    stems = ["show (2019) s01e02", "show.s01e02", "1923.s01e02"]
    assert [e.show for e in map(episode_of, stems) if e] == ["show", "show", "1923"]


def test_parts_are_read():
    assert part_base("film - cd1") == "film"
    assert part_base("film.pt.b") == "film"
    assert part_base("part 1") is None
    assert part_base("film 2") is None


@pytest.mark.parametrize(
    ("word", "code"),
    [("eng", "en"), ("English", "en"), ("pt-BR", "pt"), ("ger", "de"), ("zh_Hant", "zh"),
     ("cym", "cy"), ("tlh", None), ("", None), ("forced", None)],
)  # fmt: skip
def test_language_codes(word, code):
    assert language_code(word) == code


@settings(max_examples=30, deadline=None)
@given(st.text("se0129x.-_ ()[]end", max_size=40))
def test_any_name_can_be_read(text):
    stem = text.casefold()
    read = readings(stem)
    assert read[0].stem == stem
    assert len(read) <= 7
    assert all(len(after.stem) < len(before.stem) for before, after in pairwise(read))
    episode = episode_of(stem)
    assert episode is None or 1 <= len(episode.numbers) <= 33
    assert part_base(stem) is None or stem.startswith(part_base(stem))


STEMS = [
    show + number + language
    for show in ("Show ", "", "Film CD1 ", "Film")
    for number in ("S01E01", "1x02", "")
    for language in (".en", "_de", "")
]
EXTENSIONS = ["mkv", "srt", "nfo", "jpg", "md5", "mkv.md5"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STEMS), st.sampled_from(EXTENSIONS)), max_size=12))
def test_every_neighbour_of_a_film_is_in_the_folder(files):
    listing = sorted({f"{stem}.{extension}".encode() for stem, extension in files})
    for name in listing:
        found = names(listing, name)
        assert found <= set(listing) - {name}


@pytest.mark.parametrize(
    "make",
    [
        lambda n: b"%d.mp3" % n,
        lambda n: b"S01E01 %d.srt" % n,
        lambda n: b"a" + b".en" * 70 + b"%d.srt" % n,
        lambda n: b"a" + b" " * 200 + b"%d.mkv" % n,
    ],
)
def test_a_large_folder_costs_a_bounded_time_for_each_name(make):
    def seconds(count):
        listing = [make(number) for number in range(count)]
        started = time.process_time()
        folder = FolderNeighbours.of(listing)
        for name in listing[:20]:
            folder.neighbours(name)
        return time.process_time() - started

    seconds(100)
    assert seconds(1500) < 15 * 8 * seconds(100) + 0.2
