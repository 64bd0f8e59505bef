"""Files that are there more than once."""

from apollonia.adapters.duplicates.sql_duplicates import SqlDuplicates

__all__ = ["SqlDuplicates"]
