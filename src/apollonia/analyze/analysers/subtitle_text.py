"""What the subtitles inside a film say."""

from collections.abc import Mapping
from typing import Any

from apollonia.analyze.material import Material

_MOST_CHARACTERS = 40_000


class SubtitleText:
    """Of streams that are text; pictures of text stay unread."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``texts``: ``language`` (ISO 639 or ``null``), ``lines`` and ``text`` each.

        At most 40,000 characters of all; ``languages``: those there are.
        """
        texts = material.film().texts
        rows = [
            {
                "language": it.language or None,
                "lines": len(it.lines),
                "text": "\n".join(it.lines)[: _MOST_CHARACTERS // max(1, len(texts))],
            }
            for it in texts
        ]
        return {
            "texts": rows,
            "languages": sorted({it.language for it in texts if it.language}),
            "facts": {},
        }
