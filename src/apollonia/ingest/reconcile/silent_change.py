"""Content that changed while the file's times did not: a disk that forgets, or a hand in the dark.

Only a scan that reads everything again can notice. The mark stays until the file gets another
content or another time: ``touch`` says that it is well as it is.
"""

from apollonia.messages import FileError
from apollonia.ports.index import Entry

SILENT_CHANGE = FileError(
    code="silent_change",
    message=(
        "Its content changed although none of its times did: the disk may be failing."
        " Compare it with a backup, and restore it from there."
    ),
)


def is_silent_change(known: Entry, entry: Entry) -> bool:
    """Whether ``entry``, read again, is another content than ``known`` under the same facts."""
    if entry.sha256_hash is None or known.sha256_hash is None:
        return False
    if entry.sha256_hash == known.sha256_hash:
        return known.error_code == SILENT_CHANGE.code and entry.mtime_ns == known.mtime_ns
    return entry.fingerprint == known.fingerprint
