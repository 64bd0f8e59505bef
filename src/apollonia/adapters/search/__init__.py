"""Full-text search on an SQL database."""

from apollonia.adapters.search.sql_search import SqlSearch

__all__ = ["SqlSearch"]
