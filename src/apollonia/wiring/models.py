"""The store of models, as the settings have it."""

from collections.abc import Sequence
from pathlib import Path

from apollonia.adapters.models import FolderModels, Sources
from apollonia.config import Settings
from apollonia.errors import ConfigurationError
from apollonia.ports.models import Models, ModelStatus


def models_folder(settings: Settings, folder: Path) -> Path:
    """Where models are: as set, or in the data folder."""
    return settings.models.folder or folder / "models"


def open_models(settings: Settings, folder: Path) -> Models:
    """The store; nothing is made or fetched yet.

    Raises:
        ConfigurationError: the mirror is neither a folder nor an HTTP URL.
    """
    mirror = settings.models.mirror
    if mirror and not mirror.startswith(("http://", "https://")):
        if "://" in mirror or not Path(mirror).expanduser().is_dir():
            raise ConfigurationError(
                f"APOLLONIA_MODELS__MIRROR: {mirror} is neither a folder nor an HTTP URL"
            )
        mirror = str(Path(mirror).expanduser().absolute())
    sources = Sources(mirror=mirror, published=settings.models.published)
    return FolderModels(models_folder(settings, folder), sources)


async def models_here(models: Models) -> Sequence[ModelStatus]:
    """How all of them are here."""
    return [await models.status(spec.name) for spec in models.specs()]
