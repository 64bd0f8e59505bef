"""Titles without what tells one version of a work from another."""

import re

_BRACKETS = re.compile(r"\s*[\(\[\{][^\)\]\}]*[\)\]\}]")
_AFTER_DASH = re.compile(
    r"\s+-\s+[^-]*\b(?:live|remix|mix|edit|version|remaster(?:ed)?|demo|acoustic|instrumental|mono|"
    r"stereo|extended|radio|bonus)\b[^-]*$"
)
_EPISODE = re.compile(
    r"(?i)(?<![a-z0-9])s(\d{1,2})[ ._-]?e(\d{1,3})|(?<!\d)(\d{1,2})x(\d{2,3})(?!\d)"
)


def base_title(folded: str) -> str:
    """``"song (live at home)"`` and ``"song - 2009 remaster"`` are both ``"song"``."""
    bare = _AFTER_DASH.sub("", _BRACKETS.sub("", folded)).strip()
    return bare or folded


def episode_of(name: str) -> tuple[str, int, int] | None:
    """``"The.Show.S01E02.mkv"``: the words before, folded, with season and episode."""
    found = _EPISODE.search(name)
    if not found:
        return None
    season, episode = (number for number in found.groups() if number is not None)
    show = " ".join(re.sub(r"[._\-]+", " ", name[: found.start()]).lower().split())
    return show, int(season), int(episode)
