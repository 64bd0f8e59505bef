"""What the models found, for those who tell what it means."""

from apollonia.analyze.analyser import NotAvailableError
from apollonia.analyze.listening.scores import Heard
from apollonia.analyze.material import Material


def heard(material: Material) -> Heard | None:
    """Tags and sounds of this content; ``None``: it is no music.

    Raises:
        NotAvailableError: a model is missing, or an analyser that is needed is switched off.
    """
    try:
        tags = material.found("music-tags")
        if not tags["music"]:
            return None
        sounds = material.found("sounds")
    except KeyError as error:
        raise NotAvailableError(f"It needs the analyser {error}, which is switched off.") from None
    return Heard(tags["tags"]["msd"], tags["tags"]["mtt"], sounds["classes"])
