"""What YAMNet hears: speech, music or something else, which sounds, and an embedding of them."""

from collections.abc import Mapping
from typing import Any

from apollonia.analyze.listening.embedding import embedding_data
from apollonia.analyze.listening.hearing import YAMNET_SAMPLES, sounds_of
from apollonia.analyze.listening.mel import RATE
from apollonia.analyze.listening.scores import ranked, rounded
from apollonia.analyze.listening.sounds import kind_shares, sound_kind
from apollonia.analyze.material import Material
from apollonia.analyze.runtimes.process_shelf import shelf_for

YAMNET = "yamnet@1"
_FRAMES = {"energy": 240, "whole": 1_300}
_LEAST, _MOST = 0.005, 80


class Sounds:
    """AudioSet's classes, evenly over the sound: four minutes of it, or all that is held."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``facts.sound``; ``shares`` of the three kinds; ``classes`` with their mean scores.

        ``heard_s``: seconds that were heard. ``embedding``: 1,024 values.
        """
        shelf = shelf_for(material.settings)
        labels = shelf.ticket(YAMNET).labels
        spans = [span.mono_16k for span in material.sound().spans]
        heard = sounds_of(shelf.get(YAMNET), spans, _FRAMES[material.settings.windows])
        shares = kind_shares(heard.scores, labels)
        means = dict(zip(labels, heard.scores.mean(axis=0).tolist(), strict=True))
        return {
            "facts": {"sound": sound_kind(shares)},
            "shares": rounded((str(kind), share) for kind, share in shares.items()),
            "classes": rounded(ranked(means, least=_LEAST, share=0.0, most=_MOST)),
            "heard_s": round(len(heard.scores) * YAMNET_SAMPLES / RATE, 1),
            "embedding": embedding_data(YAMNET, heard.embedding),
        }
