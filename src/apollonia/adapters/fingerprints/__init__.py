"""The index of fingerprints."""

from apollonia.adapters.fingerprints.sql_fingerprints import SqlFingerprints
from apollonia.adapters.fingerprints.sql_sweep import SqlSweep

__all__ = ["SqlFingerprints", "SqlSweep"]
