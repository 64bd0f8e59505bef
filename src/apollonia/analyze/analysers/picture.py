"""What an image looks like at first sight, and what its camera says."""

from collections.abc import Mapping
from typing import Any

from apollonia.analyze.material import Material
from apollonia.analyze.seeing.blurhash import blurhash
from apollonia.analyze.seeing.colours import dominant_colours
from apollonia.domain.kinds import Kind


class Look:
    """Colours and blurhash of an image, or of a film's still in the middle."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``colours`` (``hex``, ``share``), ``blurhash``, and of an image ``camera`` and its size.

        Where a picture was taken is told only with the setting that allows it.
        """
        if material.kind is not Kind.IMAGE:
            stills = material.film().stills
            image = stills[len(stills) // 2].image
            return {**_seen(image), "facts": {}}
        picture = material.picture()
        camera = dict(picture.camera)
        gps = camera.pop("gps", None)
        if gps is not None and material.settings.gps:
            camera["gps"] = gps
        return {
            **_seen(picture.image),
            "width": picture.width,
            "height": picture.height,
            "format": picture.format,
            "frames": picture.frames,
            "transparent": picture.clear,
            "damaged": picture.damaged,
            "camera": camera,
            "facts": {},
        }


def _seen(image: Any) -> dict[str, Any]:
    return {
        "colours": [{"hex": it.hex, "share": it.share} for it in dominant_colours(image)],
        "blurhash": blurhash(image),
    }
