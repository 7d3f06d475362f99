"""Drive's API, version 3: the requests that are made, and the parts of the answers that are read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from connectors.sdk import Context, Explain, Json, NotFound, PermanentError, StreamedResponse
from connectors.sources.google_drive.errors import refusal

T = TypeVar("T")

GOOGLE = "https://www.googleapis.com"
FOLDER = "application/vnd.google-apps.folder"
SHORTCUT = "application/vnd.google-apps.shortcut"
PAGE = 1_000
_REFUSALS = frozenset({400, 403, 404, 410})
_PERSON = "emailAddress,displayName"
_PERMISSION = "id,type,emailAddress,domain,deleted,view"
FILE = (
    "id,name,mimeType,parents,size,md5Checksum,headRevisionId,createdTime,modifiedTime,version,trashed,driveId,"
    f"ownedByMe,owners({_PERSON}),permissions({_PERMISSION}),permissionIds,hasAugmentedPermissions,description,"
    "shortcutDetails(targetId,targetMimeType,targetResourceKey),resourceKey,webViewLink,capabilities(canDownload)"
)


class _Part(msgspec.Struct, rename="camel", frozen=True, omit_defaults=True):
    """Base of what answers are made of: Google leaves out what is empty."""


class Person(_Part, frozen=True):
    """Someone as Google names them."""

    email_address: str = ""
    display_name: str = ""


class Permission(_Part, frozen=True):
    """Who may do something with a file."""

    id: str = ""
    type: str = ""
    email_address: str = ""
    domain: str = ""
    deleted: bool = False
    view: str = ""


class ShortcutDetails(_Part, frozen=True):
    """What a shortcut leads to."""

    target_id: str = ""
    target_mime_type: str = ""
    target_resource_key: str = ""


class Capabilities(_Part, frozen=True):
    """What the account may do with a file."""

    can_download: bool = True


class File(_Part, frozen=True):
    """A file, a folder or a shortcut. Only folders of shared drives and what is shared may have no parent."""

    id: str
    name: str = ""
    mime_type: str = ""
    parents: list[str] = []
    size: str | None = None
    md5_checksum: str | None = None
    head_revision_id: str | None = None
    created_time: str | None = None
    modified_time: str | None = None
    version: str | None = None
    trashed: bool = False
    drive_id: str | None = None
    owned_by_me: bool = False
    owners: list[Person] = []
    permissions: list[Permission] | None = None
    permission_ids: list[str] = []
    has_augmented_permissions: bool = False
    description: str = ""
    shortcut_details: ShortcutDetails | None = None
    resource_key: str | None = None
    web_view_link: str | None = None
    capabilities: Capabilities = Capabilities()

    @property
    def parent(self) -> str | None:
        """The folder it lies in, as far as the account may know it."""
        return self.parents[0] if self.parents else None


class FileList(_Part, frozen=True):
    """A page of files."""

    files: list[File] = []
    next_page_token: str | None = None
    incomplete_search: bool = False


class Change(_Part, frozen=True):
    """The latest state of one file, or that it is out of sight."""

    change_type: str = ""
    file_id: str = ""
    removed: bool = False
    file: File | None = None


class ChangeList(_Part, frozen=True):
    """A page of changes; the last one names where the next pass begins."""

    changes: list[Change] = []
    next_page_token: str | None = None
    new_start_page_token: str | None = None


class SharedDrive(_Part, frozen=True):
    """A shared drive; its id is also that of its top folder."""

    id: str
    name: str = ""


class _DriveList(_Part, frozen=True):
    drives: list[SharedDrive] = []
    next_page_token: str | None = None


class _PermissionList(_Part, frozen=True):
    permissions: list[Permission] = []
    next_page_token: str | None = None


class _StartPageToken(_Part, frozen=True):
    start_page_token: str


class _About(_Part, frozen=True):
    user: Person


class Drive:
    """The API on behalf of one connection."""

    def __init__(self, context: Context, address: str | None) -> None:
        self._context = context
        self._base = f"{(address or GOOGLE).rstrip('/')}/drive/v3"

    async def user(self) -> Person:
        """Who is signed in."""
        return (await self._ask("about", _About, {"fields": f"user({_PERSON})"})).user

    async def drives(self) -> list[SharedDrive]:
        """The shared drives that the account is a member of."""
        found: list[SharedDrive] = []
        params: dict[str, Json] = {"pageSize": 100, "fields": "nextPageToken,drives(id,name)"}
        while True:
            page = await self._ask("drives", _DriveList, params)
            found += page.drives
            if page.next_page_token is None:
                return found
            params["pageToken"] = page.next_page_token

    async def drive(self, drive: str) -> SharedDrive:
        """One shared drive."""
        return await self._ask(f"drives/{_part(drive)}", SharedDrive, {"fields": "id,name"})

    async def file(self, file: str) -> File:
        """One file's facts."""
        return await self._ask(f"files/{_part(file)}", File, {"supportsAllDrives": "true", "fields": FILE})

    async def find(self, file: str) -> File | None:
        """One file's facts; None when the account can't see it."""
        try:
            return await self.file(file)
        except NotFound:
            return None

    async def files(self, query: str, *, corpus: str | None, page: str | None = None, order: str = "") -> FileList:
        """A page of the files that fit a query, in a shared drive (`corpus`), or in the account's own corpus ("")."""
        params: dict[str, Json] = {
            "q": query,
            "pageSize": PAGE,
            "supportsAllDrives": "true",
            "fields": f"nextPageToken,incompleteSearch,files({FILE})",
        }
        if corpus is None:  # wherever they lie
            params |= {"corpora": "user", "includeItemsFromAllDrives": "true"}
        elif corpus:
            params |= {"corpora": "drive", "driveId": corpus, "includeItemsFromAllDrives": "true"}
        else:
            params |= {"corpora": "user"}
        if page is not None:
            params["pageToken"] = page
        if order:
            params["orderBy"] = order
        return await self._ask("files", FileList, params)

    async def start_token(self, corpus: str) -> str:
        """The place in the feed where what happens from now on begins."""
        params: dict[str, Json] = {"supportsAllDrives": "true"} | ({"driveId": corpus} if corpus else {})
        return (await self._ask("changes/startPageToken", _StartPageToken, params)).start_page_token

    async def changes(self, token: str, *, corpus: str) -> ChangeList:
        """What happened since a place in the feed. Raises TokenRefused where Google has forgotten the place."""
        params: dict[str, Json] = {
            "pageToken": token,
            "pageSize": PAGE,
            "supportsAllDrives": "true",
            "fields": f"nextPageToken,newStartPageToken,changes(changeType,fileId,removed,file({FILE}))",
        }
        if corpus:
            params |= {"driveId": corpus, "includeItemsFromAllDrives": "true"}
        return await self._ask("changes", ChangeList, params)

    async def permissions(self, file: str) -> list[Permission]:
        """Who may see a file or a shared drive."""
        found: list[Permission] = []
        params: dict[str, Json] = {
            "supportsAllDrives": "true",
            "pageSize": 100,
            "fields": f"nextPageToken,permissions({_PERMISSION})",
        }
        while True:
            page = await self._ask(f"files/{_part(file)}/permissions", _PermissionList, params)
            found += page.permissions
            if page.next_page_token is None:
                return found
            params["pageToken"] = page.next_page_token

    @asynccontextmanager
    async def content(self, file: str, *, export: str, resource_key: str) -> AsyncIterator[StreamedResponse]:
        """A file's body, or what Google makes of it."""
        url = f"{self._base}/files/{_part(file)}"
        headers = {"x-goog-drive-resource-keys": f"{file}/{resource_key}"} if resource_key else None
        params = {"mimeType": export} if export else {"alt": "media", "supportsAllDrives": "true"}
        target = f"{url}/export" if export else url
        async with self._context.http.stream(
            "GET", target, params=params, headers=headers, accept=_REFUSALS, explain=self._explain(target)
        ) as answer:
            yield answer

    def _explain(self, url: str) -> Explain:
        return lambda status, body: refusal(status, body, where=url, now=self._context.clock.now())

    async def _ask(self, path: str, kind: type[T], params: Mapping[str, Any]) -> T:
        url = f"{self._base}/{path}"
        answer = await self._context.http.get(url, params=params, accept=_REFUSALS, explain=self._explain(url))
        try:
            return msgspec.json.decode(answer.body, type=kind)
        except msgspec.DecodeError as error:
            raise PermanentError(
                "Google's answer is not as its API describes it",
                where=url,
                remedy="A proxy may have answered instead. If it lasts, report the details.",
                detail=f"{error}: {answer.text()[:500]}",
                code="bad_answer",
            ) from error


def _part(text: str) -> str:
    return quote(text, safe="")
