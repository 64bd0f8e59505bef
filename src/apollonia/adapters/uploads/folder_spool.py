"""The spool as a folder: ``<id>/`` while bytes arrive, ``<id>.ready/`` after one atomic rename.

What is in the folder::

    uploads/<id>[.ready]/content        the bytes
    uploads/<id>[.ready]/upload.json    who sends what
    uploads/<id>.ready/waiting.json     why it does not land yet
    uploads/done/<id>.json              what became of it
"""

import asyncio
import errno
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from apollonia.adapters.uploads.records import (
    check_upload,
    read_record,
    result_of,
    result_record,
    sync_folder,
    upload_of,
    upload_record,
    write_record,
)
from apollonia.domain.ids import is_uuid
from apollonia.errors import ConflictError, FilesUnavailableError, InvalidError, NotFoundError
from apollonia.ports.uploads import Spooled, Upload, UploadResult, UploadState

_READY = ".ready"
_NEW, _GONE = ".new", ".gone"
_TAKEN = frozenset({errno.EEXIST, errno.ENOTEMPTY})
_MOST = 10_000
_MICROS = 1_000_000
_OURS_ALONE = 0o700


class FolderSpool:
    """``Spool`` of ``ports/uploads.py``; several processes may use one folder.

    ``margin_bytes`` stay free on its disk; at most ``keep_results`` results are kept.
    """

    def __init__(
        self, folder: Path, *, margin_bytes: int = 256 << 20, keep_results: int = _MOST
    ) -> None:
        self._folder = folder
        self._done = folder / "done"
        self._margin = margin_bytes
        self._keep = keep_results

    async def begin(self, upload: Upload) -> Spooled:
        """Make room for an upload."""
        return await self._in_thread(lambda: self._begin(upload))

    async def commit(self, upload_id: str) -> None:
        """Hand it over."""
        await self._in_thread(lambda: self._commit(_checked(upload_id)))

    async def abandon(self, upload_id: str) -> None:
        """Forget it, if it is not handed over yet."""
        await self._in_thread(lambda: self._remove(self._folder / _checked(upload_id)))

    async def list(self) -> Sequence[Spooled]:
        """Everything in the spool that can be read."""
        return await self._in_thread(self._list)

    async def result(self, upload_id: str) -> UploadResult | None:
        """What became of it."""
        return await self._in_thread(lambda: self._result(_checked(upload_id)))

    async def ready(self) -> Sequence[str]:
        """The ids of those handed over."""
        return await self._in_thread(
            lambda: [id_ for id_, state in self._names() if state is UploadState.READY]
        )

    async def get(self, upload_id: str) -> Spooled | None:
        """The upload as it is now."""
        return await self._in_thread(lambda: self._get(_checked(upload_id)))

    async def wait(self, upload_id: str, reason: str) -> None:
        """Remember why it does not land yet."""
        path = self._ready_folder(_checked(upload_id)) / "waiting.json"
        await self._in_thread(lambda: write_record(path, {"reason": reason}))

    async def finish(self, result: UploadResult) -> None:
        """Keep the result, then remove the upload."""
        await self._in_thread(lambda: self._finish(result))

    async def sweep(self, *, unfinished_before: int, done_before: int) -> int:
        """Remove what nobody has written to since, and old results."""
        return await self._in_thread(lambda: self._sweep(unfinished_before, done_before))

    async def _in_thread[T](self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except OSError as error:
            words = error.strerror or str(error)
            raise FilesUnavailableError(
                f"the spool of uploads {self._folder} cannot be used ({words}): check its disk"
            ) from error

    def _begin(self, upload: Upload) -> Spooled:
        try:
            check_upload(upload)
        except ValueError as error:
            raise InvalidError(f"The upload is refused: {error}.") from error
        for folder in (self._folder, self._done):
            folder.mkdir(mode=_OURS_ALONE, parents=True, exist_ok=True)
        self._check_space(upload)
        folder, new = self._folder / upload.id, self._folder / f".{upload.id}{_NEW}"
        if self._ready_folder(upload.id).exists() or self._record(upload.id).exists():
            raise ConflictError(f"There was an upload {upload.id} already: take a new id.")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=_OURS_ALONE)
        (new / "content").touch(mode=0o600)
        write_record(new / "upload.json", upload_record(upload))
        try:
            new.rename(folder)
        except OSError as error:
            shutil.rmtree(new, ignore_errors=True)
            if error.errno not in _TAKEN:
                raise
            raise ConflictError(f"The upload {upload.id} was begun already.") from error
        sync_folder(self._folder)
        return Spooled(upload=upload, state=UploadState.WRITING, folder=os.fsencode(folder))

    def _check_space(self, upload: Upload) -> None:
        disk = os.statvfs(self._folder)
        free = disk.f_bavail * disk.f_frsize
        if free < upload.size + self._margin:
            raise FilesUnavailableError(
                f"There is no room for {upload.size >> 20} MiB: {free >> 20} MiB are free on the"
                f" disk of the spool, of which {self._margin >> 20} MiB stay free."
            )

    def _commit(self, upload_id: str) -> None:
        folder, ready = self._folder / upload_id, self._ready_folder(upload_id)
        if not folder.is_dir() and (ready.is_dir() or self._record(upload_id).exists()):
            return
        try:
            record = read_record(folder / "upload.json")
            with (folder / "content").open("rb") as file:
                arrived = os.fstat(file.fileno()).st_size
                os.fsync(file.fileno())
        except FileNotFoundError:
            record = None
        except ValueError as error:
            raise InvalidError(f"The upload {upload_id} cannot be read: {error}.") from error
        if record is None:
            raise NotFoundError(f"There is no upload {upload_id}.")
        if arrived != record.get("size"):
            raise InvalidError(
                f"The upload {upload_id} is not complete: {arrived} of {record.get('size')} bytes."
            )
        sync_folder(folder)
        folder.rename(ready)
        sync_folder(self._folder)

    def _names(self) -> Sequence[tuple[str, UploadState]]:
        found = []
        with suppress(FileNotFoundError):
            for name in os.listdir(self._folder):  # noqa: PTH208 - names are all we need
                id_ = name.removesuffix(_READY)
                if is_uuid(id_):
                    state = UploadState.WRITING if id_ == name else UploadState.READY
                    found.append((id_, state))
        return sorted(found)[:_MOST]

    def _list(self) -> Sequence[Spooled]:
        found = []
        for id_, state in self._names():
            with suppress(InvalidError):
                spooled = self._spooled(id_, state)
                if spooled is not None:
                    found.append(spooled)
        return found

    def _get(self, upload_id: str) -> Spooled | None:
        # in this order: it may be handed over in between
        return self._spooled(upload_id, UploadState.WRITING) or self._spooled(
            upload_id, UploadState.READY
        )

    def _spooled(self, upload_id: str, state: UploadState) -> Spooled | None:
        ready = state is UploadState.READY
        folder = self._ready_folder(upload_id) if ready else self._folder / upload_id
        try:
            record = read_record(folder / "upload.json")
            waiting = (read_record(folder / "waiting.json") or {}).get("reason") if ready else None
            if record is None:
                if not folder.is_dir():
                    return None
                raise ValueError("upload.json is missing")  # noqa: TRY301 - one way out
            upload = upload_of(record)
        except ValueError as error:
            raise InvalidError(f"The upload {upload_id} cannot be read: {error}.") from error
        return Spooled(upload=upload, state=state, folder=os.fsencode(folder), waiting=waiting)

    def _result(self, upload_id: str) -> UploadResult | None:
        try:
            record = read_record(self._record(upload_id))
            return None if record is None else result_of(record)
        except ValueError:
            return None

    def _finish(self, result: UploadResult) -> None:
        id_ = _checked(result.upload.id)
        self._done.mkdir(mode=_OURS_ALONE, parents=True, exist_ok=True)
        if self._result(id_) != result:
            write_record(self._record(id_), result_record(result))
        self._remove(self._ready_folder(id_))

    def _remove(self, folder: Path) -> None:
        """At once for whoever looks; what a crash leaves of it is swept."""
        gone = self._folder / f".{folder.name}{_GONE}"
        shutil.rmtree(gone, ignore_errors=True)
        with suppress(FileNotFoundError):
            folder.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def _sweep(self, unfinished_before: int, done_before: int) -> int:
        removed = 0
        for id_, state in self._names():
            folder = self._folder / id_
            if state is UploadState.WRITING and _newest(folder) < unfinished_before / _MICROS:
                self._remove(folder)
                removed += 1
        for path in self._folder.glob(".*"):
            unfinished = path.name.endswith(_NEW) and _time(path) < unfinished_before / _MICROS
            if unfinished or path.name.endswith(_GONE):
                shutil.rmtree(path, ignore_errors=True)
        with suppress(FileNotFoundError):
            results = sorted(self._done.iterdir(), key=_time, reverse=True)
            for number, path in enumerate(results):
                if number >= self._keep or _time(path) < done_before / _MICROS:
                    path.unlink(missing_ok=True)
                    removed += 1
        return removed

    def _ready_folder(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}{_READY}"

    def _record(self, upload_id: str) -> Path:
        return self._done / f"{upload_id}.json"


def _checked(upload_id: str) -> str:
    """Ids become names of folders: nothing but a UUID may."""
    if not is_uuid(upload_id):
        raise InvalidError(f"{upload_id[:80]!r} is no id of an upload.")
    return upload_id.lower()


def _newest(folder: Path) -> float:
    return max((_time(path) for path in (folder, folder / "content")), default=0.0)


def _time(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0
