"""What an analyser is."""

from collections.abc import Mapping
from typing import Any, Protocol

from apollonia.media.reading import OpenFile


class NotAvailableError(Exception):
    """This analyser cannot work here, such as without its model; the text says how to get it."""


class Analyser(Protocol):
    """Looks at one content; runs in a confined worker process, one content at a time.

    MUST give the same answer for the same content, whatever its name; a change of answers is a new
    version. Its answer is JSON, and at most 200 KiB of it.
    """

    def analyse(self, file: OpenFile) -> Mapping[str, Any]:
        """What it found. The descriptor is open for reading; where it stands means nothing.

        Raises:
            NotAvailableError: it cannot work here.
            Poison: this content cannot be analysed, and why.
            OSError: the file cannot be read.
        """
        ...
