"""Files of a WebDAV server, folder by folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Literal
from urllib.parse import quote, unquote, urljoin, urlsplit

from pydantic import ValidationInfo, field_validator

from connectors.sdk import (
    Authorization,
    Capability,
    ConfigError,
    ConnectorConfig,
    Content,
    Context,
    DocumentRef,
    Endpoint,
    FileFilters,
    Json,
    Node,
    NotFound,
    Page,
    Partition,
    PermanentError,
    Probe,
    Response,
    Secret,
    Source,
    SourceSpec,
    State,
    StreamedResponse,
    TransientError,
    Warn,
    counted,
    option,
)
from connectors.sdk.files import FileFilter, capped
from connectors.sdk.tree import Entry, folder_nodes, tree_pages
from connectors.sources._times import parse_time
from connectors.sources._web import WebAddress, authority, endpoint
from connectors.sources.webdav.multistatus import PROPFIND, etag_text, folder_entries, read

WHOLE = 1024 * 1024  # below this a file is read at once, from here on, or of unknown size, in chunks
LISTING_BYTES = 256 * 1024 * 1024  # some hundred thousand files in one folder
_REDIRECTS = {301, 302, 307, 308}
_NOT_DAV = {400, 405, 415, 501}


class WebDavConfig(ConnectorConfig):
    """Where the files are, and as whom to read them."""

    base_url: WebAddress = option(
        title="Address",
        help="The server's WebDAV address. Nextcloud and ownCloud show it in the settings of Files.",
        order=0,
        examples=["https://cloud.example.com/remote.php/dav/files/ada/"],
    )
    username: str = option("", title="User name", help="Empty for a public folder.", effect="tuning", order=1)
    password: Secret | None = option(
        None,
        title="Password",
        help="Where the server has app passwords, make one for this.",
        effect="tuning",
        order=2,
        validate_default=True,
    )
    sign_in: Literal["basic", "digest"] = option(
        "basic",
        title="Sign-in",
        help="How name and password are sent.",
        effect="tuning",
        labels={"basic": "Basic", "digest": "Digest"},
        advanced=True,
        order=3,
    )
    remote_path: str = option("/", title="Folder", help="The folder on the server to begin with.", order=4)
    folders: list[str] = option(
        [], title="Only these folders", help="Empty: everything below the folder.", tree=True, order=5
    )
    filters: FileFilters = option(FileFilters(), title="Filters", order=6)

    @field_validator("password")
    @classmethod
    def _both_or_none(cls, password: Secret | None, info: ValidationInfo) -> Secret | None:
        if bool(info.data.get("username")) != (password is not None):
            raise ValueError("user name and password belong together; a public folder needs neither")
        return password


class WebDavSource(Source[WebDavConfig]):
    """Files by their path below the folder; a file is new when its ETag is, or without one its size or time."""

    spec = SourceSpec(
        type="webdav",
        title="WebDAV",
        summary="Files of Nextcloud, ownCloud, a NAS or any other WebDAV server.",
        group="Files",
        icon="webdav",
        auth=("basic", "digest", "none"),
        capabilities=frozenset({Capability.INCREMENTAL, Capability.DELETIONS, Capability.DISCOVER}),
        keywords=("nextcloud", "owncloud", "nas", "synology", "sharepoint", "files", "dav", "share"),
    )
    Config = WebDavConfig

    def __init__(self, config: WebDavConfig, context: Context) -> None:
        super().__init__(config, context)
        parts = urlsplit(config.base_url)
        below = quote(config.remote_path.strip("/"))
        path = "/".join(part for part in (parts.path.strip("/"), below) if part)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._root = f"{self._origin}/{path}/" if path else f"{self._origin}/"
        self._wanted = FileFilter(config.filters, folders=config.folders)

    @classmethod
    def endpoints(cls, config: WebDavConfig) -> Sequence[Endpoint]:
        return [endpoint(config.base_url)]

    @classmethod
    def authorization(cls, config: WebDavConfig) -> Authorization | None:
        if not config.username:
            return None
        return Authorization(
            kind=config.sign_in,
            params={"username": config.username, "password": config.password},
            hosts=(authority(config.base_url),),
        )

    def probes(self) -> Sequence[Probe]:
        return [
            Probe("sign_in", "Sign in and open the folder", self._probe_root),
            Probe("listing", "List files", self._probe_list),
        ]

    async def _probe_root(self) -> str:
        await self._verify()
        path, name = unquote(urlsplit(self._root).path), self.config.username
        return f"{path} can be read by {name}" if name else f"{path} can be read by anyone"

    async def _probe_list(self) -> str:
        entries = await self._list("")
        if not entries:
            raise Warn("The folder is empty", remedy="Nothing will be synced until files are put there.")
        folders = sum(entry.folder for entry in entries)
        files = counted(len(entries) - folders, "file")
        return f"{files} and {counted(folders, 'folder')} at the top"

    async def discover(self, parent: str | None) -> list[Node]:
        folder = f"{parent}/" if parent else ""
        return folder_nodes(folder, await self._list(folder))

    async def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        pages = tree_pages(self._list, verify=self._verify, wanted=self._wanted, checkpoint=checkpoint, url=self._url)
        async with aclosing(pages):
            async for page in pages:
                yield page

    async def fetch(self, ref: DocumentRef) -> Content:
        url = self._url(ref.source_id)
        if ref.size is not None and ref.size < WHOLE:
            answer = await self.context.http.get(url, max_bytes=self._wanted.max_bytes)
            self._refuse_web_page(ref, answer, len(answer.body))
            return Content(answer.body, fingerprint=_fetched_fingerprint(ref, answer), size=len(answer.body))
        async with AsyncExitStack() as stack:
            streamed = await stack.enter_async_context(self.context.http.stream("GET", url))
            length = _length(streamed)
            self._refuse_web_page(ref, streamed, length)
            self._wanted.check_size(ref.source_id, length)
            body = self._chunks(streamed, ref.source_id, stack.pop_all())
            return Content(body, fingerprint=_fetched_fingerprint(ref, streamed), size=length)

    async def _chunks(self, answer: StreamedResponse, path: str, held: AsyncExitStack) -> AsyncIterator[bytes]:
        async with held, aclosing(capped(answer.chunks(), self._wanted.max_bytes, path=path)) as body:
            async for chunk in body:
                yield chunk

    # --- the server --------------------------------------------------------------------------------------------------

    def _url(self, path: str) -> str:
        return self._root + quote(path)

    async def _list(self, folder: str) -> list[Entry]:
        answer = await self._propfind(self._url(folder), depth="1")
        path = urlsplit(answer.url).path
        return await asyncio.to_thread(folder_entries, answer.body, path=path, where=answer.url)

    async def _verify(self) -> None:
        answer = await self._propfind(self._root, depth="0")
        itself = (await asyncio.to_thread(read, answer.body, where=answer.url))[0]
        if not itself.folder and itself.status < 300:
            raise ConfigError(
                "This is a file, not a folder",
                pointer="/remote_path",
                where=self._root,
                remedy="Enter the folder that holds it.",
            )

    async def _propfind(self, url: str, *, depth: str) -> Response:
        """Asks for a folder, following redirects within the server: it may want the address written its own way."""
        for _ in range(3):
            try:
                answer = await self.context.http.request(
                    "PROPFIND",
                    url,
                    headers={"depth": depth, "content-type": "application/xml; charset=utf-8"},
                    content=PROPFIND,
                    accept=_REDIRECTS | _NOT_DAV,
                    max_bytes=LISTING_BYTES,
                )
            except NotFound as error:
                if url != self._root:
                    raise
                raise ConfigError(
                    "There is no such folder on the server",
                    pointer="/remote_path",
                    where=url,
                    remedy="Check the address and the folder; capitals matter.",
                    detail=error.detail,
                ) from error
            if answer.status not in _REDIRECTS:
                return self._as_listing(answer)
            target = urljoin(url, answer.headers.get("location", ""))
            if not target.startswith(self._origin + "/"):
                raise ConfigError(
                    "The server sends us to another address",
                    pointer="/base_url",
                    where=f"{url} to {target.partition('?')[0]}",
                    remedy="Enter the address that it leads to, if you trust it; a sign-in page needs an app password.",
                    code="redirect_refused",
                )
            url = target
        raise PermanentError(
            "The server redirects in a circle", where=url, remedy="Check the address.", code="redirect_loop"
        )

    def _as_listing(self, answer: Response) -> Response:
        """The answer, if it is a listing: a web page or a plain web server gets its own words."""
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        start = answer.body[:200].lstrip().lower()
        if answer.status == 207 and "html" not in kind and not start.startswith((b"<!doctype html", b"<html")):
            return answer
        if answer.status in _NOT_DAV:
            what = f"The server does not offer WebDAV here (it answered {answer.status})"
            remedy = "Enter the WebDAV address; Nextcloud's ends with /remote.php/dav/files/USER/."
        else:
            what = "The server answered with a web page instead of a listing"
            remedy = (
                "Enter the WebDAV address; Nextcloud's ends with /remote.php/dav/files/USER/. "
                "A sign-in page or a proxy may have answered instead."
            )
        raise ConfigError(
            what,
            pointer="/base_url",
            where=answer.url,
            remedy=remedy,
            detail=f"{answer.status} {kind}",
            code="not_webdav",
        )

    def _refuse_web_page(self, ref: DocumentRef, answer: Response | StreamedResponse, length: int | None) -> None:
        """A sign-in page with status 200 must not become the document."""
        kind = answer.headers.get("content-type", "").lower()
        if "html" in kind and "html" not in ref.media_type and length != ref.size:
            raise TransientError(
                "The server answered with a web page instead of the file",
                where=answer.url,
                remedy="Check whether it asks to sign in; the file is tried again on the next run.",
                code="web_page",
            )


def _length(answer: Response | StreamedResponse) -> int | None:
    """The announced size, unless it is that of a compressed body."""
    length = answer.headers.get("content-length", "")
    return int(length) if length.isdecimal() and not answer.headers.get("content-encoding") else None


def _fetched_fingerprint(ref: DocumentRef, answer: Response | StreamedResponse) -> str | None:
    """None where the answer is what was listed. ETags of listing and fetching differ on some servers for the very same
    file, so that only another modification time counts as another version."""
    modified = parse_time(answer.headers.get("last-modified", ""))
    if modified is None or ref.updated_at is None or modified == ref.updated_at:
        return None
    return etag_text(answer.headers.get("etag")) or f"{_length(answer)}-{modified:.0f}"
