"""The query language: text to tree and back, and what fields there are.

artist:"Björk" duration:>3m added:<7d has:subtitles -kind:video (live OR remix)
"""

from apollonia.domain.query.fault import QueryError
from apollonia.domain.query.parser import parse
from apollonia.domain.query.printing import show
from apollonia.domain.query.tree import Term

__all__ = ["QueryError", "Term", "parse", "show"]
