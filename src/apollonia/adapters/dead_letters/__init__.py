"""Dead letters on an SQL database."""

from apollonia.adapters.dead_letters.sql_dead_letters import SqlDeadLetters

__all__ = ["SqlDeadLetters"]
