"""What is analysed, from an SQL database."""

from apollonia.adapters.analyses.sql_analyses import SqlAnalyses

__all__ = ["SqlAnalyses"]
