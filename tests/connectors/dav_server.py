"""A WebDAV server on loopback that writes its listings as different servers do, and misbehaves on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from aiohttp import web

from tests.network.loopback import loopback

TIME = 1_700_000_000


@dataclass
class DavServer:
    """`files` maps paths to bodies. What a method name stands in front of is misbehaviour: `answers["PROPFIND", path]`
    makes the answer itself, for a path as it stands in the URL, decoded."""

    files: dict[str, bytes]
    prefix: str = "/dav/"
    href: Callable[[str], str] = quote
    etags: bool = True
    times: bool = True
    sizes: bool = True
    answers: dict[tuple[str, str], Callable[[], web.StreamResponse]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    depths: set[str] = field(default_factory=set)
    url: str = ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[DavServer]:
        async with loopback(self.answer) as server:
            self.url = server.url + quote(self.prefix)
            yield self

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = unquote(request.rel_url.raw_path)
        self.asked.append((request.method, path))
        if (special := self.answers.get((request.method, path))) is not None:
            return special()
        inside = path.removeprefix(self.prefix)
        if request.method == "GET" and inside in self.files:
            return web.Response(body=self.files[inside], headers=self._facts(inside))
        if request.method != "PROPFIND":
            return web.Response(status=404)
        self.depths.add(request.headers.get("depth", "none"))
        folder = inside if not inside or inside.endswith("/") else inside + "/"
        if folder and not any(name.startswith(folder) for name in self.files):
            return web.Response(status=404)
        return self.listing(folder, request.headers.get("depth") == "1")

    def listing(self, folder: str, below: bool = True) -> web.Response:
        """The 207 answer for a folder, itself first."""
        names = {name[len(folder) :].partition("/") for name in self.files if name.startswith(folder)} if below else ()
        entries = {folder: True} | {folder + name + slash: bool(slash) for name, slash, _ in names if name}
        return multistatus("".join(self._response(path, is_folder) for path, is_folder in entries.items()))

    def _response(self, path: str, folder: bool) -> str:
        if path in self.refused:
            return (
                f"<D:response><D:href>{escape(self.href(self.prefix + path))}</D:href>{self.refused[path]}</D:response>"
            )
        props = "<D:resourcetype><D:collection/></D:resourcetype>" if folder else "<D:resourcetype/>"
        if not folder:
            facts = self._facts(path)
            props += f"<D:getcontentlength>{len(self.files[path])}</D:getcontentlength>" if self.sizes else ""
            props += f"<D:getetag>{escape(facts['ETag'])}</D:getetag>" if self.etags else ""
            props += f"<D:getlastmodified>{facts['Last-Modified']}</D:getlastmodified>" if self.times else ""
        return (
            f"<D:response><D:href>{escape(self.href(self.prefix + path))}</D:href>"
            f"<D:propstat><D:prop><D:displayname/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>"
            f"<D:propstat><D:prop>{props}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
        )

    def _facts(self, path: str) -> dict[str, str]:
        body = self.files[path]
        return {"ETag": f'"{len(body)}-{sum(body)}"', "Last-Modified": formatdate(TIME + sum(body), usegmt=True)}


def multistatus(responses: str) -> web.Response:
    """A 207 answer with these `response` elements."""
    body = f'<?xml version="1.0"?><D:multistatus xmlns:D="DAV:" xmlns:o="http://example.com/ns">{responses}</D:multistatus>'
    return web.Response(status=207, text=body, content_type="application/xml")
