"""What an analyser is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from apollonia.analyze.material import Material


class NotAvailableError(Exception):
    """This analyser cannot work here, such as without its model; the text says how to get it."""


class Analyser(Protocol):
    """Looks at one content; runs in a confined worker process, one content at a time.

    MUST give the same answer for the same content, whatever its name; a change of answers is a new
    version. Its answer is JSON, at most 200 KiB of it; ``facts`` in it is a flat object of numbers,
    words and lists of words that are shown, searched and filtered by (``tempo_bpm``, ``key_name``).
    """

    def analyse(self, material: "Material") -> Mapping[str, Any]:
        """What it found.

        Raises:
            NotAvailableError: it cannot work here.
            Poison: this content cannot be analysed, and why.
            OSError: the file cannot be read.
        """
        ...
