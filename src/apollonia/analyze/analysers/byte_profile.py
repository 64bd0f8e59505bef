"""How the bytes of a content are spread: tells compressed from plain data, and blank from both."""

import hashlib
import math
import os
import struct
from collections import Counter
from collections.abc import Mapping
from typing import Any

from apollonia.analyze.material import Material

LOOKED_AT_BYTES = 1 << 20


class ByteProfile:
    """Shannon's entropy of the first MiB, and a digest of its histogram."""

    def analyse(self, material: Material) -> Mapping[str, Any]:
        """``bytes`` looked at; ``entropy`` in bits per byte, 0 to 8; ``distinct`` byte values.

        ``histogram_sha256`` is the SHA-256 of the 256 counts, each as little-endian uint32.
        """
        counts: Counter[int] = Counter()
        looked_at = 0
        while looked_at < LOOKED_AT_BYTES:
            part = os.pread(material.file.fd, LOOKED_AT_BYTES - looked_at, looked_at)
            if not part:
                break
            counts.update(part)
            looked_at += len(part)
        shares = [count / looked_at for count in counts.values()]
        entropy = -math.fsum(share * math.log2(share) for share in shares)
        histogram = struct.pack("<256I", *(counts[value] for value in range(256)))
        return {
            "bytes": looked_at,
            "entropy": round(max(0.0, entropy), 4),
            "distinct": len(counts),
            "histogram_sha256": hashlib.sha256(histogram).hexdigest(),
        }
