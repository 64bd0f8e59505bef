"""Fingerprints as rows of their tables."""

from collections.abc import Iterable, Sequence

from apollonia.adapters.database.bulk import AnyRow
from apollonia.adapters.fingerprints.packing import signed, unpack_frames, unpack_items
from apollonia.domain.matching.acoustic import terms_of
from apollonia.domain.matching.likeness import Family
from apollonia.domain.matching.perceptual import MAX_FRAMES, is_telling, slots_of
from apollonia.ports.fingerprints import Fingerprint

ROW = ("number", "sha256_hash", "family", "version", "duration_ms", "packed")
TERM = ("term", "fingerprint", "position")
BAND = ("slot", "fingerprint", "position", "phash")
RELATION = ("family", "one", "other", "nature", "score", "evidence", "found_time")


def fingerprint_of(row: AnyRow) -> Fingerprint:
    """From a row of ``ROW``."""
    _, sha256, family, version, duration_ms, packed = row
    kind = Family(family)
    acoustic = kind is Family.ACOUSTIC
    return Fingerprint(
        sha256_hash=sha256,
        family=kind,
        version=version,
        duration_ms=duration_ms,
        items=unpack_items(packed) if acoustic else (),
        frames=() if acoustic else tuple(unpack_frames(packed)),
    )


def term_rows(number: int, fingerprint: Fingerprint) -> Iterable[tuple[int, int, int]]:
    """Its rows of ``acoustic_terms``."""
    for term, positions in terms_of(fingerprint.items).items():
        for position in positions:
            yield term, number, position


def band_rows(number: int, fingerprint: Fingerprint) -> Iterable[tuple[int, int, int, int]]:
    """Its rows of ``picture_bands``."""
    for position, phash in enumerate(telling(fingerprint)):
        for slot in slots_of(phash):
            yield slot, number, position, signed(phash)


def telling(fingerprint: Fingerprint) -> Sequence[int]:
    """The hashes that are looked up: each once, those of single colours not at all."""
    hashes = dict.fromkeys(it.phash for it in fingerprint.frames[:MAX_FRAMES])
    return [phash for phash in hashes if is_telling(phash)]
