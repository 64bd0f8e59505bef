from apollonia.adapters.blobs.folder_blobs import FolderBlobs

__all__ = ["FolderBlobs"]
