"""What musicnn hears: 100 tags of two training sets, and an embedding of the music."""

from collections.abc import Mapping, Sequence
from typing import Any

from apollonia.analyze.analyser import NotAvailableError
from apollonia.analyze.listening.embedding import embedding_data
from apollonia.analyze.listening.hearing import Tags, all_patches, tags_of
from apollonia.analyze.listening.mel import PATCH_SAMPLES, RATE
from apollonia.analyze.listening.scores import ranked, rounded
from apollonia.analyze.material import Material
from apollonia.analyze.runtimes.process_shelf import shelf_for
from apollonia.media.sound.sound import Samples

MSD, MTT = "musicnn-msd@1", "musicnn-mtt@1"
EXCERPTS = 12
"""Patches of 3 s that stand for a track: their tags are those of the whole (docs/analysis.md)."""

_TOP = 5


class MusicTags:
    """Asked for by ``genre``, ``mood`` and ``instruments``; sound that is no music has no tags."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``music``: whether there is any; then ``tags`` and ``top`` by model, and ``embedding``.

        ``tags``: mean score of each tag. ``top``: the strongest five, in order. ``heard_s``:
        seconds that were heard. ``embedding``: 200 values of the MSD model.
        """
        shelf = shelf_for(material.settings)
        tickets = {"msd": shelf.ticket(MSD), "mtt": shelf.ticket(MTT)}
        if not is_music(material):
            return {"music": False}
        given = all_patches(_excerpts(material))
        found: dict[str, Tags] = {
            name: tags_of(shelf.get(f"{ticket.name}@{ticket.version}"), given)
            for name, ticket in tickets.items()
        }
        means = {
            name: dict(zip(tickets[name].labels, tags.scores.mean(axis=0).tolist(), strict=True))
            for name, tags in found.items()
        }
        return {
            "music": True,
            "heard_s": round(len(given) * PATCH_SAMPLES / RATE, 1),
            "tags": {name: rounded(mean.items()) for name, mean in means.items()},
            "top": {
                name: [tag for tag, _ in ranked(mean, least=0.0, share=0.0, most=_TOP)]
                for name, mean in means.items()
            },
            "embedding": embedding_data(MSD, found["msd"].embedding),
        }


def is_music(material: Material) -> bool:
    """Whether it is, by YAMNet; where that is not here, all sound counts as music."""
    try:
        return bool(material.found("sounds")["facts"]["sound"] == "music")
    except (KeyError, NotAvailableError):
        return True


def _excerpts(material: Material) -> Sequence[Samples]:
    sound = material.sound()
    if material.settings.windows == "whole":
        return [span.mono_16k for span in sound.spans]
    chosen = sound.excerpts(PATCH_SAMPLES / RATE, EXCERPTS)
    return [span.mono_16k for span in chosen]
