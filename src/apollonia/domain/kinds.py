"""What a file is, in the words of the catalog."""

from enum import StrEnum


class Kind(StrEnum):
    """By content; by extension where the content tells nothing."""

    AUDIO = "audio"
    VIDEO = "video"
    IMAGE = "image"
    SUBTITLE = "subtitle"
    DOCUMENT = "document"
    OTHER = "other"


class Availability(StrEnum):
    """Where the file is now."""

    PRESENT = "present"
    MISSING = "missing"
    TRASHED = "trashed"


class Status(StrEnum):
    """What the catalog could make of it."""

    CATALOGED = "cataloged"
    UNREADABLE = "unreadable"
    SKIPPED = "skipped"


WARNING_CODES = frozenset({"silent_change", "checksum_mismatch"})
"""Errors of a file that is cataloged all the same: somebody should look at it."""


class AnalysisState(StrEnum):
    """How far the analysis of the content is."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"


class RootState(StrEnum):
    """What the ingestor of a root is doing."""

    STARTING = "starting"
    SCANNING = "scanning"
    WATCHING = "watching"
    PAUSED = "paused"
    UNAVAILABLE = "unavailable"
    DEGRADED = "degraded"
    STOPPED = "stopped"


_EXTENSIONS: dict[Kind, str] = {
    Kind.AUDIO: "mp3 wav flac m4a m4b aac alac ogg oga opus aif aiff aifc wma ape wv mpc dsf dff"
    " amr ac3 eac3 adts mka mp2 au caf tta spx",
    Kind.VIDEO: "mp4 m4v avi mov mkv webm wmv asf flv ts m2ts mts mpg mpeg ps vob 3gp 3g2 ogv",
    Kind.IMAGE: "jpg jpeg png bmp webp gif heic heif tif tiff avif",
    Kind.SUBTITLE: "srt ass ssa vtt sub idx smi sup lrc",
    Kind.DOCUMENT: "txt nfo xml json xmp cue m3u m3u8 pls md pdf html htm log md5 sfv sha256"
    " csv yaml yml",
}
_BY_EXTENSION = {word: kind for kind, words in _EXTENSIONS.items() for word in words.split()}


def extension_of(name: str) -> str:
    """Lower-case extension without its dot; ``""`` where there is none (``.hidden`` has none)."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def kind_by_extension(name: str) -> Kind:
    """A guess from the name alone: used only where the content tells nothing."""
    return _BY_EXTENSION.get(extension_of(name), Kind.OTHER)
