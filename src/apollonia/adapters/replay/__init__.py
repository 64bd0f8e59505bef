"""Projections made anew from the log, beside the live ones, on an SQL database."""

from apollonia.adapters.replay.sql_rebuild import open_rebuild

__all__ = ["open_rebuild"]
