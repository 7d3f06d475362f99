"""Google Drive on loopback: every request and every answer is held against Google's own description.

What is sent or answered against it is collected in `violations`, and `serving` raises them at its end. `faults` make a
method misbehave; the hands of people (`put`, `move`, `trash`, ...) write the feed of changes as Drive does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from tests.connectors.google_drive.discovery import Discovery, Json, Method, mask, masked
from tests.support.planted import plant, plant_request
from tests.support.web import served

FOLDER = "application/vnd.google-apps.folder"
SHORTCUT = "application/vnd.google-apps.shortcut"
GOOGLE = "application/vnd.google-apps."
SCOPE = "https://www.googleapis.com/auth/drive.readonly"
ROOT = "0AFake-My-Drive-Root"
ME = "ada@example.com"
MOST_EXPORTED = 10 * 1024 * 1024
DISCOVERY = Discovery("drive.v3")

Fault = Callable[[web.Request], Any]


def refuse(status: int, reason: str, message: str = "", *, location: str = "", **headers: str) -> web.Response:
    """An error as Google writes it."""
    detail = {"domain": "global", "reason": reason, "message": message or reason}
    if location:
        detail |= {"location": location, "locationType": "parameter"}
    body = {"error": {"code": status, "message": message or reason, "errors": [detail]}}
    return web.json_response(body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})


def answering(answer: Callable[[], web.StreamResponse]) -> Fault:
    """A fault that is this answer."""

    async def fault(request: web.Request) -> web.StreamResponse:
        return answer()

    return fault


async def nothing(request: web.Request) -> None:
    """No fault: the method answers as it should."""


class FakeDrive:
    """The Drive of Ada, and the shared drives she is a member of."""

    def __init__(self, *, page: int = 1_000) -> None:
        self.page = page
        self.files: dict[str, dict[str, Json]] = {}
        self.bodies: dict[str, bytes] = {}
        self.exports: dict[tuple[str, str], bytes] = {}
        self.drives: dict[str, str] = {}
        self.members: dict[str, list[dict[str, Json]]] = {}
        self.log: list[tuple[str, dict[str, Json]]] = []
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.fetched: list[str] = []
        self.violations: list[str] = []
        self.scopes = {SCOPE}
        self.claims: list[dict[str, Json]] = []
        self.tokens: set[str] = set()
        self.oldest_change = 0
        self.address = ""
        self._clock = 0
        self._store({"id": ROOT, "name": "My Drive", "mimeType": FOLDER, "ownedByMe": True})

    # --- what people do ----------------------------------------------------------------------------------------------

    def put(self, name: str, body: bytes | str = b"", *, parent: str | None = ROOT, id: str = "", **facts: Json) -> str:
        """A file; its id."""
        data = body.encode() if isinstance(body, str) else body
        id = id or f"1{hashlib.sha256(f'{name}{parent}{len(self.files)}'.encode()).hexdigest()[:20]}"
        self.bodies[id] = data
        file = {"id": id, "name": name, "mimeType": "text/markdown", "ownedByMe": True, **facts}
        if parent is not None:
            file["parents"] = [parent]
            drive = self.files[parent].get("driveId") if parent in self.files else None
            if drive:
                file |= {"driveId": drive}
                file.pop("ownedByMe")
        if not str(file["mimeType"]).startswith(GOOGLE):
            file |= {"size": str(len(data)), "md5Checksum": hashlib.md5(data).hexdigest(), "headRevisionId": f"r{id}"}
        self._store(file)
        self._changed(id)
        return id

    def folder(self, name: str, *, parent: str | None = ROOT, id: str = "", **facts: Json) -> str:
        """A folder; its id."""
        return self.put(name, parent=parent, id=id, mimeType=FOLDER, **facts)

    def shortcut(self, name: str, target: str, *, parent: str | None = ROOT, **facts: Json) -> str:
        """A shortcut; its id."""
        kind = self.files[target]["mimeType"] if target in self.files else "text/plain"
        details = {"targetId": target, "targetMimeType": kind}
        return self.put(name, parent=parent, mimeType=SHORTCUT, shortcutDetails=details, **facts)

    def doc(self, name: str, kind: str = "document", *, parent: str | None = ROOT, **exports: bytes) -> str:
        """A file of one of Google's formats; `exports` by the ending."""
        types = {
            "md": "text/markdown",
            "txt": "text/plain",
            "csv": "text/csv",
            "pdf": "application/pdf",
            "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
        id = self.put(name, parent=parent, mimeType=GOOGLE + kind)
        for ending, body in exports.items():
            self.exports[id, types[ending]] = body
        return id

    def shared_drive(self, name: str, id: str) -> str:
        """A shared drive; the id of its top folder."""
        self.drives[id] = name
        self.members[id] = [_permission(ME, "organizer"), _permission("team@example.com", "reader", "group")]
        self._store({"id": id, "name": "Drive", "mimeType": FOLDER, "driveId": id})
        return id

    def edit(self, id: str, body: bytes | str | None = None, **facts: Json) -> None:
        """Change a file's content or facts."""
        file = self.files[id]
        if body is not None:
            data = body.encode() if isinstance(body, str) else body
            self.bodies[id] = data
            file |= {"size": str(len(data)), "md5Checksum": hashlib.md5(data).hexdigest()}
        self._store(file | {"modifiedTime": self._time()} | facts)
        self._changed(id)

    def move(self, id: str, parent: str) -> None:
        """Put it into another folder."""
        self.edit(id, parents=[parent])

    def move_across(self, id: str, parent: str) -> None:
        """Put it into a folder of another drive: gone from the one feed, new in the other."""
        file = self.files[id]
        self.log.append((str(file.pop("driveId", "")), {"fileId": id, "removed": True}))
        for name in ("permissions", "permissionIds", "hasAugmentedPermissions", "owners", "ownedByMe"):
            file.pop(name, None)
        drive = self.files[parent].get("driveId")
        self._store(file | {"parents": [parent]} | ({"driveId": drive} if drive else {"ownedByMe": True}))
        self._changed(id)

    def trash(self, id: str) -> None:
        """Into the bin, with all that is below; the feed names only what was put there."""
        for each in [id, *self.below(id)]:
            self.files[each]["trashed"] = True
        self._changed(id)

    def remove(self, id: str) -> None:
        """Gone, or out of sight."""
        file = self.files[id]
        for each in [id, *self.below(id)]:
            del self.files[each]
        self.log.append((str(file.get("driveId", "")), {"fileId": id, "removed": True}))

    def below(self, id: str) -> list[str]:
        """All that lies in a folder."""
        inside = [key for key, file in self.files.items() if id in file.get("parents", [])]
        return inside + [below for each in inside for below in self.below(each)]

    def _changed(self, id: str) -> None:
        self.log.append((str(self.files[id].get("driveId", "")), {"fileId": id, "removed": False}))

    def _store(self, file: dict[str, Json]) -> None:
        self._clock += 1
        base: dict[str, Json] = {"kind": "drive#file", "trashed": False, "version": str(self._clock)}
        base |= {"createdTime": self._time(), "modifiedTime": self._time(), "capabilities": {"canDownload": True}}
        base["webViewLink"] = f"https://drive.google.com/file/d/{file['id']}/view"
        if file.get("ownedByMe"):
            base["permissions"] = [_permission(ME, "owner")]
            base["owners"] = [{"kind": "drive#user", "emailAddress": ME, "displayName": "Ada", "me": True}]
        elif "driveId" in file:
            base["permissionIds"] = [each["id"] for each in self.members.get(file["driveId"], [])]
            base["hasAugmentedPermissions"] = False
        self.files[file["id"]] = base | file | {"version": str(self._clock)}

    def _time(self) -> str:
        return f"2026-01-01T{self._clock // 3600:02}:{self._clock // 60 % 60:02}:{self._clock % 60:02}.000Z"

    # --- serving -----------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[FakeDrive]:
        """Answers at `address`; what was against the description is raised at the end."""
        app = web.Application()
        app.router.add_post("/token", self._token)
        app.router.add_route("*", "/{rest:.*}", self._serve)
        async with served(app) as self.address:
            yield self
        assert self.violations == []

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        payload = str(form["assertion"]).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        self.claims.append(claims)
        token = f"ya29.planted-{len(self.claims)}"
        self.tokens = {token}
        plant(access_token=token, assertion=str(form["assertion"]))
        return web.json_response({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        plant_request({}, request.headers.get("authorization", ""))
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return refuse(401, "authError", "Invalid Credentials")
        method = DISCOVERY.method(request.method, request.rel_url.raw_path)
        if method is None:
            self.violations.append(f"there is no method {request.method} {request.path}")
            return refuse(404, "notFound")
        self.asked.append((method.id, dict(request.query)))
        if len(set(request.query)) != len(request.query):
            self.violations.append(f"{method.id}: a parameter comes twice")
        self.violations += DISCOVERY.wrong_with_request(method, request.query, {SCOPE})
        if self.faults[method.id] and (answer := await self.faults[method.id].popleft()(request)) is not None:
            return answer  # type: ignore[no-any-return]
        if not self.scopes & set(method.described["scopes"]):
            return refuse(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
        handler = getattr(self, "_" + method.id.removeprefix("drive.").replace(".", "_"))
        path = {name: unquote(value) for name, value in method.path.items()}
        answer = handler(request.query, **path)
        if isinstance(answer, web.Response):
            return answer
        return self._answer(method, answer, request.query.get("fields", ""))

    def _answer(self, method: Method, answer: Json, fields: str) -> web.Response:
        assert method.answers is not None
        shown = masked(answer, mask(fields))
        self.violations += DISCOVERY.wrong_with_answer(method.answers, shown)
        return web.json_response(shown)

    # --- the methods -------------------------------------------------------------------------------------------------

    def _about_get(self, query: Json) -> Json:
        if "fields" not in query:  # this method alone insists on it
            return refuse(400, "required", location="fields")
        return {"kind": "drive#about", "user": {"kind": "drive#user", "emailAddress": ME, "displayName": "Ada"}}

    def _drives_list(self, query: Json) -> Json:
        drives = [{"kind": "drive#drive", "id": id, "name": name} for id, name in self.drives.items()]
        return self._page(query, drives, "drives", "drive#driveList")

    def _drives_get(self, query: Json, driveId: str) -> Json:
        if driveId not in self.drives:
            return refuse(404, "notFound", f"Shared drive not found: {driveId}")
        return {"kind": "drive#drive", "id": driveId, "name": self.drives[driveId]}

    def _files_list(self, query: Json) -> Json:
        corpora, drive = query.get("corpora", "user"), query.get("driveId")
        everywhere = query.get("includeItemsFromAllDrives") == "true"
        if (corpora == "drive") != (drive is not None) or (corpora == "drive" and not everywhere):
            return refuse(403, "teamDrivesParentLimit" if drive else "invalid", location="corpora")
        fits = query_of(query.get("q", ""))
        listed = [file for file in self.files.values() if file["id"] != ROOT and file["id"] not in self.drives]
        if corpora == "drive":
            listed = [file for file in listed if file.get("driveId") == drive]
        elif not everywhere:
            listed = [file for file in listed if "driveId" not in file]
        listed = [file for file in listed if not file.get("unlisted") and fits(file)]
        listed.sort(key=lambda file: hashlib.sha256(str(file["id"]).encode()).digest())
        return self._page(query, [_shown(file) for file in listed], "files", "drive#fileList")

    def _files_get(self, query: Json, fileId: str) -> Json:
        file = self._find(query, fileId)
        if file is None:
            return refuse(404, "notFound", f"File not found: {fileId}.", location="fileId")
        if query.get("alt") != "media":
            return _shown(file)
        if str(file["mimeType"]).startswith(GOOGLE):
            return refuse(403, "fileNotDownloadable", "Only files with binary content can be downloaded.")
        body = self.bodies[file["id"]]
        self.fetched.append(fileId)
        return web.Response(body=body, content_type=str(file["mimeType"]) or "application/octet-stream")

    def _files_export(self, query: Json, fileId: str) -> Json:
        if fileId not in self.files:
            return refuse(404, "notFound", f"File not found: {fileId}.", location="fileId")
        body = self.exports.get((fileId, query["mimeType"]))
        if body is None:
            return refuse(400, "badRequest", "The requested conversion is not supported.")
        if len(body) > MOST_EXPORTED:
            return refuse(403, "exportSizeLimitExceeded", "This file is too large to be exported.")
        return web.Response(body=body, content_type=query["mimeType"])

    def _permissions_list(self, query: Json, fileId: str) -> Json:
        given = self.members.get(fileId) or self.files[fileId].get("given", [])
        return self._page(query, given, "permissions", "drive#permissionList")

    def _changes_getStartPageToken(self, query: Json) -> Json:
        return {"kind": "drive#startPageToken", "startPageToken": str(len(self.log) + 1)}

    def _changes_list(self, query: Json) -> Json:
        corpus = query.get("driveId", "")
        token = query["pageToken"]
        if not token.isdecimal() or int(token) <= self.oldest_change:
            return refuse(400, "invalid", "Invalid Value", location="pageToken")
        start = int(token) - 1
        end = min(len(self.log), start + min(self.page, int(query.get("pageSize", 100))))
        changes = [
            self._change(entry) for where, entry in self.log[start:end] if where == corpus and not entry.get("unlisted")
        ]
        answer = {"kind": "drive#changeList", "changes": changes}
        name = "nextPageToken" if end < len(self.log) else "newStartPageToken"
        return answer | {name: str(end + 1)}

    def _change(self, entry: dict[str, Json]) -> dict[str, Json]:
        file = None if entry["removed"] else self.files.get(entry["fileId"])
        change = {"kind": "drive#change", "changeType": "file", "time": "2026-01-01T00:00:00.000Z", **entry}
        return change | ({"file": _shown(file)} if file else {"removed": True})

    def _find(self, query: Json, id: str) -> dict[str, Json] | None:
        file = self.files.get(ROOT if id == "root" else id)
        if file is not None and "driveId" in file and query.get("supportsAllDrives") != "true":
            return None
        return file

    def _page(self, query: Json, found: list[Json], name: str, kind: str) -> Json:
        token = query.get("pageToken", "~0")
        if not re.fullmatch(r"~\d+", token):
            return refuse(400, "invalid", "Invalid Value", location="pageToken")
        start = int(token[1:])
        end = start + min(self.page, int(query.get("pageSize", 100)))
        answer: dict[str, Json] = {"kind": kind, name: found[start:end]}
        if kind == "drive#fileList":
            answer["incompleteSearch"] = False
        return answer | ({"nextPageToken": f"~{end}"} if end < len(found) else {})


def _shown(file: dict[str, Json]) -> dict[str, Json]:
    """Without what only this fake knows."""
    return {name: value for name, value in file.items() if name not in ("unlisted", "given")}


def _permission(who: str, role: str, type: str = "user") -> dict[str, Json]:
    id = str(int.from_bytes(hashlib.sha256(who.encode()).digest()[:8], "big"))
    return {"kind": "drive#permission", "id": id, "type": type, "role": role, "emailAddress": who, "deleted": False}


def query_of(text: str) -> Callable[[dict[str, Json]], bool]:
    """Drive's query language, as much of it as is needed; anything else is an error."""
    terms = {
        r"trashed = (true|false)": "(f.get('trashed', False) is {0})",
        r"sharedWithMe = true": "('sharedWithMeTime' in f)",
        r"mimeType = '([^']*)'": "(f['mimeType'] == {0!r})",
        r"'((?:[^'\\]|\\.)*)' in parents": "((ROOT if {0!r} == 'root' else {0!r}) in f.get('parents', []))",
    }
    rest, code = text, ""
    while rest:
        for term, meaning in terms.items():
            if found := re.match(term, rest):
                values = [value.title() if value in ("true", "false") else value for value in found.groups()]
                code += meaning.format(*values)
                break
        else:
            found = re.match(r"\s+|\(|\)|and\b|or\b", rest)
            assert found, f"a query that Drive would not understand: {rest!r}"
            code += found[0]
        rest = rest[found.end() :]
    return eval(f"lambda f: {code or 'True'}", {"ROOT": ROOT})  # type: ignore[no-any-return]
