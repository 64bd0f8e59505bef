"""A few silent seconds of a film, from four places: what is seen while the mouse rests on it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from apollonia.media.previews.encoding import animated_webp
from apollonia.media.previews.previews import PreviewLimits
from apollonia.media.previews.seeking import Jumping, open_film
from apollonia.media.sniffing.content import Content

if TYPE_CHECKING:
    from apollonia.media.film.film import Rgb

_LONGEST = 320
_RATE = 8
_PLACES = (0.1, 0.35, 0.6, 0.85)
_EACH_S = 1.0
_SHORT_S = 6.0


def make_hover(content: Content, limits: PreviewLimits) -> Mapping[str, bytes]:
    """An animated WebP that goes on for ever; of a short film its beginning."""
    with open_film(content) as container:
        film = Jumping(container, limits, _LONGEST)
        frames: list[Rgb] = []
        if film.seconds <= _SHORT_S:
            frames.extend(film.run(0.0, len(_PLACES) * _EACH_S, _RATE))
        else:
            for place in _PLACES:
                frames.extend(film.run(film.seconds * place, _EACH_S, _RATE))
    frames = [image for image in frames if image.shape == frames[0].shape]
    return {"hover.webp": animated_webp(frames, _RATE)} if frames else {}
