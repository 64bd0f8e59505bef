"""Whether a file is what its name says."""

from hashlib import file_digest
from pathlib import Path

from apollonia.domain.models import ModelFile


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's content, in hex. Raises ``OSError``."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def is_whole(path: Path, file: ModelFile) -> bool:
    """Whether it is there, of that size and that checksum."""
    try:
        return path.stat().st_size == file.size and sha256_of(path) == file.sha256
    except FileNotFoundError:
        return False
