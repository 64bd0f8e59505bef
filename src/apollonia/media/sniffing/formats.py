"""The formats that Apollonia knows, by short name: kind, MIME type and FFmpeg's demuxer."""

from dataclasses import dataclass

from apollonia.domain.kinds import Kind


@dataclass(frozen=True, slots=True)
class Format:
    """One format; ``demuxer`` is FFmpeg's name for it, ``None`` where FFmpeg is not asked."""

    name: str
    kind: Kind
    mime: str
    demuxer: str | None = None


_TABLE: dict[Kind, str] = {
    Kind.AUDIO: """
        mp3 audio/mpeg mp3 | mp2 audio/mpeg mp3 | wav audio/wav wav | w64 audio/x-w64 w64
        flac audio/flac flac | m4a audio/mp4 mov | aac audio/aac aac | ogg audio/ogg ogg
        opus audio/ogg ogg | spx audio/ogg ogg | aiff audio/aiff aiff | wma audio/x-ms-wma asf
        ape audio/x-ape ape | wv audio/x-wavpack wv | mpc audio/x-musepack mpc
        mpc8 audio/x-musepack mpc8 | dsf audio/x-dsf dsf | dff audio/x-dff iff | amr audio/amr amr
        ac3 audio/ac3 ac3 | eac3 audio/eac3 eac3 | dts audio/vnd.dts dts
        mka audio/x-matroska matroska | au audio/basic au
        caf audio/x-caf caf | tta audio/x-tta tta
    """,
    Kind.VIDEO: """
        mp4 video/mp4 mov | mov video/quicktime mov | 3gp video/3gpp mov | avi video/x-msvideo avi
        mkv video/x-matroska matroska | webm video/webm matroska | wmv video/x-ms-wmv asf
        flv video/x-flv flv | ts video/mp2t mpegts | m2ts video/mp2t mpegts | mpg video/mpeg mpeg
        m1v video/mpeg mpegvideo | ogv video/ogg ogg
    """,
    Kind.IMAGE: """
        jpeg image/jpeg | png image/png | bmp image/bmp | webp image/webp | gif image/gif
        heic image/heic mov | avif image/avif | tiff image/tiff
    """,
    Kind.SUBTITLE: """
        srt application/x-subrip | vtt text/vtt | ass text/x-ssa | sub text/x-microdvd
        idx text/x-vobsub | smi application/x-sami | sup application/x-pgs | lrc text/x-lrc
    """,
    Kind.DOCUMENT: """
        txt text/plain | nfo text/x-nfo | xml application/xml | json application/json
        xmp application/rdf+xml | cue application/x-cue | m3u audio/x-mpegurl | pls audio/x-scpls
        md text/markdown | pdf application/pdf | html text/html | log text/plain | md5 text/plain
        sfv text/plain | sha256 text/plain | csv text/csv | yaml application/yaml
    """,
    Kind.OTHER: """
        zip application/zip | gz application/gzip | 7z application/x-7z-compressed
        rar application/vnd.rar | exe application/octet-stream
    """,
}


def _read_table() -> dict[str, Format]:
    formats: dict[str, Format] = {}
    for kind, rows in _TABLE.items():
        for row in rows.replace("\n", "|").split("|"):
            words = row.split()
            if words:
                name = "mpc" if words[0] == "mpc8" else words[0]  # two demuxers, one format
                formats[words[0]] = Format(name, kind, words[1], words[2] if words[2:] else None)
    return formats


FORMATS = _read_table()

_BY_EXTENSION = {
    **{name: name for name in FORMATS if name != "mpc8"},
    **dict.fromkeys(("m4b", "alac"), "m4a"),
    **dict.fromkeys(("m4v",), "mp4"),
    **dict.fromkeys(("oga",), "ogg"),
    **dict.fromkeys(("aif", "aifc"), "aiff"),
    **dict.fromkeys(("adts",), "aac"),
    **dict.fromkeys(("asf",), "wmv"),
    **dict.fromkeys(("mts",), "m2ts"),
    **dict.fromkeys(("mpeg", "ps", "vob"), "mpg"),
    **dict.fromkeys(("3g2",), "3gp"),
    **dict.fromkeys(("jpg",), "jpeg"),
    **dict.fromkeys(("heif",), "heic"),
    **dict.fromkeys(("tif",), "tiff"),
    **dict.fromkeys(("ssa",), "ass"),
    **dict.fromkeys(("m3u8",), "m3u"),
    **dict.fromkeys(("htm",), "html"),
    **dict.fromkeys(("yml",), "yaml"),
}


def format_by_extension(extension: str) -> Format | None:
    """What a file of this extension should be; only for contents that tell nothing."""
    name = _BY_EXTENSION.get(extension)
    return FORMATS[name] if name else None


ALL_DEMUXERS = ",".join(sorted({f.demuxer for f in FORMATS.values() if f.demuxer}))
AUDIO_ONLY = {"mp4": "m4a", "mkv": "mka", "wmv": "wma", "ogv": "ogg"}
WITH_VIDEO = {"m4a": "mp4", "mka": "mkv", "wma": "wmv", "ogg": "ogv"}
