"""What things are in a film or an image, when, and where they are seen best."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apollonia.analyze.material import Material
from apollonia.analyze.runtimes.process_shelf import shelf_for
from apollonia.analyze.runtimes.runtime import LoadedModel
from apollonia.analyze.seeing.resize import shrunk
from apollonia.analyze.seeing.votes import Found, Sighting, in_a_film, in_a_picture
from apollonia.domain.kinds import Kind

MODEL = "ssd-mobilenet-v1-coco@1"
_SIDE = 300
_INPUT = "normalized_input_image_tensor"
_OUT = "TFLite_Detection_PostProcess"
_BATCH = 16
_LEAST = 0.3
_MOST_SPANS = 100


class Objects:
    """By a detector that looks at the stills of a film.

    Another one takes its place as a plug-in of the same name with a higher score.
    """

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``objects``, the clearest first: ``label``, ``score``, ``stills``, ``most`` at once.

        ``best`` has ``at_ms``, ``score`` and ``box`` (left, top, right, bottom, 0 to 1), ``spans``
        of a film ``start_ms``, ``end_ms`` and ``score`` each.
        """
        shelf = shelf_for(material.settings)
        model, labels = shelf.get(MODEL), shelf.ticket(MODEL).labels
        if material.kind is Kind.IMAGE:
            looks: Sequence[tuple[float, NDArray[np.uint8]]] = [(0.0, material.picture().image)]
            found = in_a_picture(_sightings(model, labels, looks))
        else:
            stills = material.film().stills
            looks = [(still.at_s, still.image) for still in stills]
            step = (looks[-1][0] - looks[0][0]) / max(len(looks) - 1, 1) if looks else 0.0
            found = in_a_film(_sightings(model, labels, looks), step, len(looks))
        return {
            "model": MODEL,
            "objects": [_row(it, timed=material.kind is not Kind.IMAGE) for it in found],
            "facts": {"objects": [it.label for it in found]},
        }


def _sightings(
    model: LoadedModel, labels: Sequence[str], looks: Sequence[tuple[float, NDArray[np.uint8]]]
) -> list[Sighting]:
    seen: list[Sighting] = []
    for first in range(0, len(looks), _BATCH):
        part = looks[first : first + _BATCH]
        given = np.stack([as_input(image, _SIDE) for _, image in part])
        out = model.run(**{_INPUT: given})
        for row, (at_s, _) in enumerate(part):
            boxes, classes = out[_OUT][row], out[f"{_OUT}:1"][row]
            for box, number, score in zip(boxes, classes, out[f"{_OUT}:2"][row], strict=True):
                if score >= _LEAST and 0 <= int(number) < len(labels):
                    top, left, bottom, right = (round(min(1, max(0, float(v))), 4) for v in box)
                    label = labels[int(number)]
                    place = (left, top, right, bottom)
                    seen.append(Sighting(label, round(float(score), 3), place, first + row, at_s))
    return seen


def as_input(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The whole picture, pressed into a square: these models were taught so."""
    return np.clip(np.round(shrunk(image, side, side)), 0, 255).astype(np.uint8)


def _row(found: Found, *, timed: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "label": found.label,
        "score": found.score,
        "stills": found.stills,
        "most": found.most,
        "best": {
            "at_ms": round(found.best.at_s * 1000),
            "score": found.best.score,
            "box": list(found.best.box),
        },
    }
    if timed:
        row["spans"] = [
            {
                "start_ms": round(span.start_s * 1000),
                "end_ms": round(span.end_s * 1000),
                "score": span.score,
            }
            for span in found.spans[:_MOST_SPANS]
        ]
    return row
