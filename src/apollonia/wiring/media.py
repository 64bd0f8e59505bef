"""The media workers of one process."""

import os

from apollonia.config import Settings
from apollonia.media.options import MediaOptions

_MIB = 1 << 20


def media_options(settings: Settings) -> MediaOptions:
    """The limits of the media workers."""
    media = settings.media
    return MediaOptions(
        workers=media.workers or len(os.sched_getaffinity(0)),
        memory_limit_bytes=media.memory_limit_mb * _MIB,
        file_time_limit_s=media.file_time_limit_seconds,
        pixel_limit=media.pixel_limit,
    )
