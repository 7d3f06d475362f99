"""A publisher on loopback: a blog with a feed in every dialect, articles behind the entries, and faults on demand."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any

from aiohttp import web

from tests.support.web import served

START = datetime(2026, 1, 1, tzinfo=UTC)
PARAGRAPH = "The tide tables are printed on the last page, and nobody reads them until the water is in the cellar. " * 4


class Publisher:
    """`numbers` are the entries that exist, the newest last; a feed shows the newest `window` of them a page."""

    def __init__(self, count: int = 5, *, window: int = 10) -> None:
        self.numbers = list(range(1, count + 1))
        self.window = window
        self.edits: dict[int, str] = {}
        self.validators = True
        self.body: bytes | None = None
        self.content_type = ""
        self.seen: list[web.Request] = []
        self.statuses: list[int] = []
        self.address = ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Publisher]:
        app = web.Application(middlewares=[self._around])
        app.add_routes([web.get(f"/{kind}", self._feed) for kind in ("rss", "atom", "json")])
        app.add_routes(
            [
                web.get("/posts/{number}", self._article),
                web.get("/moved", self._moved),
                web.get("/paper.pdf", self._paper),
                web.get("/", self._home),
            ]
        )
        async with served(app) as self.address:
            yield self

    def asked(self, path: str) -> int:
        """How many requests a path got."""
        return sum(request.path.startswith(path) for request in self.seen)

    @web.middleware
    async def _around(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.seen.append(request)
        try:
            answer: web.StreamResponse = await handler(request)
        except web.HTTPException as error:
            self.statuses.append(error.status)
            raise
        self.statuses.append(answer.status)
        return answer

    async def _feed(self, request: web.Request) -> web.Response:
        page = int(request.query.get("page", 1))
        newest_first = list(reversed(self.numbers))
        shown = newest_first[(page - 1) * self.window : page * self.window]
        more = len(newest_first) > page * self.window
        kind = request.path.strip("/")
        older = f"{self.address}/{kind}?page={page + 1}" if more else None
        if self.body is not None:
            return self._conditional(request, self.body, self.content_type)
        if kind == "json":
            return self._conditional(request, self._json(shown, older).encode(), "application/feed+json")
        body = self._atom(shown, older) if kind == "atom" else self._rss(shown)
        return self._conditional(request, body.encode(), f"application/{kind}+xml")

    def _conditional(self, request: web.Request, body: bytes, content_type: str) -> web.Response:
        headers = {"Content-Type": content_type}
        if self.validators:
            etag = f'W/"{hashlib.md5(body).hexdigest()}"'
            headers |= {"ETag": etag, "Last-Modified": format_datetime(START, usegmt=True)}
            if request.headers.get("If-None-Match") == etag:
                return web.Response(status=304, headers=headers)
        return web.Response(body=body, headers=headers)

    def _text(self, number: int) -> str:
        return self.edits.get(number, f"<p>Entry <b>{number}</b> &amp; its <a href='/posts/{number}'>link</a></p>")

    def _rss(self, shown: Sequence[int]) -> str:
        items = "".join(
            f"<item><guid isPermaLink='false'>post-{n}</guid><title>Post {n} &amp;amp; more</title>"
            f"<link>{self.address}/posts/{n}</link><pubDate>{format_datetime(START + timedelta(days=n))}</pubDate>"
            f"<category>News</category><author>ann@example.com (Ann)</author>"
            f"<enclosure url='{self.address}/{n}.mp3' type='audio/mpeg' length='9'/>"
            f"<description>{escape(self._text(n))}</description></item>"
            for n in shown
        )
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>The Blog</title>{items}</channel></rss>"

    def _atom(self, shown: Sequence[int], older: str | None) -> str:
        entries = "".join(
            f"<entry><id>post-{n}</id><title>Post {n} &amp; more</title><link href='/posts/{n}'/>"
            f"<updated>{(START + timedelta(days=n)).isoformat()}</updated><author><name>Ann</name></author>"
            f"<summary>short</summary><content type='html'>{escape(self._text(n))}</content></entry>"
            for n in shown
        )
        link = f"<link rel='next' href='{escape(older)}'/>" if older else ""
        return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>The Blog</title>{link}{entries}</feed>"

    def _json(self, shown: Sequence[int], older: str | None) -> str:
        import json

        items = [
            {
                "id": f"post-{n}",
                "url": f"/posts/{n}",
                "title": f"Post {n} & more",
                "content_html": self._text(n),
                "date_published": (START + timedelta(days=n)).isoformat(),
                "authors": [{"name": "Ann"}],
            }
            for n in shown
        ]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "The Blog", "items": items}
        return json.dumps(feed | ({"next_url": older} if older else {}))

    async def _article(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        if number not in self.numbers:
            raise web.HTTPGone
        body = (
            f"<!doctype html><html><head><meta charset='iso-8859-1'><title>Post {number}</title></head><body>"
            f"<nav><a href='/'>Home</a></nav><article><h2>Café {number}</h2><p>{PARAGRAPH}</p><p>{PARAGRAPH}</p>"
            "</article><footer>All rights reserved</footer><script>track()</script></body></html>"
        )
        return web.Response(body=body.encode("latin-1"), headers={"Content-Type": "text/html"})

    async def _moved(self, request: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently("/rss")

    async def _paper(self, request: web.Request) -> web.Response:
        return web.Response(body=b"%PDF-1.7", content_type="application/pdf")

    async def _home(self, request: web.Request) -> web.Response:
        head = "<link rel='alternate' type='application/rss+xml' href='/rss'>"
        return web.Response(text=f"<!doctype html><html><head>{head}</head>Welcome</html>", content_type="text/html")
