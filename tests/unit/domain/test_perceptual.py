"""Pictures and videos with known truth."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from apollonia.domain.matching.likeness import Nature
from apollonia.domain.matching.perceptual import (
    RADIUS,
    Frame,
    compare_pictures,
    compare_videos,
    is_telling,
    probes_of,
    slots_of,
)
from apollonia.testing.fingerprints import a_phash, turned


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1), st.sets(st.integers(0, 63), max_size=RADIUS))
def test_bands_miss_nothing_within_the_radius(phash, bits):
    other = phash
    for bit in bits:
        other ^= 1 << bit
    assert set(probes_of(phash)) & set(slots_of(other))


def test_pictures_are_alike_up_to_the_radius():
    random = Random(1)
    phash = a_phash(random)
    near, far = turned(random, phash, RADIUS), turned(random, phash, RADIUS + 1)
    found = compare_pictures(phash, near)
    assert found is not None
    assert (found.nature, found.evidence) == (Nature.SAME, {"distance": RADIUS})
    assert 0.79 < found.score < 0.81
    assert compare_pictures(phash, far) is None


def test_single_colours_say_nothing():
    assert not is_telling(0)
    assert not is_telling(2**64 - 1)
    black = tuple(Frame(at * 1_000, 0) for at in range(9))
    assert compare_videos(black, black) is None


def a_video(random, frames=12, step=5_000):
    return tuple(Frame(at * step, a_phash(random)) for at in range(frames))


def test_a_video_encoded_again_with_another_start_is_the_same():
    random = Random(2)
    one = a_video(random)
    other = tuple(Frame(it.at_ms + 2_000, turned(random, it.phash, 3)) for it in one)
    found = compare_videos(one, other)
    assert found is not None
    assert found.nature is Nature.SAME
    assert found.evidence == {"frames": 12, "of": 12, "distance": 3, "offset_ms": 2_000}


def test_a_trailer_is_an_excerpt_and_other_videos_are_not_joined():
    random = Random(3)
    one, other = a_video(random, 30), a_video(random, 30)
    trailer = tuple(Frame(it.at_ms - 50_000, it.phash) for it in one[10:16])
    found = compare_videos(one, trailer)
    assert found is not None
    assert (found.nature, found.evidence["offset_ms"]) == (Nature.EXCERPT, -50_000)
    assert compare_videos(one, other) is None


def test_one_shared_logo_does_not_join_videos():
    random = Random(4)
    logo = Frame(0, a_phash(random))
    assert compare_videos((logo, *a_video(random)[1:]), (logo, *a_video(random)[1:])) is None
