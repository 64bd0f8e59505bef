"""Writing films from arrays: for generated clips, and for the hover clips that people see."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

_FAST: Mapping[str, str] = {"preset": "ultrafast", "crf": "26", "threads": "1"}


def write_frames(
    target: Path | IO[bytes],
    frames: Iterable["NDArray[Any]"],
    *,
    rate: int = 25,
    muxer: str = "mp4",
    codec: str = "libx264",
    options: Mapping[str, str] | None = None,
) -> int:
    """RGB frames (height, width, 3) uint8, all of one even size, as a silent film; how many.

    ``options`` are the encoder's, besides ``pix_fmt``; without them H.264, fast and of middling
    quality.
    """
    import av  # noqa: PLC0415 - heavy; only where films are written

    av.logging.set_level(None)
    chosen = dict(_FAST if options is None else options)
    pixels = chosen.pop("pix_fmt", "yuv420p")
    bit_rate = chosen.pop("bit_rate", None)
    count = 0
    file = str(target) if isinstance(target, Path) else target
    with av.open(file, "w", format=muxer, options={"fflags": "+bitexact"}) as container:
        stream = cast("VideoStream", container.add_stream(codec, rate, chosen))
        stream.pix_fmt = pixels
        if bit_rate:
            stream.bit_rate = int(bit_rate)
        for image in frames:
            if count == 0:
                stream.height, stream.width = image.shape[:2]
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = count, Fraction(1, rate)
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
    return count
