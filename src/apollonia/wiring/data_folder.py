"""The folder that holds Apollonia's own state: made, checked and locked before anything else."""

import errno
import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apollonia.errors import ConfigurationError

_LEAST_FREE_BYTES = 16 << 20
_LITTLE_FREE_BYTES = 256 << 20
_MIN_SECRET_CHARS = 16
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_WHAT_TO_DO = "choose another with --data or APOLLONIA_DATA"


def prepare_data_folder(folder: Path, *, needs_space: bool = True) -> Path:
    """Make the folder where it is missing and prove that it can be written; its absolute path.

    ``needs_space=False`` is for commands that look, or write next to nothing: on a full disk they
    are what helps.

    Raises:
        ConfigurationError: it is no folder, read-only, or its disk is full.
    """
    try:
        _make_private(folder)
        resolved = folder.resolve()
        _probe(resolved, size=4096 if needs_space else 0)
        free = free_bytes(resolved)
    except OSError as error:
        raise ConfigurationError(
            f"cannot use the data folder {folder}: {_reason(error)}; {_WHAT_TO_DO}"
        ) from error
    if needs_space and free < _LEAST_FREE_BYTES:
        raise ConfigurationError(
            f"the disk of the data folder {folder} is full: free some space, or {_WHAT_TO_DO}"
        )
    return resolved


def free_bytes(folder: Path) -> int:
    """What is left for us on the folder's disk; raises ``OSError``."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def low_space(folder: Path, *, least: int = _LITTLE_FREE_BYTES) -> str | None:
    """Words when fewer than ``least`` bytes are free; raises ``OSError``."""
    free = free_bytes(folder)
    if free >= least:
        return None
    return (
        f"only {free >> 20} MiB are free on the disk of the data folder {folder}, and below "
        f"{least >> 20} MiB changes may soon not be kept: free some space"
    )


def _make_private(folder: Path) -> None:
    """Ours alone where we make it; who made it himself has chosen who may look."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    folder.chmod(0o700)  # whatever the umask took away


def _probe(folder: Path, *, size: int) -> None:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".apollonia-probe-") as probe:
            probe.write(b"\0" * size)
            probe.flush()
    except OSError as error:
        if size or error.errno not in _FULL:
            raise


@contextmanager
def ingest_lock(folder: Path) -> Iterator[None]:
    """One ingestor per data folder: the index has one writer.

    Raises:
        ConfigurationError: another process has it; names the process.
    """
    path = folder / "ingest.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read(20).strip() or "unknown"
            raise ConfigurationError(
                f"another Apollonia (process {holder}) catalogs with the data folder {folder}:"
                f" stop it, or {_WHAT_TO_DO}"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextmanager
def published_address(folder: Path, host: str, port: int) -> Iterator[None]:
    """While the API runs, other commands find where it listens."""
    path = folder / "address"
    path.write_text(f"{host}\n{port}\n", encoding="ascii")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def running_address(folder: Path) -> tuple[str, int] | None:
    """Host and port of the API that runs, or ran last and was killed, over this folder."""
    try:
        host, port = (folder / "address").read_text(encoding="ascii").split()
        return host, int(port)
    except (OSError, ValueError):
        return None


def secret_key(folder: Path) -> str:
    """The key that signs cursors and proofs: 256 random bits, made once, readable by us alone.

    Raises:
        ConfigurationError: there is a file for it, with no usable key in it.
    """
    path = folder / "secret.key"
    try:
        return _read_secret(path)
    except FileNotFoundError:
        pass
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix=".secret-", delete=False) as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(file.name, path)  # the first of several processes wins
    except FileExistsError:
        pass
    finally:
        Path(file.name).unlink()
    return _read_secret(path)


def _read_secret(path: Path) -> str:
    text = path.read_bytes().decode("ascii", "replace").strip()
    if len(text) < _MIN_SECRET_CHARS or not text.isascii():
        raise ConfigurationError(
            f"{path} holds no usable key (at least {_MIN_SECRET_CHARS} ASCII characters): delete "
            f"it, and a new one is made at the next start; pages that are open must be loaded again"
        )
    return text


def _reason(error: OSError) -> str:
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return "it cannot be written"
    if error.errno in _FULL:
        return "its disk is full"
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return "it is not a folder"
    return error.strerror or str(error)
