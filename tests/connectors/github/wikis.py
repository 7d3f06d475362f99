"""The wikis of the fake: Git repositories made and served by git itself, as what people put into them changes.

`git http-backend` is the server that comes with git, a CGI program. It runs once for each request.
"""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
from collections.abc import Mapping
from email import message_from_bytes
from pathlib import Path

from aiohttp import web

ALONE = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_COMMITTER_NAME": "ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}
"""git's environment: nothing of the developer's own settings."""


class Wikis:
    """`OWNER/NAME.wiki.git` below a folder. `partial`: whether files may be left out of an answer."""

    def __init__(self, root: Path, *, partial: bool = True) -> None:
        self._root = root
        self._partial = partial
        self._committed: dict[str, dict[str | bytes, bytes]] = {}

    def path(self, name: str) -> Path:
        return self._root / f"{name}.wiki.git"

    def keep(self, name: str, files: Mapping[str | bytes, bytes], links: Mapping[str, bytes]) -> None:
        """Brings the repository up to what is in the wiki now, by a commit if anything is another."""
        path = self.path(name)
        if not path.exists():
            git("init", "--quiet", "--bare", "--initial-branch=master", str(path))
            git("--git-dir", str(path), "config", "uploadpack.allowFilter", "true" if self._partial else "false")
        wanted: dict[str | bytes, bytes] = dict(files)
        wanted.update(links)
        if wanted != self._committed.get(name, {}):
            self.commit(name, files, links, onto=name in self._committed)
            self._committed[name] = wanted

    def commit(
        self, name: str, files: Mapping[str | bytes, bytes], links: Mapping[str, bytes] = {}, *, onto: bool
    ) -> None:
        """A commit with exactly these files: onto the last one, or in its place as after a forced push."""
        lines = [b"commit refs/heads/master\n", b"committer ada <ada@example.org> 1700000000 +0000\n"]
        lines.append(b"data 4\nEdit\n")
        if onto:
            lines.append(b"from refs/heads/master^0\n")
        lines.append(b"deleteall\n")
        for mode, entries in ((b"100644", files), (b"120000", links)):
            for path, body in entries.items():
                raw = path if isinstance(path, bytes) else path.encode()
                quoted = b"".join(b"\\%03o" % byte for byte in raw)
                lines.append(b'M %s inline "%s"\ndata %d\n%s\n' % (mode, quoted, len(body), body))
        git("--git-dir", str(self.path(name)), "fast-import", "--quiet", "--force", given=b"".join(lines))

    async def serve(self, request: web.Request, path: str) -> web.Response:
        """What git's own server answers to a request for `OWNER/NAME.wiki.git/...`."""
        environment = {
            **ALONE,
            "GIT_PROJECT_ROOT": str(self._root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": f"/{path}",
            "REQUEST_METHOD": request.method,
            "QUERY_STRING": request.query_string,
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
        told = await asyncio.to_thread(git, "http-backend", given=await request.read(), environment=environment)
        head, _, body = told.partition(b"\r\n\r\n")
        headers = dict(message_from_bytes(head).items())
        status = int(headers.pop("Status", "200 OK").split()[0])
        return web.Response(body=body, status=status, headers=headers)


def git(*arguments: str, given: bytes = b"", environment: Mapping[str, str] = ALONE) -> bytes:
    """What git says."""
    done = subprocess.run(["git", *arguments], input=given, env=dict(environment), capture_output=True, check=False)
    assert done.returncode == 0 or arguments == ("http-backend",), done.stderr.decode()
    return done.stdout


def basic(user: str, password: str) -> str:
    """The header that signs in so."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"
