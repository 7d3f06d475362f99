"""Google Drive: My Drive, what others shared, and shared drives."""

from connectors.sources.google_drive.source import GoogleDriveSource

__all__ = ["GoogleDriveSource"]
