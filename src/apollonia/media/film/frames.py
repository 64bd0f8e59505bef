"""From decoded frames to arrays: tiny ones, upright stills, and luma in full size."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from apollonia.media.film.film import STILL_PIXELS, TINY_BYTES, TINY_HEIGHT, TINY_WIDTH, Luma, Rgb

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter

_TRANSFERS = {16: "pq", 18: "hlg"}
_WHITE_NITS = 203.0  # of graphics in HDR (ITU-R BT.2408)


def hdr_of(transfer: object) -> str:
    """``pq`` or ``hlg`` for FFmpeg's number of a transfer; ``""`` for all that is not HDR."""
    return _TRANSFERS.get(int(transfer), "") if isinstance(transfer, int) else ""


def shown_size(width: int, height: int, aspect: Fraction, rotation: int) -> tuple[int, int]:
    """Width and height as a player shows it."""
    if aspect > 1:
        width = round(width * aspect)
    elif aspect > 0:
        height = round(height / aspect)
    return (height, width) if rotation % 180 == 90 else (width, height)


def fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """The same shape with its longer side at most ``longest``; no side is less than one pixel."""
    width, height = size
    share = min(1.0, longest / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


class Tinier:
    """Makes frames tiny: 16 spots for each pixel, then their mean; eight times as fast as all."""

    def __init__(self) -> None:
        from av.video.reformatter import VideoReformatter  # noqa: PLC0415 - in workers only

        self._spots, self._mean = VideoReformatter(), VideoReformatter()

    def tiny(self, frame: "VideoFrame") -> NDArray[np.uint8]:
        """(864,): planes of luma and chromas."""
        width, height = 4 * TINY_WIDTH, 4 * TINY_HEIGHT
        if frame.width > width and frame.height > height:
            frame = self._spots.reformat(
                frame, width=width, height=height, format="yuv420p", interpolation="FAST_BILINEAR"
            )
        small = self._mean.reformat(
            frame, width=TINY_WIDTH, height=TINY_HEIGHT, format="yuv420p", interpolation="AREA"
        )
        out = np.empty(TINY_BYTES, np.uint8)
        at = 0
        for plane in small.planes:
            rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[:, : plane.width]
            out[at : at + rows.size] = rows.ravel()
            at += rows.size
        return out


def to_still(
    frame: "VideoFrame",
    scaler: "VideoReformatter",
    *,
    shown: tuple[int, int],
    rotation: int,
    longest: int = STILL_PIXELS,
) -> Rgb:
    """The frame as it is shown, small; HDR is brought to what an SDR screen shows."""
    width, height = fitted(shown, longest)
    if rotation % 180 == 90:
        width, height = height, width
    hdr = hdr_of(_number(frame.color_trc))
    wanted: dict[str, Any] = {"format": "rgb48le" if hdr else "rgb24"}
    small = scaler.reformat(frame, width=width, height=height, interpolation="AREA", **wanted)
    image: NDArray[Any] = small.to_ndarray()
    if hdr:
        image = tone_mapped(np.asarray(image / 65535, np.float32), hdr)
    return np.ascontiguousarray(np.rot90(image, -(rotation // 90)))


def to_luma(frame: "VideoFrame", scaler: "VideoReformatter") -> Luma:
    """Its luma in full size, 8 bits."""
    name = frame.format.name
    if name.startswith(("yuv4", "yuvj4", "nv12", "gray")) and frame.format.components[0].bits == 8:
        plane = frame.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        return rows[: frame.height, : frame.width].copy()
    gray = scaler.reformat(frame, format="gray")
    plane = gray.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[:, : plane.width].copy()


def tone_mapped(image: NDArray[np.float32], hdr: str) -> Rgb:
    """PQ (SMPTE ST 2084) or HLG (ARIB STD-B67) values 0 to 1 as 8-bit SDR, by Reinhard's curve."""
    nits = _pq_nits(image) if hdr == "pq" else _hlg_nits(image)
    light = nits / _WHITE_NITS
    light = light * (1 + light / 25) / (1 + light) * 1.6
    return np.asarray(np.clip(light, 0, 1) ** (1 / 2.2) * 255, np.uint8)


def _pq_nits(value: NDArray[np.float32]) -> NDArray[np.float32]:
    m1, m2 = 2610 / 16384, 2523 / 32
    c1, c2, c3 = 3424 / 4096, 2413 / 128, 2392 / 128
    power = np.power(value, 1 / m2)
    return np.asarray(10_000 * np.power(np.maximum(power - c1, 0) / (c2 - c3 * power), 1 / m1))


def _hlg_nits(value: NDArray[np.float32]) -> NDArray[np.float32]:
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    linear = np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12)
    return np.asarray(1000 * np.power(linear, 1.2))


def _number(value: object) -> int | None:
    try:
        return int(value)  # type: ignore[call-overload,no-any-return]  # an enum, or a number
    except (TypeError, ValueError):
        return None
