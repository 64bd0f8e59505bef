"""Whether what is on the disk is what the catalog knows, and whether it is ours to show."""

import os
import stat
from collections.abc import Sequence

from apollonia.domain.kinds import Availability, Status
from apollonia.domain.paths import is_inside
from apollonia.domain.place import Place
from apollonia.domain.times import format_nanos
from apollonia.observe.logs import get_logger


def is_there(place: Place) -> bool:
    """Whether the catalog has it as a file that is there and can be read."""
    return place.availability is Availability.PRESENT and place.status is Status.CATALOGED


def look(path: bytes, roots: Sequence[bytes]) -> os.stat_result | None:
    """The regular file at the path; ``None``: vanished, or not for us to read or to show."""
    if not _is_allowed(path, roots):
        get_logger(__name__).warning("picture outside the roots refused", path=path)
        return None
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found if stat.S_ISREG(found.st_mode) and os.access(path, os.R_OK) else None


def is_cataloged(found: os.stat_result, place: Place) -> bool:
    """Whether this is the very file that the catalog's hash was computed from."""
    return (
        found.st_size == place.size
        and format_nanos(found.st_mtime_ns) == place.modified_time
        and place.inode in {None, found.st_ino}
    )


def _is_allowed(path: bytes, roots: Sequence[bytes]) -> bool:
    """Inside a configured root, by its name and after every symbolic link was followed."""
    if b".." in path.split(b"/"):
        return False
    real = os.path.realpath(path)
    return any(is_inside(path, root) and is_inside(real, os.path.realpath(root)) for root in roots)
