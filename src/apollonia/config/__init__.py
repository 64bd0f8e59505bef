"""Configuration: every setting, its default, and where its value came from."""

from apollonia.config.settings import Settings
from apollonia.config.sources import Loaded, load

__all__ = ["Loaded", "Settings", "load"]
