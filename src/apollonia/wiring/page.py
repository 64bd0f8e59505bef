"""Where the built page is."""

from pathlib import Path

from apollonia.config import Settings


def page_folder(settings: Settings) -> Path:
    """The folder with ``index.html``: as set, beside the sources, or inside the package."""
    if settings.api.web is not None:
        return settings.api.web
    package = Path(__file__).resolve().parent.parent
    beside = package.parent.parent / "web" / "dist"
    return beside if beside.is_dir() else package / "web"
