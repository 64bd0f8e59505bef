"""What finds a plan's files."""

from sqlalchemy.engine import Connection

from apollonia.adapters.library.expressions import Expression, Listed
from apollonia.adapters.library.matches import Matches, matches_of
from apollonia.adapters.search.plan import Plan


def matches_for(connection: Connection, plan: Plan) -> Matches:
    """By the index of words, by a rare word of ``file_terms``, or by the rows themselves."""
    found_by: Expression | Listed | None = plan.text
    if plan.listed is not None:
        found_by = Listed(plan.listed.text, plan.listed.values)
    return matches_of(connection, found_by)
