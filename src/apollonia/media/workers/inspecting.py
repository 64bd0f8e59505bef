"""What a worker does with one path: open, hash, probe, look again."""

import errno
import os
import sys
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from apollonia.domain.kinds import kind_by_extension
from apollonia.domain.paths import folder_of
from apollonia.media.beneath import parent_below
from apollonia.media.faults import MediaFault
from apollonia.media.reading import (
    NotRegularError,
    OpenFile,
    facts_now,
    hash_open,
    open_regular,
    read_buffer,
)
from apollonia.media.sniffing.content import Content
from apollonia.media.workers.frames import path_to_text

if TYPE_CHECKING:
    from apollonia.media.previews.previews import Group

_GONE = frozenset({errno.ENOENT, errno.ENOTDIR})
_REFUSED = frozenset({errno.EACCES, errno.EPERM})


class Inspector:
    """Answers are plain JSON: ``requests.Inspection`` is made from them on the other side."""

    def __init__(self, buffer_bytes: int, pixel_limit: int) -> None:
        self._buffer = read_buffer(buffer_bytes)
        self._pixel_limit = pixel_limit

    def inspect(
        self,
        path: bytes,
        *,
        with_hash: bool,
        with_probe: bool,
        top: bytes | None = None,
        with_sums: bool = False,
    ) -> dict[str, Any]:
        """Facts, hashes and media of one file; never raises for what is wrong with the file."""
        try:
            with open_regular(path, top) as file:
                listed = self._sums(path, file) if with_sums else {}
                found = self._look(path, file, with_hash=with_hash, with_probe=with_probe)
                return found | listed if found["outcome"] == "ok" else found
        except NotRegularError:
            return {"outcome": "not_regular"}
        except OSError as error:
            return _unreadable(path, top, error)

    def _look(
        self, path: bytes, file: OpenFile, *, with_hash: bool, with_probe: bool
    ) -> dict[str, Any]:
        answer: dict[str, Any] = {"outcome": "ok", "facts": _row(file)}
        if with_hash:
            answer["sha"], answer["xxh"] = hash_open(file, self._buffer)
        if with_probe:
            answer |= self._probe(path, file)
        if not facts_now(file).same_content(file.facts):
            return {"outcome": "changed", "facts": _row(file)}
        return answer

    def _sums(self, path: bytes, file: OpenFile) -> dict[str, Any]:
        """What a checksum file lists, as JSON; nothing of one that is too large to be one."""
        from apollonia.media.sidecars.checksum_files import read_sums  # noqa: PLC0415 - as below
        from apollonia.media.sidecars.limits import MAX_SIDECAR_BYTES  # noqa: PLC0415

        if file.facts.size > MAX_SIDECAR_BYTES:
            return {}
        found = read_sums(os.pread(file.fd, file.facts.size, 0), path.rpartition(b"/")[2])
        rows = [(path_to_text(one.name), one.algorithm, one.digest) for one in found.sums]
        return {"sums": {"count": found.count, "rows": rows}}

    def _probe(self, path: bytes, file: OpenFile) -> dict[str, Any]:
        from apollonia.media.probing.probe import probe  # noqa: PLC0415 - after confinement, when needed

        name = path.rpartition(b"/")[2].decode("utf-8", "backslashreplace")
        _silence_decoders()
        try:
            probed = probe(Content(file.fd, file.facts.size, name), pixel_limit=self._pixel_limit)
        except OSError:
            raise
        except MemoryError:
            words = "It needs more memory than a media worker may have."
            return {"media": _by_name(name)} | _error("memory", words)
        except Exception as error:  # noqa: BLE001 - a decoder's surprise is this file's, not ours
            words = f"It confuses its decoder ({type(error).__name__})."
            return {"media": _by_name(name)} | _error("corrupt", words)
        answer: dict[str, Any] = {"media": probed.media}
        if probed.fault is not None:
            answer |= _error(probed.fault.fault, probed.fault.message)
        return answer

    def artwork(self, path: bytes, size: int) -> dict[str, Any] | None:
        """``requests.Picture`` as JSON with its bytes in base64, or nothing."""
        from apollonia.media.imaging.artwork import make_artwork  # noqa: PLC0415 - as above

        _silence_decoders()
        name = path.rpartition(b"/")[2].decode("utf-8", "backslashreplace")
        try:
            with open_regular(path) as file:
                content = Content(file.fd, file.facts.size, name)
                made = make_artwork(content, size, pixel_limit=self._pixel_limit)
        except (OSError, MediaFault, MemoryError):
            return None
        except Exception:  # noqa: BLE001 - as above
            return None
        if made is None:
            return None
        return {
            "data": b64encode(made.data).decode("ascii"),
            "width": made.width,
            "height": made.height,
            "source": made.source,
        }

    def previews(self, path: bytes, group: "Group") -> dict[str, str]:
        """The previews of a group by name, in base64; none of what cannot be read."""
        from apollonia.media.previews.previews import PreviewLimits, make_previews  # noqa: PLC0415

        _silence_decoders()
        name = path.rpartition(b"/")[2].decode("utf-8", "backslashreplace")
        limits = PreviewLimits(pixel_limit=self._pixel_limit)
        try:
            with open_regular(path) as file:
                content = Content(file.fd, file.facts.size, name)
                made = make_previews(content, group, limits)
        except (OSError, MediaFault, MemoryError):
            return {}
        except Exception:  # noqa: BLE001 - as above
            return {}
        return {key: b64encode(data).decode("ascii") for key, data in made.items()}


def _silence_decoders() -> None:
    if "av" not in sys.modules:
        import av  # noqa: PLC0415 - the decoders' libraries are large

        av.logging.set_level(None)


def _by_name(name: str) -> dict[str, Any]:
    return {"kind": str(kind_by_extension(name))}


def _row(file: OpenFile) -> list[int]:
    facts = file.facts
    return [getattr(facts, name) for name in facts.__slots__]


def _error(code: str, message: str) -> dict[str, Any]:
    return {"outcome": "error", "code": code, "message": message}


def _unreadable(path: bytes, top: bytes | None, error: OSError) -> dict[str, Any]:
    """Its facts are still worth having, where the folder lets us look."""
    if error.errno in _GONE:
        return {"outcome": "vanished"}
    if error.errno == errno.ELOOP:
        return {"outcome": "not_regular"}
    if error.errno in _REFUSED:
        answer = _error("unreadable", "Reading it is not permitted; change its permissions.")
    else:
        words = os.strerror(error.errno) if error.errno else str(error)
        answer = _error("io_error", f"The disk could not deliver it ({words}); check the disk.")
    try:
        with parent_below(folder_of(path) if top is None else top, path) as (folder, name):
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return answer
    from apollonia.media.facts import FileFacts  # noqa: PLC0415 - rarely needed

    return answer | {"facts": _row(OpenFile(-1, FileFacts.of(found, found.st_atime_ns)))}
