"""Which copy is kept, and why."""

import pytest

from apollonia.domain.keeper import choose, distinct_copies, saved_bytes
from apollonia.testing.builders import a_media, a_place, a_time


def a_copy(path=None, **media):
    changes = {
        name: media.pop(name) for name in ("size", "added_time", "inode", "links") if name in media
    }
    return a_place(path=path, media=a_media(**media).model_dump(mode="json"), **changes)


def test_lossless_before_bit_rate():
    flac = a_copy(codecs=["flac"], bit_rate=700_000)
    mp3 = a_copy(codecs=["mp3"], bit_rate=320_000)
    choice = choose([mp3, flac])
    assert (choice.keep, choice.reasons) == (flac.id, ["it is lossless"])


def test_the_whole_before_the_better_encoded_excerpt():
    whole = a_copy(codecs=["mp3"], duration_ms=180_000)
    excerpt = a_copy(codecs=["flac"], duration_ms=30_000)
    assert choose([excerpt, whole]).reasons == ["it is longer"]


def test_preferred_folders_and_age_tell_equal_files_apart():
    old, new = a_copy(b"/m/b/x.flac"), a_copy(b"/m/a/x.flac", added_time=a_time(9))
    assert choose([new, old]).keep == old.id
    choice = choose([new, old], folders=[b"/m/a"])
    assert (choice.keep, choice.reasons) == (new.id, ["it is in a preferred folder (/m/a)"])


def test_of_equals_the_first_path_is_kept_whatever_the_order():
    copies = [a_copy(b"/m/2.flac"), a_copy(b"/m/1.flac")]
    for given in (copies, copies[::-1]):
        assert choose(given).keep == copies[1].id


def test_unknown_rules_and_no_copies_are_refused():
    with pytest.raises(ValueError, match="no rule 'prettiest'"):
        choose([a_copy()], ["prettiest"])
    with pytest.raises(ValueError, match="nothing to choose"):
        choose([])


def test_hard_links_are_one_copy_and_save_nothing():
    one, link = a_copy(inode=7, links=2, size=10), a_copy(inode=7, links=2, size=10)
    other, unlinked = a_copy(inode=8, links=1, size=10), a_copy(inode=7, links=1, size=10)
    assert [len(it) for it in distinct_copies([one, link, other, unlinked])] == [2, 1, 1]
    assert saved_bytes([one, link], one.id) == 0
    assert saved_bytes([one, link, other], one.id) == 10
    assert saved_bytes([one, link, other], other.id) == 10
