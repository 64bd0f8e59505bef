from apollonia.adapters.uploads.folder_spool import FolderSpool

__all__ = ["FolderSpool"]
