"""Uploads: the spool in the data folder, and the service that lands them."""

import os
from collections.abc import Sequence
from pathlib import Path

from apollonia.adapters.uploads import FolderSpool
from apollonia.config import Settings
from apollonia.config.names import environment_name
from apollonia.config.settings import FilesSettings
from apollonia.errors import ConfigurationError
from apollonia.ingest.root.roots import Root
from apollonia.ingest.uploads.naming import NamingRule, NamingRules
from apollonia.ingest.uploads.options import UploadOptions
from apollonia.ingest.uploads.service import UploadLanding, UploadPorts
from apollonia.ports.uploads import Spool

_MIB = 1 << 20
_HOUR_S = 3600.0


def open_spool(settings: Settings, folder: Path) -> Spool:
    """The spool of this data folder, for whoever receives uploads and for the ingestor."""
    return FolderSpool(folder / "uploads", margin_bytes=settings.files.uploads_margin_mb * _MIB)


def upload_landing(
    settings: Settings, ports: UploadPorts, roots: Sequence[Root]
) -> Sequence[UploadLanding]:
    """The service, where a root takes uploads; else nothing, and no root is ever written.

    Raises:
        ConfigurationError: a naming rule is none, or the folder for uploads takes none.
    """
    taking = _taking(settings.files, roots)
    if not taking:
        return ()
    options = UploadOptions(
        roots=taking,
        naming=_naming(settings),
        margin_bytes=settings.files.uploads_margin_mb * _MIB,
        unfinished_s=settings.ingest.upload_unfinished_hours * _HOUR_S,
    )
    return (UploadLanding(ports=ports, options=options),)


def _taking(files: FilesSettings, roots: Sequence[Root]) -> tuple[Root, ...]:
    """Those that take uploads, the default one first."""
    own = {root: root.choices.uploads for root in roots}
    taking = [root for root in roots if (files.uploads if own[root] is None else own[root])]
    if files.uploads_root is None:
        return tuple(taking)
    wanted = os.path.realpath(os.fsencode(files.uploads_root))
    first = next((root for root in taking if os.path.realpath(root.path) == wanted), None)
    if first is None:
        known = ", ".join(root.name for root in taking) or "none"
        raise ConfigurationError(
            f"{environment_name(('files', 'uploads_root'))}: {files.uploads_root} takes no"
            f" uploads; folders that do: {known}"
        )
    return (first, *(root for root in taking if root is not first))


def _naming(settings: Settings) -> NamingRules:
    rules = {}
    for kind in ("audio", "video", "image"):
        name = f"upload_naming_{kind}"
        try:
            rules[kind] = NamingRule(getattr(settings.ingest, name))
        except ConfigurationError as error:
            raise ConfigurationError(
                f"{environment_name(('ingest', name))}: {error.message}"
            ) from error
    return NamingRules(**rules)
