"""Content that changed while the file's times did not: a disk that forgets, or a hand in the dark.

Only a scan that reads everything again can notice. The mark stays until the file is written anew.
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
    if entry.fingerprint != known.fingerprint or None in {entry.sha256_hash, known.sha256_hash}:
        return False
    return entry.sha256_hash != known.sha256_hash or known.error_code == SILENT_CHANGE.code
