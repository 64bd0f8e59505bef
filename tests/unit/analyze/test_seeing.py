"""Hashes, colours, bars and quality of pictures that are made on the spot."""

import numpy as np
import pytest

from apollonia.analyze.seeing.bars import black_bars
from apollonia.analyze.seeing.blurhash import blurhash
from apollonia.analyze.seeing.brisque import brisque_features
from apollonia.analyze.seeing.colours import dominant_colours
from apollonia.analyze.seeing.frame_quality import look_at
from apollonia.analyze.seeing.phash import perceptual_hash
from apollonia.analyze.seeing.resize import luma_of, shrunk
from apollonia.analyze.seeing.score import frame_parts, judged, resolution_part, video_bits_part
from apollonia.analyze.seeing.stretches import black_stretches, frozen_stretches
from apollonia.testing.clips import backdrop


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return backdrop(np.random.default_rng(5), (640, 480))


def luma(picture) -> np.ndarray:
    return np.round(luma_of(picture)).astype(np.uint8)


def bits(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.mark.parametrize("seed", range(8))
def test_a_hash_survives_size_light_and_noise_and_tells_others(seed):
    rng = np.random.default_rng(seed)
    image = backdrop(rng, (640, 360))
    known = perceptual_hash(image)
    assert len(known) == 16
    small = shrunk(image, 90, 160).astype(np.uint8)
    noisy = (image + rng.normal(0, 6, image.shape)).clip(0, 255).astype(np.uint8)
    darker = (image * 0.8).astype(np.uint8)
    assert max(bits(known, perceptual_hash(it)) for it in (small, noisy, darker)) <= 6
    assert bits(known, perceptual_hash(backdrop(rng, (640, 360)))) > 6


def test_a_picture_of_one_colour_has_no_hash():
    assert perceptual_hash(np.full((40, 60, 3), 77, np.uint8)) == "0" * 16


def test_blurhash_of_one_colour_is_known():
    red = np.zeros((20, 30, 3), np.uint8)
    red[..., 0] = 255
    told = blurhash(red)
    assert told.startswith("L0TI:jfQ")  # 4 by 3, no contrast, #ff0000
    assert len(told) == 4 + 2 * 12


def test_blurhash_knows_which_side_is_light():
    image = np.zeros((32, 32, 3), np.uint8)
    image[:, :16] = 255
    assert blurhash(image) != blurhash(image[:, ::-1])


def test_colours_are_told_by_their_share():
    image = np.zeros((60, 60, 3), np.uint8)
    image[:, :36] = (200, 30, 30)
    image[:, 36:] = (20, 40, 180)
    found = dominant_colours(image)
    assert [it.hex for it in found][:2] == ["#c81e1e", "#1428b4"]
    assert found[0].share == pytest.approx(0.6, abs=0.03)


def test_bars_are_told_by_side(picture):
    wide = picture.copy()
    wide[:60] = wide[-60:] = 3
    bars = black_bars([wide] * 3)
    assert bars is not None
    assert (bars.top, bars.bottom) == pytest.approx((0.125, 0.125), abs=0.01)
    assert (bars.left, bars.right) == (0, 0)
    assert black_bars([np.zeros_like(picture)] * 3) is None


def blurred(image, radius: int):
    width = 2 * radius + 1
    out = image.astype(np.float32)
    for axis in (0, 1):
        out = sum(np.roll(out, n, axis=axis) for n in range(-radius, radius + 1)) / width
    return out.astype(np.uint8)


def blocky(image):
    flat = shrunk(image, image.shape[0] // 8, image.shape[1] // 8)
    big = flat.repeat(8, axis=0).repeat(8, axis=1)
    return (0.5 * image + 0.5 * big).astype(np.uint8)


def parts_of(image) -> dict[str, float]:
    return frame_parts([look_at(image)], None)[0]


def test_blur_noise_and_blocks_each_move_their_own_part(picture):
    rng = np.random.default_rng(1)
    sharp = luma(picture)
    detail = (sharp + blurred(rng.normal(0, 40, sharp.shape) + 128, 1) - 128.0).clip(0, 255)
    sharp = detail.astype(np.uint8)
    noisy = (sharp + rng.normal(0, 14, sharp.shape)).clip(0, 255).astype(np.uint8)
    plain = parts_of(sharp)
    for name, changed in {
        "blur": blurred(sharp, 4),
        "noise": noisy,
        "blocks": blocky(sharp),
    }.items():
        parts = parts_of(changed)
        moved = {part: plain[part] - parts[part] for part in ("blur", "noise", "blocks")}
        assert max(moved, key=moved.__getitem__) == name, (name, moved)
        assert moved[name] > 0.05


def test_combing_and_bad_exposure_are_seen(picture):
    image = luma(picture)
    torn = image.copy()
    torn[1::2] = np.roll(image, 12, axis=1)[1::2]
    assert parts_of(torn)["interlacing"] < parts_of(image)["interlacing"] - 0.2
    assert parts_of((image * 0.1).astype(np.uint8))["exposure"] < 0.6


def test_more_pixels_and_bits_are_better():
    sizes = [(256, 144), (640, 360), (1280, 720), (1920, 1080), (3840, 2160)]
    told = [resolution_part(*size) for size in sizes]
    assert told == sorted(told)
    assert told[0] < 0.3
    rates = [video_bits_part(bits, "h264") for bits in (0.005, 0.02, 0.05, 0.1, 0.2)]
    assert rates == sorted(set(rates))
    assert video_bits_part(0.05, "hevc") > video_bits_part(0.05, "h264")


def test_one_very_bad_part_is_not_hidden():
    good = dict.fromkeys(("resolution", "bits", "blur", "noise", "blocks"), 1.0)
    assert judged(good, {}).score == 1.0
    assert judged(good | {"blur": 0.05}, {}).score < 0.7


def test_brisque_features_are_of_natural_size(picture):
    features = brisque_features(luma(picture))
    assert features is not None
    assert features.shape == (36,)
    assert np.isfinite(features).all()
    assert brisque_features(np.zeros((20, 20), np.uint8)) is None


def test_black_and_frozen_stretches():
    rng = np.random.default_rng(2)
    frames = rng.integers(0, 255, (250, 864)).astype(np.uint8)
    frames[50:100] = 16
    frames[50:100, 576:] = 128
    frames[125:225] = frames[125]
    times = np.arange(250) / 25
    assert black_stretches(frames, times, 10.0) == [(2.0, 4.0)]
    assert frozen_stretches(frames, times, 10.0) == [(5.04, 9.0)]
