"""The distinct words of all files, kept for corrections and suggestions."""

from typing import Protocol


class Vocabulary(Protocol):
    """Follows the catalog's changes; what it knows of is a little old, and its counts are about.

    Words that no file has any more MAY stay: who uses them looks whether they still find anything.
    Raises ``CatalogUnavailableError``.
    """

    async def learn(self, limit: int) -> int:
        """Take in the next files, at most ``limit``; how many, 0: nothing is left.

        MUST be safe when several processes do it: each file is taken in once, by one of them.
        """
        ...
