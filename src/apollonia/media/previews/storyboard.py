"""A sheet of small stills and where each stands in the film: what a player shows on its bar."""

from collections.abc import Mapping, Sequence

import numpy as np

from apollonia.media.film.film import Rgb
from apollonia.media.previews.encoding import webp
from apollonia.media.previews.previews import PreviewLimits
from apollonia.media.previews.seeking import Jumping, open_film
from apollonia.media.sniffing.content import Content

_LONGEST = 160
_ACROSS = 10
_MOST = 100
_LEAST_S = 1.0
SHEET, CUES = "storyboard.webp", "storyboard.vtt"


def make_storyboard(content: Content, limits: PreviewLimits) -> Mapping[str, bytes]:
    """The sheet as WebP and its cues as WebVTT; of a film without a length one still."""
    with open_film(content) as container:
        film = Jumping(container, limits, _LONGEST)
        count = max(1, min(_MOST, int(film.seconds / _LEAST_S)))
        step = film.seconds / count
        moments = [step * (number + 0.5) for number in range(count)]
        shown = list(film.stills(moments))
    if not shown:
        return {}
    height, width = shown[0][1].shape[:2]
    stills = [image for _, image in shown if image.shape[:2] == (height, width)]
    starts = [max(0.0, at - step / 2) for at, image in shown if image.shape[:2] == (height, width)]
    sheet = _sheet(stills, height, width)
    ends = [*starts[1:], max(film.seconds, starts[-1] + 0.001)]
    return {SHEET: webp(sheet, 70), CUES: _cues(starts, ends, width, height).encode()}


def _sheet(stills: Sequence[Rgb], height: int, width: int) -> Rgb:
    rows = -(-len(stills) // _ACROSS)
    columns = min(len(stills), _ACROSS)
    sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
    for number, image in enumerate(stills):
        top, left = number // _ACROSS * height, number % _ACROSS * width
        sheet[top : top + height, left : left + width] = image
    return sheet


def _cues(starts: Sequence[float], ends: Sequence[float], width: int, height: int) -> str:
    """Media fragments of the sheet, which lies beside the cues."""
    lines = ["WEBVTT", ""]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        left, top = number % _ACROSS * width, number // _ACROSS * height
        lines += [
            f"{_clock(start)} --> {_clock(end)}",
            f"{SHEET}#xywh={left},{top},{width},{height}",
            "",
        ]
    return "\n".join(lines)


def _clock(seconds: float) -> str:
    millis = round(seconds * 1000)
    return (
        f"{millis // 3_600_000:02d}:{millis // 60_000 % 60:02d}"
        f":{millis // 1000 % 60:02d}.{millis % 1000:03d}"
    )
