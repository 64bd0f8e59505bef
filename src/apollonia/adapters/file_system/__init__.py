"""Disks."""

from apollonia.adapters.file_system.local import LocalFiles

__all__ = ["LocalFiles"]
