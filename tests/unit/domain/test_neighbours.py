import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollonia.domain.neighbours import MAX_NEIGHBOURS, FolderNeighbours, Neighbour, Role

ALBUM = [
    b"01 one.flac", b"01 one.lrc", b"02 two.flac", b"cover.jpg", b"album.nfo", b"disc.cue",
    b"mix.m3u", b"holiday.jpg", b"notes.txt",
]  # fmt: skip
FILMS = [
    b"Film.mkv", b"Film.en.forced.srt", b"Film.de.srt", b"Film-poster.jpg", b"Film.nfo",
    b"Film.mp4", b"Other.mkv", b"Other.2019.srt",
]  # fmt: skip


def neighbours(listing, name):
    return {n.name: n for n in FolderNeighbours.of(listing).neighbours(name)[0]}


def test_a_track_has_its_lyrics_and_what_belongs_to_the_folder():
    found = neighbours(ALBUM, b"01 one.flac")
    assert {name: n.role for name, n in found.items()} == {
        b"01 one.lrc": Role.LYRICS,
        b"cover.jpg": Role.ARTWORK,
        b"album.nfo": Role.METADATA,
        b"disc.cue": Role.CUE,
        b"mix.m3u": Role.PLAYLIST,
    }


def test_a_film_has_its_subtitles_with_language_and_force():
    found = neighbours(FILMS, b"Film.mkv")
    assert found[b"Film.en.forced.srt"] == Neighbour(
        b"Film.en.forced.srt", Role.SUBTITLE, "en", forced=True
    )
    assert found[b"Film.de.srt"].language == "de"
    assert found[b"Film-poster.jpg"].role is Role.ARTWORK
    assert found[b"Film.mp4"].role is Role.SIBLING
    assert b"Other.mkv" not in found


def test_a_part_of_a_subtitle_name_that_is_no_language_stays_in_the_stem():
    assert b"Other.2019.srt" not in neighbours(FILMS, b"Other.mkv")


def test_a_subtitle_names_its_film():
    assert neighbours(FILMS, b"Film.de.srt")[b"Film.mkv"].role is Role.SIBLING


def test_folder_artwork_names_the_media_beside_it():
    assert set(neighbours(ALBUM, b"cover.jpg")) == {b"01 one.flac", b"02 two.flac"}


def test_stems_are_compared_without_case():
    assert b"SONG.LRC" in neighbours([b"song.flac", b"SONG.LRC"], b"song.flac")


def test_names_that_are_not_utf8_keep_their_bytes():
    listing = [b"caf\xe9.flac", b"caf\xe9.lrc"]
    assert set(neighbours(listing, b"caf\xe9.flac")) == {b"caf\xe9.lrc"}


def test_neighbours_are_cut_at_their_limit():
    listing = [b"song.flac", *(b"list%d.m3u" % n for n in range(MAX_NEIGHBOURS + 1))]
    found, truncated = FolderNeighbours.of(listing).neighbours(b"song.flac")
    assert (len(found), truncated) == (MAX_NEIGHBOURS, True)


@pytest.mark.parametrize("name", [b"new.flac", b".srt", b"."])
def test_a_name_that_is_not_in_the_listing_is_answered_too(name):
    found, truncated = FolderNeighbours.of(ALBUM).neighbours(name)
    assert not truncated
    assert name not in {n.name for n in found}


@given(st.lists(st.binary(min_size=1, max_size=30), unique=True, max_size=30))
def test_no_file_is_its_own_neighbour_and_none_comes_twice(names):
    folder = FolderNeighbours.of(names)
    for name in names:
        found = [n.name for n in folder.neighbours(name)[0]]
        assert name not in found
        assert len(found) == len(set(found))
        assert set(found) <= set(names)
