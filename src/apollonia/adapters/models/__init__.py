"""Models in a folder, from a mirror or from where they are published."""

from apollonia.adapters.models.folder_models import FolderModels
from apollonia.adapters.models.sources import Sources

__all__ = ["FolderModels", "Sources"]
