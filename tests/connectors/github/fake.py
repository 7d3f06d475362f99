"""GitHub on loopback: repositories in memory behind its two APIs, every exchange held to the published descriptions.

It answers as an Enterprise Server does, below /api/v3 and /api/graphql; wikis are real Git repositories, served by git.
`faults` are what goes wrong next: each is
taken by the first request whose path contains its key.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp import web

from tests.connectors.github.published import Description, description, wrong_graphql
from tests.connectors.github.repo import Item, Repo, blob, described
from tests.connectors.github.wikis import Wikis, basic
from tests.support.web import served

TOKEN = "ghp_t0ken-planted-in-the-vault"
Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeGitHub:
    """`seen` are the requests, `scopes` what the token may do (None: a fine-grained one)."""

    def __init__(self, *repositories: Repo, product: str = "api.github.com") -> None:
        self.repositories = {repository.name: repository for repository in repositories}
        self.renamed: dict[str, str] = {}
        self.orgs: list[str] = []
        self.scopes: str | None = "repo, read:org"
        self.token = TOKEN
        self.faults: list[tuple[str, Fault]] = []
        self.next_fault: Callable[[], Fault | None] = lambda: None
        self.after_answer: Callable[[web.Request], None] = lambda request: None
        self.seen: list[web.Request] = []
        self.statuses: list[int] = []
        self.wrong: list[str] = []
        self.exchanges: list[Item] = []
        self.most_pages: int = 100
        self.partial = True
        self.wikis = Wikis(Path())
        self.address = ""
        self._description: Description = description(product)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[FakeGitHub]:
        app = web.Application(middlewares=[self._around])
        app.router.add_route("*", "/api/graphql", self._graphql)
        app.router.add_get("/api/v3/user", self._user)
        app.router.add_get("/api/v3/user/repos", self._mine)
        app.router.add_get("/api/v3/user/orgs", self._orgs)
        app.router.add_get("/api/v3/orgs/{owner}/repos", self._of_org)
        app.router.add_get("/api/v3/users/{owner}/repos", self._of_user)
        for base in ("/api/v3/repos/{owner}/{name}", "/api/v3/repositories/{id}"):
            app.router.add_get(base, self._repository)
            app.router.add_get(base + "/{rest:.+}", self._repository)
        app.router.add_route("*", "/{owner}/{name}.wiki.git/{rest:.+}", self.wiki)
        with TemporaryDirectory() as folder:
            self.wikis = Wikis(Path(folder), partial=self.partial)
            async with served(app) as self.address:
                yield self
        self.wrong += wrong_graphql(self.exchanges)
        assert not self.wrong, self.wrong

    def asked(self, part: str) -> list[web.Request]:
        """The requests whose path contains `part`."""
        return [request for request in self.seen if part in request.path]

    # --- around each request -----------------------------------------------------------------------------------------

    @web.middleware
    async def _around(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.seen.append(request)
        path = request.rel_url.raw_path.removeprefix("/api/v3")
        rest = request.path.startswith("/api/v3")
        if rest and not path.startswith("/repositories/"):  # where changes of name lead to, which nobody describes
            self.wrong += self._description.wrong_request(request.method, path, request.query)
        git = ".wiki.git/" in path
        if git and request.headers.get("git-protocol") != "version=2":
            self.wrong.append(f"{path} names no version of Git's protocol")
        if not git and request.headers.get("x-github-api-version") != "2022-11-28":
            self.wrong.append(f"{path} names no version of the API")
        for number, (part, fault) in enumerate(self.faults):
            if part in request.path:
                del self.faults[number]
                return await fault(request)
        if (failing := self.next_fault()) is not None:
            return await failing(request)
        wanted = basic("x-access-token", self.token) if git else f"Bearer {self.token}"
        if request.headers.get("authorization") != wanted:
            answer: web.StreamResponse = refused(401, "Bad credentials")
        else:
            answer = await handler(request)
        if rest and isinstance(answer, web.Response):
            answer = self._described(request, path, answer)
        self.statuses.append(answer.status)
        self.after_answer(request)
        return answer

    def _described(self, request: web.Request, path: str, answer: web.Response) -> web.Response:
        body = answer.body if isinstance(answer.body, bytes) else b""
        if answer.content_type == "application/json" and not path.startswith("/repositories/"):
            self.wrong += self._description.wrong_answer(request.method, path, answer.status, body)
        answer.headers["X-RateLimit-Limit"] = "5000"
        answer.headers["X-RateLimit-Remaining"] = "4999"
        answer.headers["X-RateLimit-Reset"] = str(int(time.time()) + 3600)
        answer.headers["X-RateLimit-Resource"] = "core"
        if self.scopes is not None:
            answer.headers["X-OAuth-Scopes"] = self.scopes
        if answer.status == 200:
            told = body + (answer.headers.get("Link", "").encode() if self.most_pages < 100 else b"")
            tag = f'W/"{hashlib.sha256(told).hexdigest()}"'
            if request.headers.get("if-none-match") == tag:
                return web.Response(status=304, headers={"ETag": tag})
            answer.headers["ETag"] = tag
        return answer

    # --- REST --------------------------------------------------------------------------------------------------------

    async def _user(self, request: web.Request) -> web.Response:
        return web.json_response(described("private-user-response-with-public-and-private-profile-information"))

    async def _mine(self, request: web.Request) -> web.Response:
        listed = [self._short(repo, "repository-items-default-response") for repo in self.repositories.values()]
        if request.query.get("affiliation") == "owner":
            listed = [each for each in listed if each["owner"]["login"] == "octocat"]
        return self._page(request, listed)

    async def _orgs(self, request: web.Request) -> web.Response:
        return self._page(request, [described("organization-simple-items")[0] | {"login": org} for org in self.orgs])

    async def _of_org(self, request: web.Request) -> web.Response:
        owner = request.match_info["owner"]
        if owner not in self.orgs:
            return refused(404, "Not Found")
        return self._of(request, owner)

    async def _of_user(self, request: web.Request) -> web.Response:
        owner = request.match_info["owner"]
        if owner not in {repo.owner for repo in self.repositories.values()}:
            return refused(404, "Not Found")
        return self._of(request, owner)

    def _of(self, request: web.Request, owner: str) -> web.Response:
        repositories = [repo for repo in self.repositories.values() if repo.owner == owner]
        return self._page(request, [self._short(repo, "minimal-repository-items") for repo in repositories])

    async def _repository(self, request: web.Request) -> web.Response:
        rest = request.match_info.get("rest", "")
        if "id" in request.match_info:
            repo = next(each for each in self.repositories.values() if str(each.id) == request.match_info["id"])
        else:
            name = f"{request.match_info['owner']}/{request.match_info['name']}".lower()
            if name in self.renamed:
                there = self.repositories[self.renamed[name]]
                url = f"{self.address}/api/v3/repositories/{there.id}" + (f"/{rest}" if rest else "")
                url += f"?{request.query_string}" if request.query_string else ""
                return web.json_response(
                    {"message": "Moved Permanently", "url": url}, status=301, headers={"Location": url}
                )
            found = next((each for each in self.repositories.values() if each.name.lower() == name), None)
            if found is None:
                return refused(404, "Not Found")
            repo = found
        return self._part(request, repo, rest)

    async def wiki(self, request: web.Request) -> web.Response:
        """A request for a wiki's Git repository, answered by git."""
        owner, name, rest = (request.match_info[key] for key in ("owner", "name", "rest"))
        repo = self.repositories.get(f"{owner}/{name}")
        if repo is None or repo.wiki is None:
            return web.Response(status=404, text="Repository not found.")
        self.wikis.keep(repo.name, repo.wiki, repo.wiki_links)
        return await self.wikis.serve(request, f"{repo.name}.wiki.git/{rest}")

    def _part(self, request: web.Request, repo: Repo, rest: str) -> web.Response:
        match rest.split("/"):
            case [""]:
                return web.json_response(self._full(repo))
            case ["issues"]:
                return self._issues(request, repo)
            case ["issues", number] if int(number) in repo.issues:
                return web.json_response(repo.issues[int(number)])
            case ["issues", number, "comments"]:
                return self._page(request, repo.comments.get(int(number), []))
            case ["pulls", number] if repo.issues.get(int(number), {}).get("pull_request"):
                return web.json_response(self._pull(repo, int(number)))
            case ["pulls", number, "reviews"]:
                return self._page(request, repo.reviews.get(int(number), []))
            case ["pulls", number, "comments"]:
                return self._page(request, repo.remarks.get(int(number), []))
            case ["releases"]:
                return self._page(request, list(repo.releases.values())[::-1])
            case ["releases", number] if int(number) in repo.releases:
                return web.json_response(repo.releases[int(number)])
            case ["collaborators"]:
                if repo.collaborators is None:
                    return refused(403, "Must have push access to view repository collaborators.")
                people = [described("collaborator-items")[0] | {"login": login} for login in repo.collaborators]
                return self._page(request, people)
            case ["branches"]:
                branch = described("short-branch-with-protection-items")[0] | {"name": repo.branch}
                del branch["protection"]  # the published one lacks what it says is required
                return self._page(request, [branch])
            case ["git", "trees", *tree]:
                return self._tree(request, repo, "/".join(tree))
            case ["git", "blobs", sha]:
                for content in [*repo.files.values(), *repo.links.values()]:
                    if blob(content) == sha:
                        assert request.headers["accept"] == "application/vnd.github.raw+json"
                        return web.Response(body=content, content_type="application/vnd.github.raw+json")
        return refused(404, "Not Found")

    def _issues(self, request: web.Request, repo: Repo) -> web.Response:
        if not repo.issues_on:
            return refused(410, "Issues are disabled for this repo")
        asked = request.query
        found = [item for item in repo.issues.values() if item["updated_at"] >= asked.get("since", "")]
        if asked.get("state", "open") != "all":
            found = [item for item in found if item["state"] == "open"]
        key = "updated_at" if asked.get("sort") == "updated" else "created_at"
        found.sort(key=lambda item: (item[key], item["number"]), reverse=asked.get("direction") != "asc")
        return self._page(request, found)

    def _pull(self, repo: Repo, number: int) -> Item:
        pull: Item = described("pull-request")
        same = (
            "number",
            "title",
            "body",
            "html_url",
            "state",
            "comments",
            "created_at",
            "updated_at",
            "user",
            "labels",
        )
        return pull | {
            **{name: repo.issues[number][name] for name in same},
            "review_comments": len(repo.remarks.get(number, [])),
            "merged": False,
            "merged_at": None,
            "requested_teams": [],  # the published one lacks what it says is required
        }

    def _tree(self, request: web.Request, repo: Repo, tree: str) -> web.Response:
        if not repo.files:
            return refused(409, "Git Repository is empty.")
        if tree == repo.branch:
            folder = ""
        else:
            folder = next((each for each in self._folders(repo) if self._tree_sha(repo, each) == tree), "?")
        if folder == "?":
            return refused(404, "Not Found")
        recursive = "recursive" in request.query
        entries = []
        for path, content in [*repo.files.items(), *repo.links.items()]:
            inside = path.removeprefix(folder)
            if path.startswith(folder) and (recursive or "/" not in inside):
                mode = "120000" if path in repo.links else "100644"
                entries.append(
                    {"path": inside, "mode": mode, "type": "blob", "size": len(content), "sha": blob(content)}
                )
        for each in self._folders(repo):
            inside = each.removeprefix(folder).rstrip("/")
            if each.startswith(folder) and each != folder and (recursive or "/" not in inside):
                entries.append({"path": inside, "mode": "040000", "type": "tree", "sha": self._tree_sha(repo, each)})
        entries.sort(key=lambda entry: str(entry["path"]))
        truncated = repo.truncated and recursive
        return web.json_response(
            {
                "sha": self._tree_sha(repo, folder),
                "url": f"{self.address}/trees/x",
                "tree": entries[:1] if truncated else entries,
                "truncated": truncated,
            }
        )

    def _folders(self, repo: Repo) -> list[str]:
        found = {""}
        for path in [*repo.files, *repo.links]:
            parts = path.split("/")[:-1]
            found |= {"/".join(parts[:n]) + "/" for n in range(1, len(parts) + 1)}
        return sorted(found)

    def _tree_sha(self, repo: Repo, folder: str) -> str:
        inside = {path: blob(content) for path, content in repo.files.items() if path.startswith(folder)}
        return hashlib.sha1(json.dumps([folder, inside], sort_keys=True).encode()).hexdigest()

    def _full(self, repo: Repo) -> Item:
        item: Item = described("full-repository-default-response")
        del item["source"], item["parent"], item["template_repository"]  # it is no fork
        return item | self._facts(repo, item) | {"language": None}  # which the published example forgets

    def _short(self, repo: Repo, example: str) -> Item:
        item: Item = described(example)[0]
        return item | self._facts(repo, item)

    def _facts(self, repo: Repo, item: Item) -> Item:
        return {
            "id": repo.id,
            "name": repo.name.partition("/")[2],
            "full_name": repo.name,
            "owner": item["owner"] | {"login": repo.owner},
            "html_url": f"https://github.com/{repo.name}",
            "private": repo.private,
            "visibility": "private" if repo.private else "public",
            "default_branch": repo.branch,
            "has_issues": repo.issues_on,
            "has_discussions": True,
            "has_wiki": repo.wiki_on,
            "description": f"About {repo.name}",
        }

    def _page(self, request: web.Request, listed: list[Any]) -> web.Response:
        size, page = int(request.query.get("per_page", 30)), int(request.query.get("page", 1))
        size = min(size, self.most_pages)
        headers = {}
        if page * size < len(listed):
            query = {**request.query, "page": str(page + 1)}
            following = request.url.with_query(query)
            headers["Link"] = f'<{following}>; rel="next", <{following}>; rel="last"'
        return web.json_response(listed[(page - 1) * size : page * size], headers=headers)

    # --- GraphQL -----------------------------------------------------------------------------------------------------

    async def _graphql(self, request: web.Request) -> web.Response:
        if request.method != "POST":
            return refused(404, "Not Found")
        asked = await request.json()
        variables = asked["variables"]
        name = f"{variables['owner']}/{variables['name']}".lower()
        name = self.renamed.get(name, name)
        repo = next((each for each in self.repositories.values() if each.name.lower() == name.lower()), None)
        if repo is None:
            message = f"Could not resolve to a Repository with the name '{name}'."
            return web.json_response(
                {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": message}]}
            )
        if "number" in variables:
            found = repo.discussions.get(variables["number"])
            data: Item = {"repository": {"discussion": found and self._discussion(found, variables["after"])}}
        else:
            data = {"repository": {"discussions": self._discussions(repo, variables)}}
        self.exchanges.append({**asked, "data": data})
        return web.json_response({"data": data})

    def _discussions(self, repo: Repo, variables: Item) -> Item:
        by = {"UPDATED_AT": "updatedAt", "CREATED_AT": "createdAt"}[variables["order"]["field"]]
        listed = sorted(repo.discussions.values(), key=lambda each: (each[by], each["number"]))
        if variables["order"]["direction"] == "DESC":
            listed.reverse()
        start = [f"{each[by]} {each['number']}" for each in listed]  # a cursor names the last one that was told
        after = start.index(variables["after"]) + 1 if variables["after"] in start else 0
        through = after + min(variables["first"], self.most_pages)
        nodes = [
            {**each, "comments": {"totalCount": len(each["comments"])}} for each in listed[after:through]
        ]  # fmt: skip
        more = through < len(listed)
        return {
            "totalCount": len(listed),
            "pageInfo": {"hasNextPage": more, "endCursor": start[through - 1 : through][0] if more else None},
            "nodes": nodes,
        }

    def _discussion(self, found: Item, after: str | None) -> Item:
        start = int(after or 0)
        through = start + min(50, self.most_pages)
        return {
            **found,
            "comments": {
                "totalCount": len(found["comments"]),
                "pageInfo": {"hasNextPage": through < len(found["comments"]), "endCursor": str(through)},
                "nodes": found["comments"][start:through],
            },
        }


def refused(status: int, message: str, **headers: str) -> web.Response:
    """A refusal as GitHub writes it. A header's name is written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.json_response(
        {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)},
        status=status,
        headers=named,
    )
