"""The read side of the catalog on an SQL database."""

from apollonia.adapters.library.sql_library import SqlLibrary

__all__ = ["SqlLibrary"]
