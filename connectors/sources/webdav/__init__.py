"""WebDAV (RFC 4918): Nextcloud, ownCloud, SharePoint's and every NAS's way to lend out files."""

from connectors.sources.webdav.source import WebDavSource

__all__ = ["WebDavSource"]
