"""Asking an API for one page of its listing, and telling a page from everything else a server may answer."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import urljoin

from connectors.sdk import ConfigError, Http, Json, PermanentError, Response
from connectors.sources._times import earlier
from connectors.sources.rest_api.config import RestApiConfig
from connectors.sources.rest_api.paging import Answer, At
from connectors.sources.rest_api.paths import find_all, lists, shape

DETAIL = 600


class Listing:
    """The configured request, place by place. Keeps nothing: the same place asks the same question."""

    def __init__(self, config: RestApiConfig, http: Http) -> None:
        self.config = config
        self.http = http

    async def ask(self, at: At, *, since: Json = None, first: bool = True) -> Answer:
        """The page at `at`. `first` is False once a page was read: only then a refusal can mean the end."""
        refusals = frozenset() if first else self.config.pagination.refusals
        response = await self._send(at, since, refusals)
        if response.status >= 400:
            return Answer(document=None, items=[], url=response.url, refused=response.status)
        document = self._document(response)
        items = [] if response.status == 204 else self._items(document, response.url)
        return Answer(document=document, items=items, url=self._url(at), link=response.headers.get("link", ""))

    def _url(self, at: At) -> str:
        return urljoin(self.config.url, at["path"]) if "path" in at else self.config.url

    async def document(self) -> Json:
        """The first answer as it is, before anything is known of its items."""
        return self._document(await self._send(self.config.pagination.first(), None, frozenset()))

    async def _send(self, at: At, since: Json, accept: frozenset[int]) -> Response:
        config = self.config
        sent: dict[str, Json] = dict(config.pagination.parameters(at))
        if since is not None and config.poll_parameter:
            sent[config.poll_parameter] = earlier(since, config.poll_overlap)
        query: dict[str, str | int | list[str]] = {} if "path" in at else dict(config.query_params)
        body = config.body()
        if config.parameters_in == "body":
            body = _merged(body or {}, sent)
        elif "path" not in at:  # the link of an API already carries what we asked for
            query.update({name: str(value) for name, value in sent.items()})
        return await self.http.request(
            config.method,
            self._url(at),
            params=query or None,
            headers={"Accept": "application/json", **config.headers},
            json=body,
            accept=accept,
            idempotent=True,  # a listing, whatever the method
        )

    def _document(self, response: Response) -> Json:
        if response.status == 204 or not response.body.strip():
            return None
        kind = response.headers.get("content-type", "").lower()
        start = response.body[:200].lstrip().lower()
        if "html" in kind or start.startswith((b"<!doctype html", b"<html")):
            raise ConfigError(
                "The address answers a web page, not JSON",
                pointer="/url",
                where=response.url,
                remedy="Enter the API's address. If the page asks to sign in, choose how under Sign-in.",
                detail=_excerpt(response.body),
                code="not_json",
            )
        try:
            return response.json()
        except PermanentError as error:
            raise PermanentError(
                "The answer is not valid JSON",
                where=response.url,
                remedy="Open the address in a browser: it should answer JSON. If it is cut off, ask for smaller pages.",
                detail=f"{error.detail or error.what}\n{_excerpt(response.body)}",
                code="not_json",
            ) from error

    def _items(self, document: Json, url: str) -> list[Json]:
        """The items in the answer; a ConfigError that says what came instead where there are none."""
        path = self.config.items_path
        if not path:
            if isinstance(document, list) and (not document or any(isinstance(item, dict) for item in document)):
                return document
            if self.config.items_may_be_missing and document in (None, {}):
                return []
            raise self._no_list(document, url)
        found = find_all(path, document)
        if found in ([], [None]) and isinstance(document, dict) and isinstance(document.get("errors"), list):
            self._refuse_errors(document["errors"], url)
        if len(found) == 1 and isinstance(found[0], list):
            items: list[Json] = found[0]
            if items and not any(isinstance(item, dict) for item in items):
                raise self._no_list(document, url, items)
            return items
        if found == [None] or (not found and self._is_empty(document)):
            return []
        if not found or not all(isinstance(item, dict) for item in found):
            raise self._no_list(document, url, found)
        if len(found) == 1 and "[" not in path and "*" not in path:
            raise self._no_list(document, url, found)
        return found

    def _refuse_errors(self, errors: list[Json], url: str) -> None:
        """GraphQL answers errors with status 200; then nothing there does not mean that there is nothing."""
        for error in errors[:1]:
            told = error.get("message") if isinstance(error, dict) else error
            raise PermanentError(
                f"The API answered an error: {str(told)[:300]}",
                where=url,
                remedy="Correct the query parameters or the request body.",
                detail=_excerpt(json.dumps(errors, ensure_ascii=False).encode("utf-8", "replace")),
                code="api_error",
            )

    def _is_empty(self, document: Json) -> bool:
        """Whether a path that matches nothing leads into an empty list, or the API may leave the list out."""
        base = self.config.items_path.removesuffix("[*]").removesuffix(".*")
        if base != self.config.items_path and find_all(base, document) in ([[]], [{}], [None]):
            return True
        return self.config.items_may_be_missing and isinstance(document, dict | None)

    def _no_list(self, document: Json, url: str, found: list[Json] | None = None) -> ConfigError:
        candidates = lists(document)
        path = self.config.items_path
        if not path:
            what = f"The answer is {shape(document)}, not a list of objects"
            if isinstance(document, list) and document:
                what = f"The answer is {shape(document)} whose first is {shape(document[0])}, not a list of objects"
        elif found:
            what = f"'{path}' leads to {shape(found[0])}, not to a list of objects"
        else:
            what = f"'{path}' matches nothing; the answer is {shape(document)}"
        if isinstance(document, list) and path and not found:
            remedy = "Leave 'List of items' empty: the answer itself is the list."
        elif candidates:
            names = ", ".join(repr(name) for name in candidates[:3])
            one = len(candidates) == 1
            remedy = f"Set 'List of items' to {names}." if one else f"Set 'List of items' to one of {names}."
        else:
            remedy = "Check the address and its parameters: the answer has no list of objects."
        excerpt = _excerpt(json.dumps(document, ensure_ascii=False).encode("utf-8", "replace"))
        return ConfigError(what, pointer="/items_path", where=url, remedy=remedy, detail=excerpt, code="no_items")


def digest(items: list[Json]) -> str:
    """A short digest of a page's items: two equal pages in a row mean that the API ignores our paging."""
    return hashlib.sha256(json.dumps(items, sort_keys=True).encode()).hexdigest()[:16] if items else ""


def _merged(body: Json, values: dict[str, Json]) -> Json:
    """The body with `values` set; a dotted name reaches into nested objects (`variables.after`)."""
    merged = dict(body)
    for name, value in values.items():
        target = merged
        *parents, last = name.split(".")
        for parent in parents:
            inner = target.get(parent)
            target[parent] = dict(inner) if isinstance(inner, dict) else {}
            target = target[parent]
        target[last] = value
    return merged


def _excerpt(body: bytes) -> str:
    return body[:DETAIL].decode("utf-8", "replace")
