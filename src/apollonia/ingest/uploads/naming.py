"""Where an upload goes: a path below the root, from what is in the file, by a rule that is a text.

    {albumartist|artist}/{album} ({year})/{disc:}{track:02} {title}.{ext}

``{a|b}``: the first that is known; ``{n:02}``: two digits; ``{disc:}``: ``2-``, only where there is
more than one disc. Values never add a part: their separators are replaced.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apollonia.domain.kinds import Kind, extension_of, kind_by_extension
from apollonia.errors import ConfigurationError
from apollonia.ingest.uploads.parts import plain, safe_part
from apollonia.messages import Media

AUDIO_RULE = "{albumartist|artist}/{album} ({year})/{disc:}{track:02} {title}.{ext}"
VIDEO_RULE = "{title} ({year})/{title} ({year}).{ext}"
IMAGE_RULE = "{year}/{month}/{name}.{ext}"

_FIELD = re.compile(r"\{([^{}]*)\}")
_TAGS = ("albumartist", "artist", "album", "title", "composer", "genre", "track", "disc")
_NAMES = frozenset((*_TAGS, "year", "month", "day", "name", "ext"))
_UNKNOWN = {
    "albumartist": "Unknown Artist",
    "artist": "Unknown Artist",
    "album": "Unknown Album",
    "composer": "Unknown Composer",
    "genre": "Unknown Genre",
}
_EXTENSIONS = {"jpeg": "jpg", "mpc8": "mpc", "m1v": "mpg"}
_DATE = re.compile(r"^(\d{4})(?:\D(\d{2}))?(?:\D(\d{2}))?")
_MAX_WIDTH = 9
_MAX_RULE_PARTS = 12


@dataclass(frozen=True, slots=True)
class Destination:
    """Folders below the root, outermost first, and the file's name in two halves."""

    folders: tuple[str, ...]
    stem: str
    suffix: str

    def name(self, number: int = 1) -> bytes:
        """The file's name; from 2 on with the number: ``Title (2).flac``."""
        numbered = f" ({number})" if number > 1 else ""
        return safe_part(self.stem, f"{numbered}{self.suffix}").encode()

    def path(self, root: bytes) -> bytes:
        """Where it goes if nothing is in its way."""
        folders = (folder.encode() for folder in self.folders)
        return b"/".join((root.rstrip(b"/"), *folders, self.name()))


class NamingRule:
    """A rule, checked when it is made.

    Raises:
        ConfigurationError: the text is no rule; says what is wrong.
    """

    def __init__(self, text: str) -> None:
        self._parts = text.split("/")
        if not text.strip() or len(self._parts) > _MAX_RULE_PARTS:
            raise ConfigurationError(f"the naming rule {text!r} has no parts, or too many")
        for part in self._parts:
            if not part.strip(" .") or "\0" in part:
                raise ConfigurationError(
                    f"the naming rule {text!r} must be a path below the root, without '..'"
                )
            if set("{}") & set(_FIELD.sub("", part)):
                raise ConfigurationError(f"the naming rule {text!r} has a bracket too many")
            for field in _FIELD.findall(part):
                _check(field, text)

    def destination(self, values: Mapping[str, str]) -> Destination:
        """The path for these values, as ``values_of`` gives them."""
        *folders, last = self._parts
        made = [_filled(part, values) for part in folders]
        stem = _filled(last.removesuffix(".{ext}"), values)
        suffix = f".{values['ext']}" if values.get("ext") else ""
        return Destination(
            tuple(safe_part(part) for part in made if part.strip(" .()[]-_")),
            safe_part(stem if stem.strip(" .()[]-_") else values.get("name", "")),
            suffix,
        )


def values_of(media: Media, name: str, time: str) -> Mapping[str, str]:
    """What rules may ask for, by name; ``""`` where it is not known.

    ``name``: the file's own; ``time``: wire time of the upload, which dates a picture without date.
    """
    tags, stem = media.tags, _stem(name)
    dated = _DATE.match(tags.date or "")
    if dated is None and media.kind is Kind.IMAGE:
        dated = _DATE.match(time)
    year, month, day = dated.groups() if dated is not None else (None, None, None)
    several = (tags.disc_total or 0) > 1 or (tags.disc or 0) > 1
    return {
        "albumartist": _value(tags.album_artist or ""),
        "artist": _value(tags.artist or tags.album_artist or ""),
        "album": _value(tags.album or ""),
        "title": _value(tags.title or stem),
        "composer": _value(tags.composer or ""),
        "genre": _value(tags.genre or ""),
        "year": str(tags.year or year or ""),
        "month": month or "",
        "day": day or "",
        "track": _number(tags.track),
        "disc": _number(tags.disc) if several else "",
        "name": _value(stem),
        "ext": _extension(media, name),
    }


def _check(field: str, rule: str) -> None:
    names, _, width = field.partition(":")
    for name in names.split("|"):
        if name not in _NAMES:
            raise ConfigurationError(
                f"the naming rule {rule!r} asks for {{{name}}}; there are: "
                + ", ".join(sorted(_NAMES))
            )
    if width and not (width.isascii() and width.isdigit() and int(width) <= _MAX_WIDTH):
        raise ConfigurationError(
            f"the naming rule {rule!r} has {{{field}}}; write a width such as {{track:02}}"
        )


def _filled(part: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        field, colon, width = match[1].partition(":")
        names: Sequence[str] = field.split("|")
        found = next((values[name] for name in names if values.get(name)), None)
        if found is None:
            return _UNKNOWN.get(names[-1], "")
        if width:
            return found.zfill(int(width))
        return f"{found}-" if colon else found

    return _FIELD.sub(value, part)


def _value(text: str) -> str:
    """Nothing where there are but dots and spaces: that is no name."""
    value = plain(text)
    return value if value.strip(" .") else ""


def _stem(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    stem, dot, _ = last.rpartition(".")
    return stem if dot and stem else last


def _number(number: int | None) -> str:
    return str(number) if number is not None and number > 0 else ""


def _extension(media: Media, name: str) -> str:
    """The file's own where it tells the right kind, else that of the format found."""
    own = extension_of(name)
    if kind_by_extension(name) is media.kind and own.isascii():
        return own
    found = media.format or ""
    return _EXTENSIONS.get(found, found)


@dataclass(frozen=True, slots=True)
class NamingRules:
    """One for each kind that may land."""

    audio: NamingRule
    video: NamingRule
    image: NamingRule

    @classmethod
    def standard(cls) -> "NamingRules":
        """Those in force unless somebody sets others."""
        return cls(NamingRule(AUDIO_RULE), NamingRule(VIDEO_RULE), NamingRule(IMAGE_RULE))

    def destination(self, media: Media, name: str, time: str) -> Destination:
        """Where this file goes; ``media.kind`` MUST be audio, video or image."""
        rules = {Kind.AUDIO: self.audio, Kind.VIDEO: self.video, Kind.IMAGE: self.image}
        return rules[media.kind].destination(values_of(media, name, time))
