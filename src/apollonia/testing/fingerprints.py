"""Fingerprints with known truth: recordings, the same ones with noise, excerpts of them."""

from collections.abc import Sequence
from random import Random

_TURNS = 0.12  # of neighbouring items about so many bits differ, as in real ones


def a_recording(random: Random, items: int = 1_400) -> tuple[int, ...]:
    """The Chromaprint of a recording that is like no other; 1,400 items are about three minutes."""
    item = random.getrandbits(32)
    found = []
    for _ in range(items):
        item ^= flips(random, _TURNS, 32)
        found.append(item)
    return tuple(found)


def encoded_again(random: Random, items: Sequence[int], error_rate: float) -> tuple[int, ...]:
    """The same recording with some wrong bits."""
    return tuple(item ^ flips(random, error_rate, 32) for item in items)


def flips(random: Random, rate: float, bits: int) -> int:
    """A number with about so many of its bits set."""
    return sum(1 << bit for bit in range(bits) if random.random() < rate)


def turned(random: Random, phash: int, bits: int) -> int:
    """A perceptual hash with exactly so many other bits."""
    for bit in random.sample(range(64), bits):
        phash ^= 1 << bit
    return phash


def a_phash(random: Random) -> int:
    """The hash of a picture: about half of its bits are set."""
    return random.getrandbits(64)
