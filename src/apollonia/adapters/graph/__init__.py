"""How files relate, on an SQL database."""

from apollonia.adapters.graph.sql_graph import SqlGraph

__all__ = ["SqlGraph"]
