"""Full-text search."""

from typing import Protocol

from apollonia.domain.paging import After, FileFilter, Page, Sort
from apollonia.domain.place import Place


class Search(Protocol):
    """Words as people type them: all must match, each as a word's beginning.

    Accents, case and apostrophes are ignored. Whatever is typed is text: no syntax of the engine
    shows through, and no input is an error.
    """

    async def search(
        self, where: FileFilter, sort: Sort, *, limit: int, after: After | None = None
    ) -> Page[Place]:
        """A page of the files that match ``where.text`` and the rest of the filter."""
        ...
