import pytest

from apollonia.domain.evaluation import Truth, Verdict, judged, scores, truths_of

RIGHT, NEAR, WRONG, MISSING = Verdict


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (120.0, RIGHT),
        (124.0, RIGHT),
        (60.0, NEAR),
        (241, NEAR),
        (40.0, NEAR),
        (100.0, WRONG),
        (None, MISSING),
    ],
)
def test_tempo_is_right_within_four_hundredths_and_near_at_an_octave(told, verdict):
    facts = {} if told is None else {"tempo_bpm": told}
    assert judged(Truth("a", "tempo_bpm", 120.0), facts) is verdict


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ("A minor", RIGHT),
        ("C major", NEAR),  # relative
        ("A major", NEAR),  # parallel
        ("E minor", NEAR),  # a fifth
        ("D minor", NEAR),
        ("B minor", WRONG),
        ("F# major", WRONG),
        (None, MISSING),
    ],
)
def test_key_is_near_at_its_neighbours(told, verdict):
    facts = {} if told is None else {"key_name": told}
    assert judged(Truth("a", "key", "Am"), facts) is verdict


def test_the_parallel_key_is_near_from_both_sides():
    assert judged(Truth("a", "key", "C major"), {"key_name": "C minor"}) is NEAR
    assert judged(Truth("a", "key", "C minor"), {"key_name": "C major"}) is NEAR


def test_genre_is_right_when_one_of_them_was_told():
    facts = {"genres": ["Jazz", "Soul"]}
    assert judged(Truth("a", "genre", ["jazz", "Latin"]), facts) is RIGHT
    assert judged(Truth("a", "genre", "Rock"), facts) is WRONG
    assert judged(Truth("a", "genre", "Rock"), {}) is MISSING


def test_scores_count_by_field():
    truth = Truth("a", "key", "C major")
    [score] = scores([(truth, RIGHT), (truth, NEAR), (truth, MISSING), (truth, WRONG)])
    assert (score.field, score.truths, score.right, score.near, score.missing) == (
        "key",
        4,
        1,
        1,
        1,
    )
    assert score.accuracy == 0.25


def test_a_row_tells_what_is_not_empty_and_refuses_nonsense():
    found = truths_of("a.mp3", {"file": "a.mp3", "tempo_bpm": " 120 ", "key": "", "genre": None})
    assert found == [Truth("a.mp3", "tempo_bpm", 120.0)]
    for row in ({"key": "H dorian"}, {"tempo_bpm": "fast"}, {"tempo_bpm": "-1"}):
        with pytest.raises(ValueError, match=r"."):
            truths_of("a.mp3", row)
