"""Slips of the finger."""

from hypothesis import given
from hypothesis import strategies as st

from apollonia.domain.spelling import can_be_wrong, distance, forms_asked, forms_kept

WORDS = st.text("abcdefgh", min_size=4, max_size=9)


def test_distance_counts_letters():
    assert distance("bjork", "bjork") == 0
    assert distance("bjrok", "bjork") == 1
    assert distance("bork", "bjork") == 1
    assert distance("bjorck", "bjork") == 1
    assert distance("bjerk", "bjork") == 1
    assert distance("", "abc") == 3


def test_only_plain_words_of_some_length_are_corrected():
    assert can_be_wrong("bjork")
    assert not any(map(can_be_wrong, ("abc", "a1997b", "a" * 25, "")))


@given(WORDS, st.data())
def test_any_one_slip_is_found(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcdexyz"))
    slipped = data.draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
            ]
        )
    )

    assert distance(slipped, word) <= 1
    assert forms_asked(slipped) & forms_kept(word)


@given(WORDS, WORDS)
def test_distance_is_the_same_both_ways_and_bounded(one, other):
    far = distance(one, other)
    assert far == distance(other, one)
    assert abs(len(one) - len(other)) <= far <= max(len(one), len(other))
