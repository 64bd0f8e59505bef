"""Covers, pictures and the frames of the film: gradients and plain shapes."""

import math
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter


def cover(colours: Sequence[str], seed: str, size: int = 600) -> Image.Image:
    """An abstract square: a gradient, circles and bands in the album's colours."""
    chance = random.Random(seed)  # noqa: S311 - the same cover every time, no secret
    image = gradient((size, size), colours[0], colours[1], chance.uniform(20, 160))
    pen = ImageDraw.Draw(image, "RGBA")
    red, green, blue = ImageColor.getrgb(colours[2])[:3]
    for _ in range(7):
        radius = chance.uniform(0.05, 0.33) * size
        x, y = chance.uniform(0, size), chance.uniform(0, size)
        box = (x - radius, y - radius, x + radius, y + radius)
        pen.ellipse(box, fill=(red, green, blue, chance.randint(30, 110)))
    for _ in range(4):
        y = chance.uniform(0.1, 0.9) * size
        height = chance.uniform(0.004, 0.02) * size
        pen.rectangle((0, y, size, y + height), fill=(red, green, blue, 150))
    return image


def gradient(size: tuple[int, int], start: str, end: str, angle: float) -> Image.Image:
    """From one colour to the other, in the direction of ``angle`` degrees."""
    ramp = Image.linear_gradient("L").rotate(angle, Image.Resampling.BICUBIC, expand=True)
    left = (ramp.width - 180) // 2
    mask = ramp.crop((left, left, left + 180, left + 180)).resize(size)
    return Image.composite(Image.new("RGB", size, end), Image.new("RGB", size, start), mask)


def landscape(seed: str, size: tuple[int, int] = (960, 640)) -> Image.Image:
    """Hills one behind the other under an evening sky."""
    chance = random.Random(seed)  # noqa: S311 - as above
    image = gradient(size, "#ffd6a5", "#6a4c93", 0)
    pen = ImageDraw.Draw(image)
    width, height = size
    for layer, colour in enumerate(("#8d6a9f", "#5b4b8a", "#3d348b", "#241e4e")):
        base = height * (0.5 + 0.13 * layer)
        waves = [(chance.uniform(1, 4), chance.uniform(0, 6), 28 / (n + 1)) for n in range(3)]
        ridge = [
            (x, base - sum(a * math.sin(f * 2 * math.pi * x / width + p) for f, p, a in waves))
            for x in range(0, width + 8, 8)
        ]
        pen.polygon([(0, height), *ridge, (width, height)], fill=colour)
    return image


def film(size: tuple[int, int], seconds: float) -> Callable[[float], Image.Image]:
    """A lantern that rises over the sea while the day turns to night."""
    width, height = size
    day = gradient(size, "#ffb4a2", "#6d6875", 0)
    night = gradient(size, "#3a506b", "#0b132b", 0)
    glow = Image.new("RGB", (120, 120))
    ImageDraw.Draw(glow).ellipse((40, 40, 80, 80), fill="#ffd166")
    glow = ImageChops.add(glow.filter(ImageFilter.GaussianBlur(14)), glow)

    def draw(second: float) -> Image.Image:
        part = min(1.0, second / seconds)
        image = Image.blend(day, night, part)
        pen = ImageDraw.Draw(image)
        for layer in range(5):
            y = height * (0.68 + 0.07 * layer)
            shade = round(90 - 14 * layer)
            crest = [
                (x, y + 5 * math.sin(x / 37 + layer + second * (1.2 + 0.3 * layer)))
                for x in range(0, width + 16, 16)
            ]
            pen.polygon(
                [(0, height), *crest, (width, height)], fill=(shade // 3, shade, shade + 40)
            )
        x = round(width * (0.2 + 0.6 * part)) - 60
        y = round(height * (0.62 - 0.5 * part) + 8 * math.sin(second * 1.7)) - 60
        under = image.crop((x, y, x + 120, y + 120))
        image.paste(ImageChops.add(under, glow), (x, y))
        return image

    return draw
