"""Arrays as WebP."""

import io
from collections.abc import Sequence

from apollonia.media.film.film import Rgb


def webp(image: Rgb, quality: int = 80) -> bytes:
    """One picture (height, width, 3) uint8."""
    from PIL import Image  # noqa: PLC0415 - in workers only

    out = io.BytesIO()
    Image.fromarray(image).save(out, "WEBP", quality=quality, method=2)
    return out.getvalue()


def animated_webp(images: Sequence[Rgb], rate: int) -> bytes:
    """Pictures one after the other, ``rate`` a second, again and again."""
    from PIL import Image  # noqa: PLC0415 - in workers only

    first, *rest = (Image.fromarray(image) for image in images)
    out = io.BytesIO()
    first.save(
        out,
        "WEBP",
        save_all=True,
        append_images=rest,
        duration=1000 // rate,
        loop=0,
        quality=60,
        method=1,
    )
    return out.getvalue()
