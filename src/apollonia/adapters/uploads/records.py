"""What the spool says about an upload, as small JSON files that are whole or not there."""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from apollonia.domain.ids import is_uuid
from apollonia.domain.paths import display
from apollonia.ports.uploads import Upload, UploadResult, UploadState

_MAX_BYTES = 64 * 1024
_OURS_ALONE = 0o600


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """All of it or nothing, and on disk when this returns. Raises ``OSError``."""
    temporary = path.with_name(f".{path.name}.tmp")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OURS_ALONE)
    with os.fdopen(fd, "wb") as file:
        file.write(orjson.dumps(record, option=orjson.OPT_INDENT_2))
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """What was made, renamed or removed in it stays so. Raises ``OSError``."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def read_record(path: Path) -> Mapping[str, Any] | None:
    """The record; ``None`` when there is none. Raises ``ValueError`` when it is none of ours."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    record = orjson.loads(content)
    if not isinstance(record, dict) or len(content) > _MAX_BYTES:
        raise ValueError("not a record of an upload")
    return record


def upload_record(upload: Upload) -> dict[str, Any]:
    """As ``upload.json`` has it."""
    record = asdict(upload)
    record["name"] = _text(upload.name)
    return record


def upload_of(record: Mapping[str, Any]) -> Upload:
    """The upload of ``upload.json``. Raises ``ValueError``."""
    upload = Upload(
        id=_str(record, "id"),
        name=_str(record, "name"),
        root=_str(record, "root"),
        size=record.get("size", -1),
        sha256_hash=record.get("sha256_hash"),
        who=_str(record, "who"),
        time=_str(record, "time"),
    )
    check_upload(upload)
    return upload


def check_upload(upload: Upload) -> None:
    """Raises ``ValueError`` in words."""
    if not is_uuid(upload.id) or upload.id != upload.id.lower():
        raise ValueError(f"{upload.id[:80]!r} is no UUID in lower case")
    if not isinstance(upload.size, int) or upload.size < 0:
        raise ValueError("the size is no number of bytes")
    sha = upload.sha256_hash
    if sha is not None and (len(sha) != 64 or set(sha) - set("0123456789abcdef")):  # noqa: PLR2004
        raise ValueError("the SHA-256 is not 64 lower-case hexadecimal digits")


def result_record(result: UploadResult) -> dict[str, Any]:
    """As ``done/<id>.json`` has it."""
    path = result.path
    return {
        "upload": upload_record(result.upload),
        "state": result.state.value,
        "time": result.time,
        "path": None if path is None else display(path),
        "path_b64": None if path is None else b64encode(path).decode("ascii"),
        "reason": None if result.reason is None else _text(result.reason),
    }


def result_of(record: Mapping[str, Any]) -> UploadResult:
    """The result of ``done/<id>.json``. Raises ``ValueError``."""
    path = record.get("path_b64")
    with suppress(AttributeError, TypeError):
        return UploadResult(
            upload=upload_of(record.get("upload", {})),
            state=UploadState(_str(record, "state")),
            time=_str(record, "time"),
            path=None if path is None else b64decode(path, validate=True),
            reason=record.get("reason"),
        )
    raise ValueError("not a result of an upload")


def _str(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str):
        raise ValueError(f"no {name} is given")  # noqa: TRY004 - what is read, not what is passed
    return value


def _text(text: str) -> str:
    """JSON has no halves of surrogate pairs, which names that are not UTF-8 may bring."""
    return text.encode("utf-8", "backslashreplace").decode()
