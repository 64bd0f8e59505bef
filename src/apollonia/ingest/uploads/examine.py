"""What an upload is: its size and hash as promised, its kind and tags by its content."""

from dataclasses import dataclass

from pydantic import ValidationError

from apollonia.domain.kinds import Kind
from apollonia.ingest.flow.inspector import Inspector, LargeHasher
from apollonia.ingest.flow.large import inspect_large
from apollonia.ingest.uploads.verdicts import UploadRefused, UploadWaits
from apollonia.media.workers.requests import Inspection, InspectRequest
from apollonia.messages import Media
from apollonia.ports.uploads import Spooled

LANDING_KINDS = frozenset({Kind.AUDIO, Kind.VIDEO, Kind.IMAGE})

_DISK_ERRORS = frozenset({"io_error", "unreadable"})


@dataclass(frozen=True, slots=True)
class Examined:
    """What is in it."""

    media: Media
    size: int
    sha256_hash: str


class Examiner:
    """Looks with the media workers; a large file is hashed in threads of its own."""

    def __init__(
        self, *, inspector: Inspector, large: LargeHasher, large_file_bytes: int = 4 << 20
    ) -> None:
        self._inspector = inspector
        self._large = large
        self._large_file_bytes = large_file_bytes

    async def examine(self, spooled: Spooled) -> Examined:
        """Read it once.

        Raises:
            UploadRefused: it is not what was promised, or no media.
            UploadWaits: it could not be read now.
            MediaUnavailableError: the media workers are busy or stopped.
        """
        inspection = await self._inspect(spooled)
        if inspection.outcome not in {"ok", "error"} or inspection.facts is None:
            raise UploadWaits("Its content cannot be read in the spool now.")
        upload, facts = spooled.upload, inspection.facts
        if facts.size != upload.size:
            raise UploadRefused(f"It has {facts.size} bytes; {upload.size} were announced.")
        sha = inspection.sha256_hash
        if sha is None:
            raise UploadWaits(_why(inspection))
        if upload.sha256_hash is not None and sha != upload.sha256_hash:
            raise UploadRefused(
                f"It was damaged on its way: its SHA-256 is {sha}, not {upload.sha256_hash}."
            )
        return Examined(_media(inspection), facts.size, sha)

    async def _inspect(self, spooled: Spooled) -> Inspection:
        path, folder = spooled.content, spooled.folder
        if spooled.upload.size > self._large_file_bytes:
            return await inspect_large(self._large, self._inspector, path, folder)
        (inspection,) = await self._inspector.inspect([InspectRequest(path, top=folder)])
        return inspection


def _media(inspection: Inspection) -> Media:
    error = inspection.error
    if error is not None:
        if error.code in _DISK_ERRORS:
            raise UploadWaits(_why(inspection))
        raise UploadRefused(f"It cannot be cataloged: {error.message}")
    try:
        media = Media.model_validate(inspection.media or {})
    except ValidationError as invalid:
        raise UploadRefused("It is of no kind that is known here.") from invalid
    if media.kind not in LANDING_KINDS:
        raise UploadRefused(
            f"Only audio, video and images can be uploaded; this is {media.format or 'something'}"
            f" of kind {media.kind}."
        )
    return media


def _why(inspection: Inspection) -> str:
    words = inspection.error.message if inspection.error is not None else "try again later"
    return f"Its content cannot be read in the spool now: {words}"
