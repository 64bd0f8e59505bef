"""Descriptions as Kodi and its kin write them: XML, or a link to a page about the film, or both."""

import re
from collections.abc import Iterable
from typing import Any

from apollonia.media.probing.text import MAX_LONG_TEXT_BYTES, clean
from apollonia.media.sidecars.limits import MAX_NAMES
from apollonia.media.sidecars.xml_tree import Element, parse_xml

_TYPES = {
    "movie": "movie",
    "tvshow": "tvshow",
    "season": "season",
    "episodedetails": "episode",
    "musicvideo": "musicvideo",
    "album": "album",
    "artist": "artist",
    "set": "set",
}
_TEXTS = {
    "title": "title",
    "name": "title",
    "originaltitle": "original_title",
    "showtitle": "show_title",
    "premiered": "date",
    "aired": "date",
    "releasedate": "date",
    "tagline": "tagline",
}
_LONG = {"plot": "plot", "review": "plot", "biography": "plot", "outline": "outline"}
_NUMBERS = {"year": "year", "season": "season", "seasonnumber": "season", "episode": "episode"}
_LISTS = {"genre": "genres", "studio": "studios", "director": "directors", "artist": "artists"}
_ID = re.compile(r"[\w.:-]{1,128}")
_ID_NAMES = {
    "imdbid": "imdb",
    "imdb_id": "imdb",
    "tmdbid": "tmdb",
    "tvdbid": "tvdb",
    "musicbrainzalbumid": "musicbrainz_album",
    "musicbrainzartistid": "musicbrainz_artist",
    "musicbrainzreleasegroupid": "musicbrainz_release_group",
}
_LINKS = (
    ("imdb", re.compile(r"imdb\.com/(?:[a-z-]{1,8}/)?title/(tt\d{5,12})", re.IGNORECASE)),
    ("tmdb", re.compile(r"themoviedb\.org/(?:movie|tv)/(\d{1,12})", re.IGNORECASE)),
    ("tvdb", re.compile(r"thetvdb\.com/\S{0,64}?(?:series/|[?&]id=)(\d{1,12})", re.IGNORECASE)),
)
_SEARCHED = 64 * 1024
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")


def read_nfo(text: str) -> dict[str, Any]:
    """Field ``nfo`` of ``messages.Media``; empty for a text that describes nothing we know.

    Of several documents in one file (two episodes in one film) the first is read.

    Raises:
        MediaFault: it begins as XML, but is none that can be read safely.
    """
    facts: dict[str, Any] = {}
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        root = parse_xml(start)
        kind = _TYPES.get(root.name.lower())
        if kind is not None:
            facts = _described(root, kind)
    ids = facts.setdefault("ids", {})
    for site, pattern in _LINKS:
        found = pattern.search(text, 0, _SEARCHED)
        if found:
            ids.setdefault(site, found[1])
    facts = {key: value for key, value in facts.items() if value or value == 0}
    return {"nfo": facts} if facts else {}


def _described(root: Element, kind: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"type": kind, "ids": {}}
    for element in root.children:
        name = element.name.lower()
        if name in _TEXTS:
            _keep(facts, _TEXTS[name], clean(element.text))
        elif name in _LONG:
            _keep(facts, _LONG[name], clean(element.text, MAX_LONG_TEXT_BYTES // 4))
        elif name in _NUMBERS:
            _keep(facts, _NUMBERS[name], _number(element.text))
        elif name in _LISTS:
            _add(facts.setdefault(_LISTS[name], []), element.text)
        elif name == "actor":
            _add(facts.setdefault("actors", []), _first(element.children, "name"))
        elif name == "runtime":
            _keep(facts, "runtime_minutes", _number(element.text))
        else:
            _add_id(facts["ids"], name, element)
    rating = _rating(root)
    _keep(facts, "rating", rating)
    if "year" not in facts and (year := _YEAR.search(facts.get("date", ""))):
        facts["year"] = int(year[1])
    if kind == "artist":
        facts.pop("artists", None)
    return facts


def _keep(facts: dict[str, Any], field: str, value: str | float | None) -> None:
    """The first that says something counts. Season 0 holds the specials."""
    if value is not None and value != "":
        facts.setdefault(field, value)


def _add(values: list[str], text: str) -> None:
    for part in text.split(" / "):
        value = clean(part)
        if value and value not in values and len(values) < MAX_NAMES:
            values.append(value)


def _add_id(ids: dict[str, str], name: str, element: Element) -> None:
    value = element.text
    if not _ID.fullmatch(value) or len(ids) >= MAX_NAMES:
        return
    if name == "uniqueid":
        site = element.attributes.get("type", "").lower()
        if _ID.fullmatch(site):
            ids.setdefault(site[:32], value)
    elif name in _ID_NAMES:
        ids.setdefault(_ID_NAMES[name], value)
    elif name == "id" and value.startswith("tt"):
        ids.setdefault("imdb", value)


def _rating(root: Element) -> float | None:
    """The rating that is the default one, or the first, or the only one."""
    found: str | None = None
    for element in root.children:
        if element.name == "ratings":
            default = [r for r in element.children if r.attributes.get("default") == "true"]
            for rating in default or element.children[:1]:
                found = _first(rating.children, "value")
        elif element.name == "rating" and found is None:
            found = element.text
    match = re.fullmatch(r"\s*(\d{1,3}(?:[.,]\d{1,6})?)\s*", found or "")
    return float(match[1].replace(",", ".")) if match else None


def _first(elements: Iterable[Element], name: str) -> str:
    return next((element.text for element in elements if element.name == name), "")


def _number(text: str) -> int | None:
    found = re.match(r"\s*(\d{1,6})(?!\d)", text)
    return int(found[1]) if found else None
