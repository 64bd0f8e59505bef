r"""Paths are bytes: the raw bytes are the identity, the text is only for people.

Names are never normalised. A name that is not UTF-8 shows its odd bytes as ``\xNN`` and travels
beside its raw bytes in base64.
"""

from base64 import b64decode, b64encode
from hashlib import sha256
from unicodedata import normalize


def display(path: bytes) -> str:
    r"""The path for people: UTF-8 where it is, ``\xNN`` for every byte that is not."""
    return path.decode("utf-8", "backslashreplace")


def to_base64(path: bytes) -> str | None:
    """The raw bytes in base64 when the display form does not give them back, else ``None``."""
    try:
        path.decode("utf-8")
    except UnicodeDecodeError:
        return b64encode(path).decode("ascii")
    return None


def from_wire(file_path: str, file_path_b64: str | None) -> bytes:
    """The raw bytes of a path as a message carries it.

    Raises:
        ValueError: ``file_path_b64`` is not base64.
    """
    if file_path_b64 is not None:
        return b64decode(file_path_b64, validate=True)
    return file_path.encode("utf-8", "surrogatepass")


def path_key(path: bytes) -> bytes:
    """SHA-256 of the raw bytes: fits every database index, however long the path."""
    return sha256(path).digest()


def folder_of(path: bytes) -> bytes:
    """The folder part: ``/m/a.flac`` → ``/m``; ``/a.flac`` → ``/``."""
    head = path.rpartition(b"/")[0]
    return head or b"/"


def name_of(path: bytes) -> bytes:
    """The last part: ``/m/a.flac`` → ``a.flac``."""
    return path.rpartition(b"/")[2]


def is_other_spelling(path: bytes, other: bytes) -> bool:
    """Whether both differ only in what some file systems do not tell apart: case, composition."""
    return path != other and _spelled(path) == _spelled(other)


def _spelled(path: bytes) -> str:
    return normalize("NFC", display(path)).casefold()


def is_inside(path: bytes, folder: bytes) -> bool:
    """Whether ``path`` is ``folder`` itself or lies somewhere below it."""
    base = folder.rstrip(b"/")
    return path == folder or path.startswith(base + b"/")
