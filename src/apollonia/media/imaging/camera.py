"""What a camera writes into a picture: EXIF, read as what it is and nothing else."""

import math
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from apollonia.media.probing.text import clean

if TYPE_CHECKING:
    from PIL.Image import Image

_EXIF, _GPS = 0x8769, 0x8825
_TEXTS = {0x010F: "make", 0x0110: "model", 0xA434: "lens", 0x0131: "software"}
_NUMBERS = {
    0x829A: "exposure_s",
    0x829D: "f_number",
    0x8827: "iso",
    0x920A: "focal_length_mm",
    0xA405: "focal_length_35mm",
    0x0112: "orientation",
}
_TAKEN = (0x9003, 0x9004, 0x0132)


def camera_of(image: "Image") -> dict[str, Any]:
    """Its EXIF by the names above, ``taken`` as ISO 8601 without a zone, ``gps`` in degrees."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exif = image.getexif()
            if not exif:
                return {}
            values = {**exif, **exif.get_ifd(_EXIF)}
            place = exif.get_ifd(_GPS)
    except Exception:  # noqa: BLE001 - a damaged EXIF block is no reason to lose the picture
        return {}
    found: dict[str, Any] = {}
    for tag, name in _TEXTS.items():
        if tag in values and (text := clean(str(values[tag]), 128)):
            found[name] = text
    for tag, name in _NUMBERS.items():
        if tag in values and (number := _number(values[tag])) is not None:
            found[name] = number
    taken = next((values[tag] for tag in _TAKEN if tag in values), None)
    if isinstance(taken, str) and (time := _time(taken)):
        found["taken"] = time
    if place and (gps := _position(place)):
        found["gps"] = gps
    return found


def _number(value: Any) -> float | int | None:
    if isinstance(value, tuple):
        value = value[0] if value else None
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if not math.isfinite(number) or abs(number) > 1e9:
        return None
    return int(number) if number == int(number) else round(number, 6)


def _time(text: str) -> str | None:
    """EXIF writes ``2023:05:09 11:48:30``."""
    date, _, clock = text.strip("\0 ").partition(" ")
    parts = date.split(":")
    ok = len(parts) == 3 and all(part.isdigit() for part in (*parts, *clock.split(":")))
    return (
        f"{'-'.join(parts)}T{clock}"[:19] if ok and len(clock) >= 5 and parts[0] != "0000" else None
    )


def _position(place: Mapping[int, Any]) -> dict[str, float] | None:
    try:
        latitude = _degrees(place[2]) * (-1 if str(place[1]).upper().startswith("S") else 1)
        longitude = _degrees(place[4]) * (-1 if str(place[3]).upper().startswith("W") else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return None
    return {"latitude": round(latitude, 6), "longitude": round(longitude, 6)}


def _degrees(value: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in value)
    return degrees + minutes / 60 + seconds / 3600
