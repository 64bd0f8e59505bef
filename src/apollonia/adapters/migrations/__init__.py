"""Alembic's history of the schema. A migration once released never changes."""
