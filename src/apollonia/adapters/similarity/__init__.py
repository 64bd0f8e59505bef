"""Files that are like others."""

from apollonia.adapters.similarity.sql_similarity import SqlSimilarity

__all__ = ["SqlSimilarity"]
