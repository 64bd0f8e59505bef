"""An image as those see it who analyse it: upright, as an array, with what the camera said."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from apollonia.domain.kinds import Kind
from apollonia.media.faults import MediaFault
from apollonia.media.imaging.camera import camera_of
from apollonia.media.probing.opening import open_av
from apollonia.media.probing.probe_image import PILLOW_NAMES, open_picture
from apollonia.media.probing.streams import rotation_of
from apollonia.media.sniffing.content import Content
from apollonia.media.sniffing.sniff import sniff

if TYPE_CHECKING:
    from PIL.Image import Image

PIXEL_LIMIT = 100_000_000
_LONGEST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """``image``: (height, width, 3) uint8, upright, its longer side at most 4,096 pixels.

    ``width`` and ``height`` as shown at full size; ``frames`` of an animation. What is clear is
    white. ``camera``: ``make``, ``model``, ``taken``, ``exposure_s``, ``gps`` … where it says so.
    """

    image: NDArray[np.uint8]
    width: int
    height: int
    format: str
    bytes: int
    frames: int = 1
    clear: bool = False
    damaged: bool = False
    camera: Mapping[str, Any] = field(default_factory=dict)


def decode_picture(content: Content, *, pixel_limit: int = PIXEL_LIMIT) -> Picture:
    """The picture of an image file; of an animation the first.

    Raises:
        MediaFault: it is none, cannot be decoded, or has too many pixels.
    """
    guess = sniff(content.read_at, content.name)
    known = guess.format
    if not guess.sure or known is None or guess.kind is not Kind.IMAGE:
        raise MediaFault("unsupported", "Its content is no image that is known here.")
    if known.name not in PILLOW_NAMES:
        return _from_container(content, known.name, known.demuxer, pixel_limit)
    with open_picture(content, known) as opened:
        pixels = opened.width * opened.height
        if pixels > pixel_limit:
            raise MediaFault("too_many_pixels", f"It has more than {pixel_limit:,} pixels.")
        camera = camera_of(opened)
        frames = int(getattr(opened, "n_frames", 1)) if known.name in {"gif", "webp"} else 1
        size = (opened.width, opened.height)
        image, damaged = _loaded(opened)
        turned = (image.width > image.height) != (size[0] > size[1]) and size[0] != size[1]
        width, height = (size[1], size[0]) if turned else size
        clear = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
        return Picture(
            image=_array(image, clear=clear),
            width=width,
            height=height,
            format=known.name,
            bytes=content.size,
            frames=frames,
            clear=clear,
            damaged=damaged,
            camera=camera,
        )


def _loaded(image: "Image") -> tuple["Image", bool]:
    """Upright, and whether the end of it is missing."""
    from PIL import ImageFile, ImageOps  # noqa: PLC0415 - in workers only

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    damaged = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image.draft("RGB", (_LONGEST, _LONGEST))
        try:
            image.load()
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - half a picture is better than none
            ImageFile.LOAD_TRUNCATED_IMAGES = True
            damaged = True
            try:
                image.load()
            except MemoryError:
                raise
            except Exception as error:
                raise MediaFault("corrupt", "The picture is damaged.") from error
        try:
            upright: Image = ImageOps.exif_transpose(image)
        except Exception:  # noqa: BLE001 - an EXIF block that nobody can read turns nothing
            upright = image
    return upright, damaged


def _array(image: "Image", *, clear: bool) -> NDArray[np.uint8]:
    from PIL import Image as Pillow  # noqa: PLC0415 - in workers only

    if max(image.size) > _LONGEST:
        image = image.copy() if image.mode != "P" else image.convert("RGBA" if clear else "RGB")
        image.thumbnail((_LONGEST, _LONGEST))
    if image.mode in {"I", "I;16", "I;16B", "F"}:
        deep = np.asarray(image, np.float32)
        top = float(deep.max()) or 1.0
        gray = np.asarray(deep * (255 / max(top, 1.0)), np.uint8)
        return np.repeat(gray[..., np.newaxis], 3, axis=2)
    if clear:
        over = Pillow.new("RGBA", image.size, "white")
        over.alpha_composite(image.convert("RGBA"))
        image = over
    return np.asarray(image.convert("RGB"), np.uint8)


def _from_container(content: Content, name: str, demuxer: str | None, pixel_limit: int) -> Picture:
    """HEIC and what else only FFmpeg reads."""
    from apollonia.media.imaging.artwork import film_of, first_frame  # noqa: PLC0415 - with PyAV

    with open_av(content, demuxer) as container:
        film = film_of(container)
        frame = None if film is None else first_frame(container, film, pixel_limit)
        if film is None or frame is None:
            raise MediaFault("corrupt", "Its picture cannot be decoded.")
        turned = round((rotation_of(film) or 0) / 90)
        drawn = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
        image = np.ascontiguousarray(np.rot90(drawn, -turned))
    height, width = image.shape[:2]
    step = -(-max(height, width) // _LONGEST)
    return Picture(
        image=image[::step, ::step], width=width, height=height, format=name, bytes=content.size
    )
