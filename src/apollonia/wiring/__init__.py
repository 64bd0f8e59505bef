"""The one place that knows which adapter stands behind which port."""

from apollonia.wiring.data_folder import ingest_lock, prepare_data_folder
from apollonia.wiring.ports import Ports, migrate_catalog, open_ports
from apollonia.wiring.services import (
    api_services,
    bind,
    ingest_services,
    media_options,
    page_folder,
    populate_services,
    resolve_roots,
)

__all__ = [
    "Ports",
    "api_services",
    "bind",
    "ingest_lock",
    "ingest_services",
    "media_options",
    "migrate_catalog",
    "open_ports",
    "page_folder",
    "populate_services",
    "prepare_data_folder",
    "resolve_roots",
]
