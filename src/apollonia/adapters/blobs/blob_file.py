"""One blob as a file: a line that says what follows, then the bytes.

apollonia-blob 1 <sha256 of the bytes> <length> <mime>
"""

import errno
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from apollonia.errors import BlobsUnavailableError
from apollonia.ports.blobs import Blob

TEMPORARY = ".tmp-"

_MAGIC = b"apollonia-blob 1 "
_MAX_LINE = 400
_WORDS = {
    errno.ENOSPC: "the disk is full: free some space; artwork and previews are made again",
    errno.EDQUOT: "the disk quota is used up: free some space",
    errno.EROFS: "the file system is read-only: make the data folder writable",
    errno.EACCES: "not permitted: make the data folder writable for this user",
}


def encode(blob: Blob) -> bytes:
    """The file's whole content."""
    mime = blob.mime.replace("\n", " ")[:200]
    line = f"{sha256(blob.data).hexdigest()} {len(blob.data)} {mime}\n"
    return _MAGIC + line.encode() + blob.data


def decode(content: bytes) -> Blob | None:
    """The blob, or ``None`` when anything about the file is not as it was written."""
    end = content.find(b"\n", 0, _MAX_LINE)
    if end < 0 or not content.startswith(_MAGIC):
        return None
    parts = content[len(_MAGIC) : end].split(b" ", 2)
    data = content[end + 1 :]
    if len(parts) != 3 or parts[:2] != [sha256(data).hexdigest().encode(), b"%d" % len(data)]:  # noqa: PLR2004 - digest, length, mime
        return None
    return Blob(data, parts[2].decode("utf-8", "replace"))


def write(path: Path, content: bytes) -> None:
    """All of it or nothing, whoever reads meanwhile.

    Not synced: what a crash damages is recognised when it is read.

    Raises:
        BlobsUnavailableError: the folder cannot be written.
    """
    temporary = path.with_name(f"{TEMPORARY}{uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.write_bytes(content)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise unavailable(path, error) from error


def unavailable(path: Path, error: OSError) -> BlobsUnavailableError:
    """The error in words."""
    words = _WORDS.get(error.errno or 0, error.strerror or str(error))
    return BlobsUnavailableError(f"{path}: {words}")
