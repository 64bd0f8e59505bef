"""The one SQL database behind Catalog, Library, Search, Graph, Control and Identity."""

from apollonia.adapters.database.engine import Database, DatabaseOptions
from apollonia.adapters.database.migrate import migrate

__all__ = ["Database", "DatabaseOptions", "migrate"]
