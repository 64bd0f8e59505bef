"""Opening a file with FFmpeg so that it can reach nothing but that file.

It gets the open descriptor through the ``fd:`` protocol and no other protocol: no path, no network,
no playlist or reference to another file can be followed. The demuxer is named, never guessed.
"""

import os
from typing import TYPE_CHECKING

from apollonia.media.faults import MediaFault
from apollonia.media.imaging.decoders import PROBE_DECODERS
from apollonia.media.sniffing.content import Content
from apollonia.media.sniffing.formats import ALL_DEMUXERS
from apollonia.media.sniffing.structure import ends_early

if TYPE_CHECKING:
    from av.container import InputContainer

_PROBE_BYTES = 5_000_000
_WAV_PROBE_BYTES = 32_768  # all of the rest would be searched for DTS in disguise
_PROBE_MICROSECONDS = 5_000_000


def open_av(content: Content, demuxer: str | None) -> "InputContainer":
    """The container, its streams known; without a demuxer's name only our formats are tried.

    Raises:
        MediaFault: FFmpeg cannot open it.
    """
    import av  # noqa: PLC0415 - in workers only: the decoders' libraries are large

    os.lseek(content.fd, 0, os.SEEK_SET)
    options = {
        "fd": str(content.fd),
        "protocol_whitelist": "fd",
        "format_whitelist": f"{ALL_DEMUXERS},mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
        "codec_whitelist": PROBE_DECODERS,
        "probesize": str(_WAV_PROBE_BYTES if demuxer == "wav" else _PROBE_BYTES),
        "analyzeduration": str(_PROBE_MICROSECONDS),
    }
    try:
        return av.open("fd:", format=demuxer, options=options)
    except MemoryError:
        raise MediaFault("memory", "It needs more memory than a media worker may have.") from None
    except (av.FFmpegError, OSError, ValueError, OverflowError, RuntimeError) as error:
        raise _fault(content, demuxer, error) from None


def _fault(content: Content, demuxer: str | None, error: Exception) -> MediaFault:
    early = ends_early(content, demuxer)
    if early:
        return MediaFault("truncated", early)
    words = str(getattr(error, "strerror", None) or error) or type(error).__name__
    if "patches welcome" in words or "not found" in words:
        return MediaFault("unsupported", "It is of a variant that no decoder here knows.")
    if demuxer is None:
        return MediaFault("unsupported", "Its content is of no format that is known here.")
    return MediaFault("corrupt", f"It is damaged where its description should be ({words}).")
