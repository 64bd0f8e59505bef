"""Perceptual hashes, by which pictures and films that look the same are found."""

from collections.abc import Mapping
from typing import Any

from apollonia.analyze.material import Material
from apollonia.analyze.seeing.phash import perceptual_hash
from apollonia.domain.kinds import Kind


class PerceptualHash:
    """Of an image one, of a film one for each still."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``frames``: ``at_ms`` from the start (0 for an image) and ``phash``, 16 hex digits."""
        if material.kind is Kind.IMAGE:
            frames = [{"at_ms": 0, "phash": perceptual_hash(material.picture().image)}]
        else:
            frames = [
                {"at_ms": round(still.at_s * 1000), "phash": perceptual_hash(still.image)}
                for still in material.film().stills
            ]
        return {"frames": frames, "facts": {}}
