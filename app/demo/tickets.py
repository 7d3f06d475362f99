"""A small help desk: a JSON API with a bearer token and a cursor, and a page for people behind each ticket's link."""

from __future__ import annotations

import base64
import binascii
import html
import secrets
from typing import Any

from aiohttp import web

Ticket = dict[str, Any]
MOST = 50


class HelpDesk:
    """The handlers of the help desk; `app()` makes them a server."""

    def __init__(self, tickets: list[Ticket], *, token: str) -> None:
        # A cursor follows the number, which never changes; time of change would move tickets between pages.
        self._tickets = {ticket["id"]: ticket for ticket in sorted(tickets, key=lambda ticket: ticket["id"])}
        self._token = token

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/api/tickets", self._list)
        app.router.add_get("/api/tickets/{id}", self._one)
        app.router.add_get("/tickets/{id}", self._page)
        return app

    def _refusal(self, request: web.Request) -> web.Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and secrets.compare_digest(token.encode(), self._token.encode()):
            return None
        return web.json_response(
            {"error": "unauthorized", "message": "A valid token is needed."},
            status=401,
            headers={"WWW-Authenticate": 'Bearer realm="help desk"'},
        )

    async def _list(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        try:
            limit = max(1, min(int(request.query.get("limit", 20)), MOST))
            after = base64.urlsafe_b64decode(request.query.get("cursor", "")).decode()
        except (ValueError, binascii.Error):
            return web.json_response({"error": "bad_request", "message": "limit or cursor can't be read"}, status=400)
        since = request.query.get("updated_since", "")
        found = [ticket for ticket in self._tickets.values() if ticket["updated_at"] >= since]
        rest = [ticket for ticket in found if ticket["id"] > after]
        page = rest[:limit]
        more = len(rest) > limit
        return web.json_response(
            {
                "tickets": [self._linked(request, ticket) for ticket in page],
                "next_cursor": base64.urlsafe_b64encode(page[-1]["id"].encode()).decode() if more else None,
                "total": len(found),
            }
        )

    async def _one(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        ticket = self._tickets.get(request.match_info["id"])
        if ticket is None:
            return web.json_response({"error": "not_found", "message": "There is no such ticket."}, status=404)
        return web.json_response(self._linked(request, ticket))

    async def _page(self, request: web.Request) -> web.Response:
        """What "open at the source" leads to."""
        ticket = self._tickets.get(request.match_info["id"])
        if ticket is None:
            raise web.HTTPNotFound(text="There is no such ticket.")
        said = "".join(
            f"<dt>{html.escape(comment['author'])}</dt><dd>{html.escape(comment['body'])}</dd>"
            for comment in ticket["comments"]
        )
        title = html.escape(f"{ticket['id']}: {ticket['subject']}")
        return web.Response(
            content_type="text/html",
            text=f"<!DOCTYPE html><html lang='en'><meta charset='utf-8'><title>{title}</title>"
            "<body style='font-family: system-ui; max-width: 42em; margin: 3em auto; line-height: 1.5'>"
            f"<h1>{title}</h1><p><em>{html.escape(ticket['customer'])}, {html.escape(ticket['status'])}</em></p>"
            f"<p>{html.escape(ticket['body'])}</p><dl>{said}</dl></body></html>",
        )

    def _linked(self, request: web.Request, ticket: Ticket) -> Ticket:
        return {**ticket, "url": f"{request.url.origin()}/tickets/{ticket['id']}"}
