"""Who may see a file. Files of people tell it themselves, those of shared drives only by ids."""

from __future__ import annotations

from connectors.sdk import Access, NotFound, PermissionDenied
from connectors.sources.google_drive.api import Drive, File, Permission
from connectors.sources.google_drive.documents import access_of


class AccessReader:
    """Reads it for one part. None where the account may not know it."""

    def __init__(self, drive: Drive, corpus: str) -> None:
        self._drive = drive
        self._corpus = corpus
        self._members: dict[str, Permission] | None = None

    async def of(self, file: File) -> Access | None:
        """Who may see this file."""
        if file.permissions is not None:
            return access_of(file.permissions)
        if not self._corpus or file.drive_id != self._corpus:
            return None
        if self._members is None:
            self._members = {each.id: each for each in await self._permissions(self._corpus)}
        if not file.has_augmented_permissions:
            given = [
                each for key, each in self._members.items() if not file.permission_ids or key in file.permission_ids
            ]
        elif all(key in self._members for key in file.permission_ids) and file.permission_ids:
            given = [self._members[key] for key in file.permission_ids]
        else:
            given = await self._permissions(file.id)
        return access_of(given) if given else None

    async def _permissions(self, file: str) -> list[Permission]:
        try:
            return await self._drive.permissions(file)
        except (PermissionDenied, NotFound):
            return []
