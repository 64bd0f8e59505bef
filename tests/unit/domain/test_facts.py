"""Facts of analysers: what of them is believed, and whose word counts."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.domain.effective import effective
from apollonia.domain.facts import NUMBERS, Told, facts_in, merged


def test_known_facts_are_believed_within_their_bounds():
    told = {
        "tempo_bpm": 128,
        "key_name": "A minor",
        "energy": 1.5,
        "valence": float("nan"),
        "quality": True,
        "scenes": 12,
        "genres": ["House", " House ", "", 5, "Deep\0 House"],
        "moods": "happy",
        "voice": "vocal",
        "sound": "noise",
        "unheard": 1,
    }

    assert facts_in({"facts": told}) == {
        "tempo_bpm": 128.0,
        "key_name": "A minor",
        "key_camelot": "8A",
        "scenes": 12,
        "genres": ["House", "Deep House"],
        "moods": ["happy"],
        "voice": "vocal",
    }


def test_data_without_facts_says_nothing():
    assert facts_in(None) == facts_in({}) == facts_in({"facts": [1]}) == {}


def told(analyser: str, time: str = "1", version: str = "1", **facts: Any) -> Told:
    return Told(analyser, version, time, facts)


def test_newest_number_counts_and_lists_are_put_together():
    found = merged(
        [
            told("music", "2", tempo_bpm=120.0, genres=["House"]),
            told("beats", "3", tempo_bpm=60.0, genres=["Techno", "House"]),
        ]
    )

    assert found == {"genres": ["Techno", "House"], "tempo_bpm": 60.0}


def test_highest_version_of_an_analyser_speaks_for_it():
    found = merged([told("a", "9", "9", energy=0.1, quality=0.5), told("a", "1", "10", energy=0.9)])

    assert found == {"energy": 0.9}


values = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(max_size=9), st.lists(st.text(max_size=5))
)
names = st.sampled_from([*NUMBERS, "genres", "objects", "voice", "key_name", "key_camelot", "x"])


@settings(deadline=None)
@given(st.dictionaries(names, values))
def test_whatever_is_told_becomes_numbers_and_words_that_can_be_kept(raw):
    facts = facts_in({"facts": raw})
    assert facts_in({"facts": facts}) == facts
    known = effective(None, facts)
    assert known.energy is None or 0 <= known.energy <= 1


@settings(deadline=None)
@given(st.data())
def test_merging_does_not_depend_on_the_order(data):
    one = st.builds(
        told,
        st.sampled_from("abc"),
        st.sampled_from("123"),
        st.sampled_from(["1", "2", "10"]),
        energy=st.floats(0, 1),
        moods=st.lists(st.sampled_from("xyz"), unique=True),
    )
    results = data.draw(st.lists(one, unique_by=lambda it: (it.analyser, it.version)))
    again = data.draw(st.permutations(results))
    assert merged(results) == merged(again)


def test_analysis_counts_before_tags_and_genres_stay_apart():
    media = {"tags": {"bpm": 100.0, "genre": "Rock; Pop"}}

    assert effective(media, None).tempo_bpm == 100.0
    known = effective(media, {"tempo_bpm": 120.0, "genres": ["House"], "voice": "vocal"})
    assert known.tempo_bpm == 120.0
    assert known.terms == (
        ("genre", "Rock"),
        ("genre", "Pop"),
        ("genre_found", "House"),
        ("voice", "vocal"),
    )


def test_tags_that_are_no_numbers_or_texts_say_nothing():
    for tags in ({"bpm": "fast", "genre": 5}, {"bpm": 0}, {"bpm": 10**9}):
        known = effective({"tags": tags}, None)
        assert (known.tempo_bpm, known.terms) == (None, ())
