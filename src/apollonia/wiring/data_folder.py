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

_LEAST_FREE_BYTES = 16 * 1024 * 1024
_WHAT_TO_DO = "choose another with --data or APOLLONIA_DATA"


def prepare_data_folder(folder: Path) -> Path:
    """Make the folder where it is missing and prove that it can be written; its absolute path.

    Raises:
        ConfigurationError: it is no folder, read-only, or its disk is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        resolved = folder.resolve()
        with tempfile.NamedTemporaryFile(dir=resolved, prefix=".apollonia-probe-") as probe:
            probe.write(b"\0" * 4096)
            probe.flush()
        free = os.statvfs(resolved)
    except OSError as error:
        raise ConfigurationError(
            f"cannot use the data folder {folder}: {_reason(error)}; {_WHAT_TO_DO}"
        ) from error
    if free.f_bavail * free.f_frsize < _LEAST_FREE_BYTES:
        raise ConfigurationError(
            f"the disk of the data folder {folder} is full: free some space, or {_WHAT_TO_DO}"
        )
    return resolved


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
    """The key that signs cursors and proofs: 256 random bits, made once, readable by us alone."""
    path = folder / "secret.key"
    try:
        return path.read_text(encoding="ascii").strip()
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
    return path.read_text(encoding="ascii").strip()


def _reason(error: OSError) -> str:
    if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return "it cannot be written"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "its disk is full"
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return "it is not a folder"
    return error.strerror or str(error)
