"""What tags mean: genres, instruments, voice, moods, kinds of sound, and how sure that is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apollonia.adapters.models.manifest import read_manifest
from apollonia.analyze.listening import genres, instruments, moods, sounds
from apollonia.analyze.listening.embedding import embedding_data, embedding_values
from apollonia.analyze.listening.moods import Cues, feeling
from apollonia.analyze.listening.scores import Heard, Meaning, ranked

LABELS = {spec.name: spec.labels for spec in read_manifest()}
NOTHING = Heard({}, {}, {})
SCORES = st.dictionaries(st.sampled_from(LABELS["musicnn-msd"]), st.floats(0, 1))


def everything_that_is_meant():
    tables = (genres.GENRES, instruments.INSTRUMENTS, moods.MOODS)
    single = (
        instruments._VOICE,
        instruments._NO_VOICE,
        moods._GLAD,
        moods._SORRY,
        moods._AWAKE,
        moods._AT_REST,
    )
    return [*single, *(meaning for table in tables for meaning in table.values())]


def test_every_tag_is_one_that_the_models_know():
    for meaning in everything_that_is_meant():
        assert set(meaning.msd) <= set(LABELS["musicnn-msd"])
        assert set(meaning.mtt) <= set(LABELS["musicnn-mtt"])


def test_classical_is_heard_although_one_model_has_no_word_for_it():
    heard = Heard({"jazz": 0.2, "rock": 0.1}, {"classical": 0.45, "strings": 0.2}, {})
    assert genres.genres(genres.genre_scores(heard)) == ["classical"]


def test_jazz_is_heard_although_the_other_has_no_word_for_it():
    heard = Heard(
        {"jazz": 0.33, "electronic": 0.24}, {"electronic": 0.3, "techno": 0.25}, {"Jazz": 0.01}
    )
    assert genres.genres(genres.genre_scores(heard))[0] == "jazz"


def test_nothing_heard_is_no_genre_and_no_voice():
    assert genres.genres(genres.genre_scores(NOTHING)) == []
    assert instruments.instruments(instruments.instrument_scores(NOTHING)) == []
    assert moods.moods(moods.mood_scores(NOTHING)) == []
    assert instruments.voice(instruments.vocal_share(NOTHING)) == "instrumental"


def test_voice_is_what_more_speaks_for():
    sung = Heard({"female vocalists": 0.3}, {"female": 0.3, "no vocals": 0.03}, {})
    played = Heard({"instrumental": 0.2}, {"no vocals": 0.1, "vocal": 0.02}, {})
    assert instruments.voice(instruments.vocal_share(sung)) == "vocal"
    assert instruments.voice(instruments.vocal_share(played)) == "instrumental"


@given(SCORES, SCORES)
def test_scores_stay_between_zero_and_one(msd, yamnet):
    heard = Heard(msd, msd, yamnet)
    for scores in (
        genres.genre_scores(heard),
        instruments.instrument_scores(heard),
        moods.mood_scores(heard),
    ):
        assert all(0 <= score <= 1 for score in scores.values())
    felt = feeling(heard, Cues(tempo_bpm=500, is_major=True, key_strength=9, loudness_lufs=0))
    assert 0 <= felt.valence <= 1
    assert 0 <= felt.arousal <= 1


def test_more_cues_of_one_kind_move_the_estimate_their_way():
    fast = feeling(NOTHING, Cues(tempo_bpm=160, loudness_lufs=-8, is_major=True, key_strength=1))
    slow = feeling(NOTHING, Cues(tempo_bpm=60, loudness_lufs=-25, is_major=False, key_strength=1))
    neither = feeling(NOTHING, Cues())
    assert (neither.arousal, neither.valence) == (0.5, 0.5)
    assert max(slow.arousal, slow.valence) < 0.3
    assert min(fast.arousal, fast.valence) > 0.7
    assert (neither.evidence, fast.evidence) == (0.25, 1.0)


def test_ranked_keeps_what_stands_out_in_a_fixed_order():
    scores = {"b": 0.4, "a": 0.4, "c": 0.3, "d": 0.1}
    assert ranked(scores, least=0.05, share=0.5, most=9) == [("a", 0.4), ("b", 0.4), ("c", 0.3)]
    assert ranked(scores, least=0.5, share=0.0, most=9) == []
    assert ranked({}, least=0.0, share=0.0, most=9) == []


def test_meaning_without_words_is_zero():
    assert Meaning().score(Heard({"a": 1.0}, {"b": 1.0}, {"c": 1.0}), 1.0) == 0


NAMES = ["Speech", "Bird", "Music", "Guitar", "Scary music", "Silence", "Wind"]


def frames(*rows):
    return np.array(rows, np.float32)


@pytest.mark.parametrize(
    ("scores", "kind"),
    [
        (frames([0.9, 0, 0.1, 0, 0, 0, 0]), "speech"),
        (frames([0.1, 0, 0.4, 0.9, 0, 0, 0]), "music"),
        (frames([0, 0.9, 0, 0, 0, 0.1, 0.3]), "other"),
        (frames([0, 0, 0, 0, 0, 0.99, 0]), "other"),
        (frames([0.9] + [0] * 6, [0, 0, 0.9, 0, 0, 0, 0], [0, 0, 0.8, 0, 0, 0, 0]), "music"),
    ],
)
def test_kind_of_sound_is_that_of_most_frames(scores, kind):
    shares = sounds.kind_shares(scores, NAMES)
    assert sounds.sound_kind(shares) == kind
    assert sum(shares.values()) == pytest.approx(1)


def test_embeddings_travel_unchanged():
    values = np.linspace(-1, 1, 200, dtype=np.float32)
    data = embedding_data("musicnn-msd@1", values)
    assert (data["model"], data["dimensions"]) == ("musicnn-msd@1", 200)
    assert np.array_equal(embedding_values(data), values)
    with pytest.raises(ValueError, match="200 values and not 3"):
        embedding_values({**data, "dimensions": 3})
