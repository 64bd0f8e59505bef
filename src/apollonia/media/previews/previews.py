"""Which previews there are, and what makes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from apollonia.media.sniffing.content import Content

type Group = Literal["storyboard", "hover", "sound"]

VERSION = 1
"""Grows when previews would look different: old ones are made anew."""

MIMES: Mapping[str, str] = {
    "storyboard.webp": "image/webp",
    "storyboard.vtt": "text/vtt",
    "hover.webp": "image/webp",
    "waveform.webp": "image/webp",
    "spectrogram.webp": "image/webp",
}
"""By name; all of one group are made at once."""

GROUPS: Mapping[str, Group] = {
    "storyboard.webp": "storyboard",
    "storyboard.vtt": "storyboard",
    "hover.webp": "hover",
    "waveform.webp": "sound",
    "spectrogram.webp": "sound",
}
_MAKERS: Mapping[Group, str] = {
    "storyboard": "apollonia.media.previews.storyboard:make_storyboard",
    "hover": "apollonia.media.previews.hover:make_hover",
    "sound": "apollonia.media.previews.sound_pictures:make_sound_pictures",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLimits:
    """``pixel_limit`` of one frame; ``time_limit_s`` of all work: what is there then counts."""

    pixel_limit: int = 36_000_000
    time_limit_s: float = 20.0


def make_previews(content: Content, group: Group, limits: PreviewLimits) -> Mapping[str, bytes]:
    """The previews of a group by name; none where the content has nothing of the kind.

    Raises:
        MediaFault: it cannot be opened or decoded.
    """
    module, _, name = _MAKERS[group].partition(":")
    make: Callable[[Content, PreviewLimits], Mapping[str, bytes]] = getattr(
        import_module(module), name
    )
    return make(content, limits)
