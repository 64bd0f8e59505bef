"""How files belong together."""

from apollonia.adapters.relations.sql_relations import SqlRelations

__all__ = ["SqlRelations"]
