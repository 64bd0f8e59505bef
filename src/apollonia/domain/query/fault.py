"""What is wrong with a query, and where."""

from apollonia.errors import InvalidError


class QueryError(InvalidError):
    """The query cannot be understood.

    ``position`` and ``length`` say where, in characters from the query's beginning; a
    ``suggestion`` can stand there instead.
    """

    code = "invalid_query"

    def __init__(
        self, message: str, position: int, length: int = 1, suggestion: str | None = None
    ) -> None:
        super().__init__(message)
        self.position = position
        self.length = length
        self.suggestion = suggestion
