"""What the bare work costs on this machine: the peers of the measures."""

import hashlib
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import xxhash


def hash_small(paths: Sequence[Path]) -> float:
    """Files a second of reading and hashing alone, one thread."""
    began = time.perf_counter()
    for path in paths:
        content = path.read_bytes()
        hashlib.sha256(content).digest()
        xxhash.xxh3_128(content).digest()
    return len(paths) / (time.perf_counter() - began)


def hash_large(paths: Sequence[Path], buffer_bytes: int) -> float:
    """Bytes a second of both digests in one pass over whole files, one thread."""
    buffer = memoryview(bytearray(buffer_bytes))
    total = 0
    began = time.perf_counter()
    for path in paths:
        sha, xxh = hashlib.sha256(), xxhash.xxh3_128()
        with path.open("rb", buffering=0) as file:
            while got := file.readinto(buffer):
                sha.update(buffer[:got])
                xxh.update(buffer[:got])
                total += got
        sha.digest(), xxh.digest()
    return total / (time.perf_counter() - began)


def find(folder: Path) -> float:
    """Files a second of ``find -printf`` with what an incremental scan compares."""
    command = ["find", str(folder), "-type", "f", "-printf", "%s %T@ %i %p\\n"]
    began = time.perf_counter()
    lines = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.count(b"\n")
    return lines / (time.perf_counter() - began)


def files_below(folder: Path) -> list[Path]:
    """Every file below, in one fixed order."""
    return sorted(Path(top) / name for top, _folders, names in os.walk(folder) for name in names)
