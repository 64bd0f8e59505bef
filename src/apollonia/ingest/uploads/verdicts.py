"""Why an upload does not land: for good, or for now."""

import errno
import os

_WORDS = {
    errno.ENOSPC: "its disk is full: free some space",
    errno.EDQUOT: "the quota on its disk is used up: free some space",
    errno.EROFS: "its file system is read-only: make it writable",
    errno.EACCES: "writing there is not permitted: change the permissions",
    errno.EPERM: "writing there is not permitted: change the permissions",
    errno.ENOENT: "it is not there: mount its disk",
    errno.ENAMETOOLONG: "the name is too long for its file system: set a shorter naming rule",
}


class UploadRefused(Exception):  # noqa: N818 - a verdict, named for what it says
    """It can never land; the text says why."""


class UploadWaits(Exception):  # noqa: N818 - a verdict, named for what it says
    """It cannot land now; the text says why, and what to do."""


def waits_for_disk(root: str, error: OSError) -> UploadWaits:
    """The disk of a root refuses."""
    number = error.errno or 0
    words = error.strerror or str(error) or "it does not answer"
    if number in _WORDS:
        known = _WORDS[number]
        words = known if words == os.strerror(number) else f"{known} ({words})"
    return UploadWaits(f"Nothing can be put into {root} now: {words}.")
