"""Pictures: dimensions, orientation and what the camera said, by Pillow; HEIC by its boxes."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from apollonia.media.faults import MediaFault
from apollonia.media.probing.heif import heif_facts
from apollonia.media.probing.image_end import looks_complete
from apollonia.media.probing.tags import normalise
from apollonia.media.sniffing.content import Content
from apollonia.media.sniffing.formats import Format

if TYPE_CHECKING:
    from PIL.Image import Image

PILLOW_NAMES = {
    "jpeg": ("JPEG",),
    "png": ("PNG",),
    "bmp": ("BMP",),
    "webp": ("WEBP",),
    "gif": ("GIF",),
    "avif": ("AVIF",),
    "tiff": ("TIFF",),
}
_ROTATION = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
_ORIENTATION, _EXIF_BLOCK = 0x0112, 0x8769
_EXIF_NAMES = {
    0x010E: "comment",
    0x010F: "make",
    0x0110: "model",
    0x0131: "software",
    0x013B: "artist",
    0x8298: "copyright",
    0x9003: "date",
    0xA434: "lens",
}


def probe_image(
    content: Content, known: Format, pixel_limit: int
) -> tuple[dict[str, Any], MediaFault | None]:
    """Fields of ``messages.Media`` as JSON, and what is wrong with the picture, if something is."""
    if known.name == "heic":
        return heif_facts(content)
    try:
        with open_picture(content, known) as image:
            facts = _describe(image, known)
            return facts, _check(image, content, known, pixel_limit)
    except MediaFault as fault:
        return {}, fault
    except MemoryError:
        return {}, MediaFault("memory", "It needs more memory than a media worker may have.")


@contextmanager
def open_picture(content: Content, known: Format) -> Iterator["Image"]:
    """The picture with its header read and nothing decoded; Pillow reads only this format.

    Raises:
        MediaFault: the header cannot be read.
    """
    from PIL import Image  # noqa: PLC0415 - in workers only

    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, and checked before anything is decoded
    os.lseek(content.fd, 0, os.SEEK_SET)
    with os.fdopen(os.dup(content.fd), "rb") as stream:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                image = Image.open(stream, formats=PILLOW_NAMES[known.name])
        except (OSError, SyntaxError, ValueError, OverflowError) as error:
            words = "Its header is damaged, or the file ends in it."
            raise MediaFault("corrupt", words) from error
        with image:
            yield image


def _describe(image: "Image", known: Format) -> dict[str, Any]:
    return {
        "container": known.name,
        "codecs": [known.name],
        "width": image.width,
        "height": image.height,
        **_camera(image),
    }


def _camera(image: "Image") -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exif = image.getexif()
            values = {**exif, **exif.get_ifd(_EXIF_BLOCK)} if exif else {}
    except Exception:  # noqa: BLE001 - a damaged EXIF block is no reason to lose the picture
        return {}
    pairs = ((name, values[tag]) for tag, name in _EXIF_NAMES.items() if tag in values)
    tags = normalise((name, _dated(name, str(value))) for name, value in pairs)
    # Pillow turns a TIFF itself, and its size with it
    orientation = values.get(_ORIENTATION) if image.format != "TIFF" else None
    rotation = _ROTATION.get(orientation) if isinstance(orientation, int) else None
    return {"tags": tags, "rotation": rotation}


def _dated(name: str, text: str) -> str:
    """EXIF writes ``2023:05:09 11:48:30``."""
    return text.replace(":", "-", 2) if name == "date" else text


def _check(image: "Image", content: Content, known: Format, pixel_limit: int) -> MediaFault | None:
    pixels = image.width * image.height
    if pixels > pixel_limit:
        return MediaFault(
            "too_many_pixels",
            f"It has {pixels:,} pixels; pictures of more than {pixel_limit:,} are not decoded.",
        )
    if looks_complete(content, known.name):
        return None
    return _decode(image)


def _decode(image: "Image") -> MediaFault | None:
    """The end is missing or odd: only decoding tells whether the picture is all there."""
    from PIL import ImageFile  # noqa: PLC0415 - in workers only

    ImageFile.LOAD_TRUNCATED_IMAGES = False  # artwork is made of what there is; here it counts
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.draft("RGB", (64, 64))
            image.load()
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a decoder finds wrong
        words = str(error).lower()
        if "truncated" in words or "incomplete" in words or "end of" in words:
            return MediaFault("truncated", "The picture ends early; copy it again from its source.")
        return MediaFault("corrupt", "The picture is damaged.")
    return None
