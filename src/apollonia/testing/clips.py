"""Films with a known truth: scenes of moving patterns, joined by cuts, dissolves and fades.

    clip = make_clip(seed=1)
    write_frames(path, clip.frames())
    clip.joins        # Join("cut", 61, 61), Join("dissolve", 130, 152), …

The same seed gives the same frames. Scenes pan, zoom, shake and flicker, things cross them, a flash
may light them up: all that a finder of scenes must not take for a new one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

type Rgb = NDArray[np.uint8]
type JoinKind = Literal["cut", "dissolve", "fade"]

_TAKES: dict[JoinKind, tuple[int, int]] = {"cut": (0, 0), "dissolve": (8, 41), "fade": (15, 51)}
_MARGIN = 2.0  # how much larger than the frame a backdrop is


@dataclass(frozen=True, slots=True)
class Join:
    """Where two scenes meet: the first frame that is not the old one alone, the first of the new.

    Of a cut both are the same; ``start`` and ``end`` of a fade reach over the black between.
    """

    kind: JoinKind
    start: int
    end: int


class Scene:
    """A backdrop that is panned and zoomed over, with things that cross it. Frames are RGB."""

    def __init__(
        self, rng: np.random.Generator, size: tuple[int, int], *, calm: bool = False
    ) -> None:
        self._size = width, height = size
        self._back = backdrop(rng, (int(width * _MARGIN), int(height * _MARGIN)))
        speed = 0.0 if calm else rng.choice([0.0, 0.4, 1.5, 4.0]) * width / 320
        angle = rng.uniform(0, 2 * np.pi)
        self._pan = (speed * np.cos(angle), speed * np.sin(angle))
        self._zoom = 1.0 if calm else rng.choice([1.0, 1.0, 1.002, 0.998])
        self._shake = 0.0 if calm else rng.choice([0.0, 0.0, 1.5])
        self._grain = 0.0 if calm else rng.choice([0.0, 2.0, 5.0])
        self._flicker = 0.0 if calm else rng.choice([0.0, 0.0, 0.03])
        self._things = [] if calm else [_Thing(rng, size) for _ in range(rng.integers(0, 4))]
        self._seed = int(rng.integers(1 << 31))

    def frame(self, number: int) -> Rgb:
        """Its frame of this number."""
        rng = np.random.default_rng((self._seed, number))
        width, height = self._size
        scale = self._zoom**number
        jump = rng.normal(0, self._shake, 2) if self._shake else (0.0, 0.0)
        x = (np.arange(width) - width / 2) * scale + width + self._pan[0] * number + jump[0]
        y = (np.arange(height) - height / 2) * scale + height + self._pan[1] * number + jump[1]
        rows = _bounce(y, self._back.shape[0])
        image = self._back[rows][:, _bounce(x, self._back.shape[1])].astype(np.float32)
        for thing in self._things:
            thing.paint(image, number)
        if self._flicker:
            image *= 1 + rng.normal(0, self._flicker)
        if self._grain:
            image += rng.normal(0, self._grain, image.shape[:2])[..., np.newaxis]
        return np.clip(image, 0, 255).astype(np.uint8)


class _Thing:
    """An ellipse of one colour on its way through the picture."""

    def __init__(self, rng: np.random.Generator, size: tuple[int, int]) -> None:
        width, height = size
        self._at = rng.uniform(0, 1, 2) * (width, height)
        self._way = rng.normal(0, 2.0, 2) * width / 320
        self._radii = rng.uniform(0.04, 0.22, 2) * (width, height)
        self._colour = rng.uniform(0, 255, 3)

    def paint(self, image: NDArray[np.float32], number: int) -> None:
        height, width = image.shape[:2]
        x, y = (self._at + self._way * number) % (width * 1.4, height * 1.4)
        ys, xs = np.ogrid[:height, :width]
        rx, ry = self._radii
        image[((xs - x) / rx) ** 2 + ((ys - y) / ry) ** 2 < 1] = self._colour


@dataclass(frozen=True, slots=True)
class Clip:
    """Scenes and how they are joined; ``lengths`` are how many frames each is seen alone."""

    scenes: Sequence[Scene]
    lengths: Sequence[int]
    joins: Sequence[Join]
    flashes: frozenset[int] = frozenset()

    def frames(self) -> Iterator[Rgb]:
        """All of it, in order."""
        number = 0
        offsets = [0] * len(self.scenes)
        for index, (scene, length) in enumerate(zip(self.scenes, self.lengths, strict=True)):
            for _ in range(length):
                image = scene.frame(offsets[index])
                if number in self.flashes:
                    image = np.clip(image.astype(np.int16) + 110, 0, 255).astype(np.uint8)
                yield image
                offsets[index] += 1
                number += 1
            if index < len(self.joins):
                for image in self._joined(index, offsets):
                    yield image
                    number += 1

    def _joined(self, index: int, offsets: list[int]) -> Iterator[Rgb]:
        join = self.joins[index]
        length = join.end - join.start
        for step in range(length):
            share = (step + 1) / (length + 1)
            old = self.scenes[index].frame(offsets[index]).astype(np.float32)
            new = self.scenes[index + 1].frame(offsets[index + 1]).astype(np.float32)
            offsets[index] += 1
            offsets[index + 1] += 1
            if join.kind == "dissolve":
                image = old * (1 - share) + new * share
            else:
                image = old * max(0.0, 1 - 2.5 * share) + new * max(0.0, 2.5 * share - 1.5)
            yield np.clip(image, 0, 255).astype(np.uint8)


def make_clip(
    seed: int,
    *,
    kinds: Sequence[JoinKind] = ("cut", "dissolve", "fade"),
    scenes: int = 8,
    size: tuple[int, int] = (320, 180),
    flashes: int = 2,
) -> Clip:
    """Scenes of 30 to 90 frames; dissolves take 8 to 40 frames, fades 15 to 50."""
    rng = np.random.default_rng(seed)
    lengths = [int(rng.integers(30, 90)) for _ in range(scenes)]
    joins: list[Join] = []
    at = 0
    lit: set[int] = set()
    for index, length in enumerate(lengths):
        if index < flashes and length > 40:
            lit.update(at + 20 + n for n in range(int(rng.integers(1, 3))))
        at += length
        if index < scenes - 1:
            kind = kinds[int(rng.integers(len(kinds)))]
            least, most = _TAKES[kind]
            takes = int(rng.integers(least, most)) if most else 0
            joins.append(Join(kind, at, at + takes))
            at += takes
    return Clip([Scene(rng, size) for _ in range(scenes)], lengths, joins, frozenset(lit))


def backdrop(rng: np.random.Generator, size: tuple[int, int]) -> Rgb:
    """Clouds in two or three colours, with edges of things in them."""
    width, height = size
    fy = np.fft.fftfreq(height)[:, np.newaxis]
    fx = np.fft.rfftfreq(width)[np.newaxis]
    fall = 1 / np.maximum(np.hypot(fx * width, fy * height), 1) ** rng.uniform(0.9, 1.6)
    spectrum = (rng.normal(size=fall.shape) + 1j * rng.normal(size=fall.shape)) * fall
    field = np.fft.irfft2(spectrum, (height, width))
    field = (field - field.min()) / (np.ptp(field) or 1)
    if rng.random() < 0.5:
        field = np.floor(field * rng.integers(3, 9)) / 8
    colours = rng.uniform(10, 245, (3, 3))
    image = np.stack([np.interp(field, [0, 0.5, 1], colours[:, c]) for c in range(3)], axis=-1)
    for _ in range(rng.integers(0, 9)):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        w, h = int(rng.integers(8, width // 4)), int(rng.integers(8, height // 3))
        image[y : y + h, x : x + w] = rng.uniform(0, 255, 3)
    return image.astype(np.uint8)


def _bounce(at: NDArray[np.float64], length: int) -> NDArray[np.intp]:
    """Positions within ``length``; who comes to an end goes back."""
    there = np.mod(at.astype(np.intp), 2 * length)
    return np.where(there < length, there, 2 * length - 1 - there)
