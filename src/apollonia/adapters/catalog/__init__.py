"""The write side of the catalog on an SQL database."""

from apollonia.adapters.catalog.sql_catalog import SqlCatalog

__all__ = ["SqlCatalog"]
