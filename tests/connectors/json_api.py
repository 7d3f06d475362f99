"""A JSON API on loopback that pages in every way there is, signs people in, and misbehaves on demand."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.support.web import served

Item = dict[str, Any]
KEY = "k3y-planted-in-the-vault"


def articles(count: int) -> list[Item]:
    """Items as an API has them."""
    return [
        {
            "id": n,
            "title": f"Article {n}",
            "body": f"<p>Text <b>{n}</b></p>",
            "views": 0,
            "updated_at": 1_700_000_000 + n,
        }
        for n in range(1, count + 1)
    ]


class JsonApi:
    """`items` is what it lists, `seen` the requests it got. `next_answers` are sent instead of the next answers."""

    def __init__(self, items: list[Item] | None = None, *, size: int = 10) -> None:
        self.items = articles(25) if items is None else items
        self.size = size
        self.seen: list[web.Request] = []
        self.bodies: list[Any] = []
        self.next_answers: deque[web.Response] = deque()
        self.after_answer: Callable[[int], None] = lambda number: None
        self.tokens: set[str] = set()
        self.token_requests: list[tuple[str, dict[str, str]]] = []
        self.cursors = {str(start): start for start in range(10_000)}
        self.address = ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[JsonApi]:
        app = web.Application(middlewares=[self._around])
        app.add_routes(
            [
                web.get("/all", self._all),
                web.get("/object", self._object),
                web.get("/page", self._page),
                web.get("/strict", self._strict),
                web.get("/capped", self._capped),
                web.get("/offset", self._offset),
                web.get("/cursor", self._cursor),
                web.post("/search", self._search),
                web.get("/link", self._link),
                web.get("/next", self._next),
                web.get("/stuck", self._stuck),
                web.get("/loop", self._loop),
                web.get("/cut", self._cut),
                web.post("/token", self._token),
            ]
        )
        async with served(app) as self.address:
            yield self

    def queries(self, name: str) -> list[str | None]:
        """What the requests said for a parameter, in order."""
        return [request.query.get(name) for request in self.seen]

    @web.middleware
    async def _around(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path == "/token":
            return await handler(request)
        self.seen.append(request)
        if self.next_answers:
            return self.next_answers.popleft()
        if self.tokens and request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return web.json_response({"error": "invalid_token"}, status=401)
        answer = await handler(request)
        self.after_answer(len(self.seen))
        return answer

    def _slice(self, start: int) -> list[Item]:
        return self.items[start : start + self.size]

    def _newer(self, request: web.Request) -> list[Item]:
        since = float(request.query.get("since", 0))
        return [item for item in self.items if not since or item["updated_at"] >= since]

    async def _all(self, request: web.Request) -> web.Response:
        return web.json_response(self._newer(request))

    async def _object(self, request: web.Request) -> web.Response:
        return web.json_response({"meta": {"total": len(self.items)}, "data": {"articles": self.items}})

    async def _page(self, request: web.Request) -> web.Response:
        start = (int(request.query["page"]) - 1) * self.size
        return web.json_response({"total": len(self.items), "results": self._slice(start)})

    async def _strict(self, request: web.Request) -> web.Response:
        """Answers 404 beyond the last page."""
        start = (int(request.query["page"]) - 1) * self.size
        if start and start >= len(self.items):
            return web.json_response({"detail": "Invalid page."}, status=404)
        return web.json_response({"results": self._slice(start)})

    async def _capped(self, request: web.Request) -> web.Response:
        """Pages only so far."""
        if int(request.query["page"]) > 2:
            return web.json_response({"message": "Only the first 20 results are available"}, status=422)
        return await self._page(request)

    async def _offset(self, request: web.Request) -> web.Response:
        return web.json_response(self._slice(int(request.query["offset"])))

    def _cursor_answer(self, cursor: str | None) -> web.Response:
        if cursor is not None and cursor not in self.cursors:
            return web.json_response({"error": "cursor expired"}, status=400)
        start = self.cursors[cursor] if cursor else 0
        more = start + self.size < len(self.items)
        return web.json_response({"items": self._slice(start), "next": str(start + self.size) if more else None})

    async def _cursor(self, request: web.Request) -> web.Response:
        return self._cursor_answer(request.query.get("cursor"))

    async def _search(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        return self._cursor_answer(body.get("variables", {}).get("after"))

    async def _link(self, request: web.Request) -> web.Response:
        start = int(request.query.get("from", 0))
        headers = {}
        if start + self.size < len(self.items):
            headers["Link"] = f'</link?from=0>; rel="first", </link?from={start + self.size}>; title="a, b"; rel=next'
        return web.json_response(self._slice(start), headers=headers)

    async def _next(self, request: web.Request) -> web.Response:
        start = int(request.query.get("from", 0))
        more = start + self.size < len(self.items)
        link = f"{self.address}/next?from={start + self.size}" if more else None
        return web.json_response({"value": self._slice(start), "@odata.nextLink": link})

    async def _stuck(self, request: web.Request) -> web.Response:
        return web.json_response(self._slice(0))

    async def _loop(self, request: web.Request) -> web.Response:
        """Cursors that go a, b, a, b, ..., with a new item each time."""
        cursor = "b" if request.query.get("cursor") == "a" else "a"
        return web.json_response({"items": [{"id": len(self.seen)}], "next": cursor})

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        """Promises more than it sends."""
        answer = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await answer.prepare(request)
        await answer.write(b'[{"id": 1}')
        if request.transport is not None:
            request.transport.close()
        return answer

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.token_requests.append((request.headers.get("authorization", ""), form))
        sent = base64.b64encode(f"app:{KEY}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {sent}" and form.get("client_secret") != KEY:
            return web.json_response({"error": "invalid_client"}, status=401)
        token = f"t0ken-{len(self.token_requests)}"
        self.tokens = {token}
        return web.json_response({"access_token": token, "token_type": "Bearer", "expires_in": 3600})
