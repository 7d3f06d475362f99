"""A news site: an RSS feed that answers conditional requests, and the article behind each entry."""

from __future__ import annotations

import hashlib
from pathlib import Path

from aiohttp import web

HOME = "https://news.lindenhof.example"
"""The address the sample files were written for; they are served under the server's own."""


class NewsSite:
    """The handlers of the site over a folder of files; `app()` makes them a server."""

    def __init__(self, folder: Path) -> None:
        self._files = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.iterdir())}

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{name}", self._file)
        return app

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        text = self._files.get(name)
        if text is None:
            raise web.HTTPNotFound(text="There is no such page.")
        body = text.replace(HOME, str(request.url.origin())).encode()
        etag = hashlib.sha256(body).hexdigest()[:32]
        matches = request.if_none_match or ()
        fresh = any(match.value in (etag, "*") for match in matches)
        response = web.Response(status=304) if fresh else web.Response(body=body)
        if not fresh:
            response.content_type = "application/rss+xml" if name.endswith(".xml") else "text/html"
            response.charset = "utf-8"
        response.etag = etag
        return response
