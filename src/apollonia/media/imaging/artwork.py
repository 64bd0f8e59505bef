"""The picture that stands for a file: its cover, itself, or a frame of the film; always WebP."""

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apollonia.domain.kinds import Kind
from apollonia.media.faults import MediaFault
from apollonia.media.imaging.decoders import VIDEO_DECODERS
from apollonia.media.imaging.pictures import EmbeddedPicture, embedded_pictures, picture_bytes
from apollonia.media.probing.opening import open_av
from apollonia.media.probing.probe_image import PILLOW_NAMES, open_picture
from apollonia.media.probing.streams import is_picture, rotation_of
from apollonia.media.sniffing.content import Content
from apollonia.media.sniffing.formats import FORMATS, Format
from apollonia.media.sniffing.sniff import sniff, sniff_magic

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from PIL.Image import Image

MIN_SIZE, MAX_SIZE = 16, 2048
_QUALITY = 82
_MAX_PACKETS = 600
_MAX_FRAMES = 3
_DARK = 24  # mean luminance below which a frame shows nothing
_TRIES = (0.1, 0.35, 0.0)


@dataclass(frozen=True, slots=True)
class Artwork:
    """An encoded WebP; ``source`` as in ``requests.Picture``."""

    data: bytes
    width: int
    height: int
    source: str


def make_artwork(content: Content, size: int, *, pixel_limit: int) -> Artwork | None:
    """The file's picture, its longer side at most ``size`` pixels; ``None``: it has none.

    Raises:
        MediaFault: it cannot be opened, or its picture has too many pixels.
    """
    guess = sniff(content.read_at, content.name)
    known = guess.format
    if not guess.sure or known is None:
        return None
    size = max(MIN_SIZE, min(size, MAX_SIZE))
    if known.name in PILLOW_NAMES:
        with open_picture(content, known) as image:
            return _encode(_loaded(image, size, pixel_limit), size, "image")
    if guess.kind in {Kind.AUDIO, Kind.VIDEO, Kind.IMAGE}:
        return _from_container(content, known, size, pixel_limit)
    return None


def _from_container(content: Content, known: Format, size: int, pixel_limit: int) -> Artwork | None:
    with open_av(content, known.demuxer) as container:
        for picture in embedded_pictures(container.streams):
            image = _embedded(picture, size, pixel_limit)
            if image is not None:
                return _encode(image, size, "embedded")
        film = film_of(container)
        if film is None:
            return None
        frame = first_frame(container, film, pixel_limit)
        if frame is None:
            return None
        image = _picture_of(frame)
        image = image.rotate(-(rotation_of(film) or 0), expand=True)
        return _encode(image, size, "image" if known.kind is Kind.IMAGE else "frame")


def film_of(container: "InputContainer") -> "VideoStream | None":
    """The largest whole picture: the tiles of a HEIC are streams too, its thumbnail is no tile."""
    from av.stream import Disposition  # noqa: PLC0415 - in workers only

    films = [s for s in container.streams.video if s.codec_context and not is_picture(s)]
    whole = [s for s in films if not s.disposition & Disposition.dependent] or films
    return max(whole, key=lambda s: s.codec_context.width * s.codec_context.height, default=None)


def _embedded(picture: EmbeddedPicture, size: int, pixel_limit: int) -> "Image | None":
    from PIL import Image  # noqa: PLC0415 - in workers only

    data = picture.data
    if data is None and picture.stream is not None:
        data = picture_bytes(picture.stream)
    known = FORMATS.get(sniff_magic(data[:4096]) or "") if data else None
    if not data or known is None or known.name not in PILLOW_NAMES:
        return None
    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, in _loaded
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=PILLOW_NAMES[known.name])
            return _loaded(image, size, pixel_limit)
    except (MediaFault, OSError, SyntaxError, ValueError):
        return None  # the next picture may be better


def _loaded(image: "Image", size: int, pixel_limit: int) -> "Image":
    """The picture decoded, upright, as RGB or RGBA; JPEG at the smallest scale that is enough."""
    from PIL import ImageFile, ImageOps  # noqa: PLC0415 - in workers only

    if image.width * image.height > pixel_limit:
        raise MediaFault("too_many_pixels", f"Its picture has more than {pixel_limit:,} pixels.")
    ImageFile.LOAD_TRUNCATED_IMAGES = True  # half a cover is better than none
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image.draft("RGB", (size, size))
        upright: Image = ImageOps.exif_transpose(image)
    return upright


def _encode(image: "Image", size: int, source: str) -> Artwork:
    clear = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    image = image.convert("RGBA" if clear else "RGB")
    image.thumbnail((size, size))
    out = io.BytesIO()
    image.save(out, "WEBP", quality=_QUALITY, method=4)
    return Artwork(out.getvalue(), image.width, image.height, source)


def first_frame(
    container: "InputContainer", film: "VideoStream", pixel_limit: int
) -> "VideoFrame | None":
    """A frame about a tenth in; another where that one is dark; ``None``: nothing decodes."""
    context = film.codec_context
    if context is None or context.codec.name not in VIDEO_DECODERS:
        return None
    if context.width * context.height > pixel_limit:
        raise MediaFault("too_many_pixels", f"Its frames have more than {pixel_limit:,} pixels.")
    context.thread_count = 1
    best: VideoFrame | None = None
    for part in _TRIES:
        frame = _frame_near(container, film, part)
        if frame is None:
            continue
        if best is None:
            best = frame
        if _luminance(frame) > _DARK:
            return frame
    return best


def _frame_near(
    container: "InputContainer", film: "VideoStream", part: float
) -> "VideoFrame | None":
    from av import FFmpegError  # noqa: PLC0415 - in workers only

    try:
        if container.duration:
            container.seek(int(container.duration * part) + (container.start_time or 0))
        frames = 0
        for count, packet in enumerate(container.demux(film)):
            for frame in packet.decode():
                frames += 1
                if not frame.is_corrupt or frames >= _MAX_FRAMES:
                    return frame
            if count >= _MAX_PACKETS:
                break
    except (FFmpegError, ValueError):
        return None
    return None


def _luminance(frame: "VideoFrame") -> float:
    from PIL import ImageStat  # noqa: PLC0415 - in workers only

    small = _picture_of(frame.reformat(width=32, height=32, format="gray"))
    return float(ImageStat.Stat(small.convert("L")).mean[0])


def _picture_of(frame: "VideoFrame") -> "Image":
    image: Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV's stubs
    return image
