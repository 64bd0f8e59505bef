"""Why a file could not be read or understood.

Codes: ``empty`` · ``truncated`` (ends early) · ``corrupt`` · ``unsupported`` (not what its name
says, or a variant that no decoder here knows) · ``no_streams`` (nothing in it can be played) ·
``too_many_pixels`` · ``memory`` (needs more than a worker may have) · ``timeout`` · ``crashed`` ·
``unreadable`` (no permission) · ``io_error``.
"""

from apollonia.errors import UnreadableMediaError

OUT_OF_MEMORY = "It needs more memory than a worker may have."


class MediaFault(UnreadableMediaError):  # noqa: N818 - a fault of the file, not of ours
    """This file cannot be read as media."""

    def __init__(self, fault: str, message: str) -> None:
        super().__init__(message)
        self.fault = fault
