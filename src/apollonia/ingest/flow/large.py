"""Large files: hashed in threads of their own, then looked into by a worker."""

import errno
from dataclasses import replace

from apollonia.ingest.flow.inspector import Inspector, LargeHasher
from apollonia.media.hashing import ContentChangedError, StoppedError
from apollonia.media.workers.requests import Inspection, InspectRequest


async def inspect_large(
    hasher: LargeHasher, inspector: Inspector, path: bytes, top: bytes
) -> Inspection:
    """As ``inspect`` for one file; ``changed`` when it was written to between the two readings.

    A file that cannot be hashed is looked into all the same: that tells why, in its own words.
    """
    hashed = None
    try:
        hashed = await hasher.hash_large(path, top)
    except (ContentChangedError, StoppedError):
        return Inspection(path=path, outcome="changed")
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR}:
            return Inspection(path=path, outcome="vanished")
    (inspection,) = await inspector.inspect([InspectRequest(path, hash=hashed is None, top=top)])
    if hashed is None or inspection.facts is None:
        return inspection
    if not hashed.facts.same_content(inspection.facts):
        return Inspection(path=path, outcome="changed")
    return replace(inspection, sha256_hash=hashed.sha256_hash, xxh128_hash=hashed.xxh128_hash)
