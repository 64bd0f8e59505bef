"""Desired and reported state on an SQL database."""

from apollonia.adapters.control.sql_control import SqlControl

__all__ = ["SqlControl"]
