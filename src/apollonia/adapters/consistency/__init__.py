"""Whether what is kept beside the rows fits them."""

from apollonia.adapters.consistency.sql_consistency import SqlConsistency

__all__ = ["SqlConsistency"]
