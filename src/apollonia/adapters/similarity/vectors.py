"""Embeddings as rows: directions alone, as float32."""

import sys
from array import array
from collections.abc import Collection, Sequence
from math import fsum, isfinite, sqrt

from sqlalchemy.engine import Connection

from apollonia.adapters.database.bulk import (
    change_by_keys,
    driver_of,
    insert_rows,
    lock_names,
    select_by_keys,
)
from apollonia.ports.similarity import Embedding

ROW = ("number", "sha256_hash", "model", "dimensions", "vector")
_KNOWN = "SELECT number, sha256_hash, model, vector FROM embeddings WHERE sha256_hash IN {keys}"


def direction_of(values: Sequence[float]) -> bytes | None:
    """Float32, little-endian, of length 1; ``None`` where there is no direction."""
    length = sqrt(fsum(it * it for it in values)) if values else 0.0
    if not isfinite(length) or not length:
        return None
    packed = array("f", [it / length for it in values])
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def save(connection: Connection, embeddings: Collection[Embedding]) -> None:
    """Insert or replace by (content, model); what is as it was stays."""
    newest = {(it.sha256_hash, it.model): it for it in embeddings}
    packed = {key: direction_of(it.values) for key, it in newest.items()}
    lock_names(connection, "embeddings")  # so that who follows by number misses none
    known = select_by_keys(connection, _KNOWN, {sha256 for sha256, _ in newest})
    gone, same = [], set()
    for number, sha256, model, vector in known:
        key = (sha256, model)
        if key in newest and packed[key] is not None:
            if bytes(vector) == packed[key]:
                same.add(key)
            else:
                gone.append(number)
    new = [(key, vector) for key, vector in packed.items() if vector and key not in same]
    # Before the old ones go: a number is never used again, whoever follows would not see it.
    numbers = driver_of(connection).new_numbers(connection, "embeddings", len(new))
    change_by_keys(connection, "DELETE FROM embeddings WHERE number IN {keys}", gone)
    rows = [
        (number, *key, len(vector) // 4, vector)
        for number, (key, vector) in zip(numbers, new, strict=True)
    ]
    insert_rows(connection, "embeddings", ROW, rows)
