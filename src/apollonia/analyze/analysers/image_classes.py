"""What a picture shows as a whole, and where it lies among others: classes and an embedding."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.analysers.objects import as_input
from apollonia.analyze.material import Material
from apollonia.analyze.runtimes.process_shelf import shelf_for
from apollonia.domain.kinds import Kind

MODEL = "mobilenet-v2@1"
_SIDE = 224
_MOST_STILLS = 12
_MOST_CLASSES = 5
_LEAST = 0.1
_QUANTUM = 1 / 256  # the model's probabilities are 8-bit


class ImageClasses:
    """By MobileNetV2: of an image, or of stills spread over a film, their mean."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``classes``: ``label`` and ``score`` (0 to 1), at most five.

        ``embedding``: ``model``, ``dimensions``, ``values`` (base64 of little-endian float32),
        of length one, so that the product of two is how like they are.
        """
        shelf = shelf_for(material.settings)
        model, labels = shelf.get(MODEL), shelf.ticket(MODEL).labels
        given = np.stack([as_input(image, _SIDE) for image in _images(material)])
        out = model.run(input=given)
        scores = out["Identity"].astype(np.float32).mean(axis=0) * _QUANTUM
        mean = out["embedding"].reshape(len(given), -1).mean(axis=0)
        length = float(np.linalg.norm(mean))
        values = (mean / length if length else mean).astype("<f4")
        best = [int(n) for n in np.argsort(-scores)[:_MOST_CLASSES] if scores[n] >= _LEAST]
        return {
            "classes": [
                {"label": labels[n], "score": round(float(scores[n]), 4)}
                for n in best
                if n < len(labels)
            ],
            "embedding": {
                "model": MODEL,
                "dimensions": len(values),
                "values": b64encode(values.tobytes()).decode("ascii"),
            },
            "facts": {},
        }


def _images(material: Material) -> Sequence[NDArray[np.uint8]]:
    if material.kind is Kind.IMAGE:
        return [material.picture().image]
    stills = material.film().stills
    step = max(1, len(stills) // _MOST_STILLS)
    return [still.image for still in stills[step // 2 :: step]][:_MOST_STILLS]
