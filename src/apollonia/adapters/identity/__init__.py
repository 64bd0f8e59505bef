"""Credentials on an SQL database."""

from apollonia.adapters.identity.sql_identity import SqlIdentity

__all__ = ["SqlIdentity"]
