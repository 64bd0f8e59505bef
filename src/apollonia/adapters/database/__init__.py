"""The one SQL database behind Catalog, Library, Search, Graph, Control and Identity."""

from apollonia.adapters.database.engine import Database
from apollonia.adapters.database.migrate import migrate
from apollonia.adapters.database.store import DatabaseOptions

__all__ = ["Database", "DatabaseOptions", "migrate"]
