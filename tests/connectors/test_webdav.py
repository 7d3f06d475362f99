"""The WebDAV source against a real server (rclone), and against one that misbehaves."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web
from pydantic import ValidationError

from app.network import NetworkSettings
from connectors.sdk import (
    AuthError,
    CheckStep,
    ConfigError,
    DocumentRef,
    Failure,
    HeadwaterError,
    NotFound,
    RateLimited,
    TooLarge,
    TransientError,
    Upsert,
)
from connectors.sdk import tree as tree_module
from connectors.sdk.testing import CHECKS, Case, Catalog, Check, collect
from connectors.sources.webdav import WebDavSource
from connectors.sources.webdav import source as module
from tests.connectors.dav_server import DavServer, multistatus
from tests.support.context import connected
from tests.support.rclone import RcloneFactory

ONCE = NetworkSettings(proxy="none", attempts=1, longest_wait=0)
"""No request is repeated, so that a fault shows at once."""


def use(server: DavServer, job: Callable[[WebDavSource], Awaitable[Any]], **config: Any) -> Any:
    """Runs `job` with a source connected to this server."""

    async def run() -> Any:
        async with (
            server.serving(),
            connected(WebDavSource, {"base_url": server.url, **config}, settings=ONCE) as source,
        ):
            return await job(source)

    return asyncio.run(run())


def read(server: DavServer, catalog: Catalog | None = None, *, fetch: bool = False, **config: Any) -> Catalog:
    found: Catalog = use(server, lambda source: collect(source, catalog=catalog, fetch=fetch), **config)
    return found


def check(server: DavServer, **config: Any) -> CheckStep:
    """The first step of the connection test that failed, or its last."""

    async def steps(source: WebDavSource) -> list[CheckStep]:
        return [step async for step in source.check() if step.state != "running"]

    done: list[CheckStep] = use(server, steps, **config)
    return next((step for step in done if step.state == "failed"), done[-1])


def fetch(server: DavServer, path: str, **facts: Any) -> tuple[bytes, str | None]:
    async def job(source: WebDavSource) -> tuple[bytes, str | None]:
        content = await source.fetch(DocumentRef(source_id=path, title=path, **facts))
        if isinstance(content.body, bytes):
            return content.body, content.fingerprint
        return b"".join([chunk async for chunk in content.body]), content.fingerprint

    answer: tuple[bytes, str | None] = use(server, job)
    return answer


def ids(catalog: Catalog) -> list[str]:
    return [change.ref.source_id for page in catalog.pages for change in page.changes if isinstance(change, Upsert)]


def failures(catalog: Catalog) -> dict[str | None, Failure]:
    return {failure.source_id: failure for failure in catalog.failures}


NAMES = ["a.md", "a/b.md", "a b/ü 😀.md", "100%.md", "q?#&+;=.md", "z/y/x/w.md", "[1]/(2).md", "~t.md", "a:b.md"]


# --- the contract, against rclone ------------------------------------------------------------------------------------


@pytest.mark.parametrize("conforms", CHECKS, ids=str)
def test_conformance(
    conforms: Check, rclone_webdav: RcloneFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree_module, "PAGE_DOCUMENTS", 5)
    monkeypatch.setattr(module, "WHOLE", 1000)
    paths = {*NAMES, "big.bin", *(f"d{number}/f.txt" for number in range(12))}
    for path in paths:
        (tmp_path / "r" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "r" / path).write_bytes(os.urandom(5000) if path == "big.bin" else path.encode())
    server = rclone_webdav(tmp_path / "r")
    monkeypatch.setenv("DAV_PASSWORD", server.secret)
    monkeypatch.setenv("DAV_WRONG", "another-password-of-the-tests")
    config = {
        "base_url": server.url,
        "username": server.user,
        "password": {"$secret": "env:DAV_PASSWORD"},
    }
    case = Case(
        source_class=WebDavSource,
        config=config,
        open=lambda config: connected(WebDavSource, config),
        bad_configs=[
            {**config, "base_url": "cloud.example.com"},
            {**config, "base_url": f"http://{server.user}:{server.secret}@127.0.0.1/"},
            {**config, "password": server.secret},
            {**config, "remote_path": "/nowhere"},
            {**config, "remote_path": "/a.md"},
            {**config, "password": {"$secret": "env:DAV_WRONG"}},
            {**config, "password": None},
        ],
        secrets=[server.secret, "another-password-of-the-tests"],
        expected_documents=paths,
        pages=4,
    )
    assert asyncio.run(conforms(case)) == []


def test_changes_and_deletions_reach_the_catalog(rclone_webdav: RcloneFactory, tmp_path: Path) -> None:
    (tmp_path / "r/docs/deep").mkdir(parents=True)
    for name in ("docs/a.md", "docs/deep/b.md", "docs/c.md", "other.md"):
        (tmp_path / "r" / name).write_text(name)
    server = rclone_webdav(tmp_path / "r")

    async def sync(catalog: Catalog | None = None) -> Catalog:
        config = {"base_url": server.url, "username": server.user, "remote_path": "docs"}
        async with connected(WebDavSource, config, secrets={"/password": server.secret}) as source:
            return await collect(source, catalog=catalog)

    first = asyncio.run(sync())
    (tmp_path / "r/docs/a.md").write_text("changed, and longer")
    (tmp_path / "r/docs/deep/b.md").unlink()
    again = asyncio.run(sync(first.copy()))

    assert set(first.documents) == {"a.md", "c.md", "deep/b.md"}
    assert (again.fetched, set(again.documents)) == (["a.md"], {"a.md", "c.md"})


# --- how servers write -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "href",
    [
        quote,
        lambda path: "http://files.example.com:8080" + quote(path),
        lambda path: "//files.example.com" + quote(path),
        lambda path: quote(path, safe="/()+:@!$,;=~'[]").lower() if path.isascii() else quote(path),
        lambda path: quote("/behind/a/proxy" + path),
        lambda path: quote(path.replace("/dav/", "/DAV/", 1)),
        lambda path: quote(path).rstrip("/"),
        lambda path: "\n  " + quote(path) + "\n  ",
        lambda path: "".join(f"%{byte:02x}" if byte != 0x2F else "/" for byte in path.encode()),
    ],
    ids=["path", "url", "no-scheme", "sparing", "other-prefix", "other-case", "no-slash", "spaces", "all-escaped"],
)
def test_addresses_are_understood_however_they_are_written(href: Callable[[str], str]) -> None:
    files = {name: name.encode() for name in NAMES}

    found = read(DavServer(files, href=href), fetch=True)

    assert ids(found) == sorted(NAMES, key=str.encode)
    assert not found.failures
    assert read(DavServer(files, href=href), found.copy(), fetch=True).fetched == []


@pytest.mark.parametrize("href", [quote, lambda path: quote("/behind" + path)], ids=["as-asked", "behind-a-proxy"])
def test_the_top_of_a_server_may_be_the_folder(href: Callable[[str], str]) -> None:
    assert ids(read(DavServer(dict.fromkeys(NAMES, b""), prefix="/", href=href))) == sorted(NAMES, key=str.encode)


@pytest.mark.parametrize("prefix", ["/", "/dav/"])
def test_a_server_that_leaves_out_the_folder_itself_is_understood(prefix: str) -> None:
    server = DavServer({"a.md": b"1", "b.md": b"2"}, prefix=prefix)
    own = f"<D:href>{prefix}</D:href>"
    listing = "<D:response>".join(
        part for part in (server.listing("").text or "").split("<D:response>") if own not in part
    )
    server.answers["PROPFIND", prefix] = lambda: web.Response(status=207, text=listing, content_type="text/xml")

    assert ids(read(server)) == ["a.md", "b.md"]


def test_namespaces_may_have_any_prefix_or_none() -> None:
    server = DavServer({})
    facts = "<getcontentlength>3</getcontentlength><getetag>W/&quot;x&quot;</getetag>"
    body = (
        '<multistatus xmlns="DAV:"><response><href>/dav/</href><propstat><prop><resourcetype><collection/>'
        "</resourcetype></prop></propstat></response><response><href>/dav/a.md</href><propstat><prop>"
        f"{facts}</prop></propstat></response></multistatus>"
    )
    server.answers["PROPFIND", "/dav/"] = lambda: web.Response(status=207, body=body.encode(), content_type="text/xml")

    found = read(server)

    assert ids(found) == ["a.md"]
    assert found.documents["a.md"].fingerprint == "x"


def test_entities_are_not_resolved(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("planted")
    server = DavServer({})
    body = (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "{(tmp_path / "secret").as_uri()}">]><multistatus xmlns="DAV:">'
        "<response><href>/dav/</href></response><response><href>/dav/a&e;.md</href></response></multistatus>"
    )
    server.answers["PROPFIND", "/dav/"] = lambda: web.Response(status=207, body=body.encode(), content_type="text/xml")

    assert "planted" not in str(read(server).pages)


@pytest.mark.parametrize(
    ("etags", "times", "fingerprint"), [(True, True, "1-49"), (False, True, "1-1700000049"), (False, False, None)]
)
def test_the_fingerprint_is_the_etag_or_size_and_time(etags: bool, times: bool, fingerprint: str | None) -> None:
    server = DavServer({"a.md": b"1"}, etags=etags, times=times)

    assert read(server).documents["a.md"].fingerprint == fingerprint


def test_files_without_a_size_are_fetched_up_to_the_cap() -> None:
    server = DavServer({"a.bin": b"x" * 5000, "b.bin": b"y" * 50}, sizes=False)

    assert set(read(server, fetch=True).documents) == {"a.bin", "b.bin"}
    with pytest.raises(TooLarge):
        read(server, fetch=True, filters={"max_bytes": 4999})


def test_a_file_above_the_cap_is_a_failed_item_that_is_not_fetched() -> None:
    server = DavServer({"a.bin": b"x" * 5000, "b.md": b"y"})

    found = read(server, fetch=True, filters={"max_bytes": 4999})

    assert (found.fetched, failures(found)["a.bin"].error.code) == (["b.md"], "too_large")
    assert ("GET", "/dav/a.bin") not in server.asked


def test_a_pass_asks_for_each_folder_once_and_never_for_all_that_is_below() -> None:
    server = DavServer(dict.fromkeys(NAMES, b""))
    read(server)

    assert server.depths == {"1"}
    assert len(server.asked) == len(set(server.asked)) == 7


def test_names_from_beyond_text_are_failed_items() -> None:
    server = DavServer({"new\nline.md": b"ok", "x" * 1000 + ".md": b"ok"})
    plain = server.listing("").text or ""
    odd = "".join(
        f"<D:response><D:href>/dav/{name}</D:href><D:propstat><D:prop/></D:propstat></D:response>"
        for name in ("caf%E9.md", "up%2Fdown.md", "%2E%2E", "nul%00.md", "folder%FF/")
    )
    listing = plain.replace("</D:multistatus>", odd + "</D:multistatus>")
    server.answers["PROPFIND", "/dav/"] = lambda: web.Response(status=207, text=listing, content_type="text/xml")

    found = read(server, fetch=True)

    assert ids(found) == ["new\nline.md", "x" * 1000 + ".md"]
    assert set(failures(found)) == {"caf\\xe9.md", "up\\x2fdown.md", "\\x2e\\x2e", "nul\\x00.md", "folder\\xff/"}


def test_a_redirect_within_the_server_is_followed_and_one_away_from_it_is_not() -> None:
    server = DavServer({"a.md": b"x"}, prefix="/real/")
    server.answers["PROPFIND", "/dav/"] = lambda: web.Response(status=301, headers={"Location": "/real/"})

    async def run(location: str) -> Catalog:
        server.answers["PROPFIND", "/dav/"] = lambda: web.Response(status=301, headers={"Location": location})
        async with (
            server.serving(),
            connected(WebDavSource, {"base_url": server.url.replace("/real/", "/dav/")}, settings=ONCE) as source,
        ):
            return await collect(source, fetch=False)

    assert ids(asyncio.run(run("/real/"))) == ["a.md"]
    with pytest.raises(ConfigError) as caught:
        asyncio.run(run("https://login.example.com/?next=dav"))
    assert (caught.value.pointer, caught.value.code) == ("/base_url", "redirect_refused")
    with pytest.raises(HeadwaterError, match="circle"):
        asyncio.run(run("/dav/"))


# --- servers that refuse ---------------------------------------------------------------------------------------------


def html() -> web.Response:
    return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")


def truncated() -> web.Response:
    return web.Response(status=207, body=b'<?xml version="1.0"?><multistatus xmlns="DAV:"><resp')


def hrefs_of_another_folder() -> web.Response:
    own = "<D:response><D:href>/dav/x/</D:href><D:propstat><D:prop/></D:propstat></D:response>"
    return multistatus(own + own.replace("/dav/x/", "/elsewhere/y"))


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (html, "not_webdav", "web page"),
        (lambda: web.Response(status=405), "not_webdav", "does not offer WebDAV"),
        (lambda: web.Response(status=501), "not_webdav", "does not offer WebDAV"),
        (lambda: web.Response(status=200, text="ok"), "not_webdav", "web page"),
        (truncated, "bad_listing", "breaks off"),
        (lambda: multistatus(""), "bad_listing", "names nothing"),
        (lambda: web.Response(status=207, text="<a/>", content_type="text/xml"), "bad_listing", "names nothing"),
        (lambda: web.Response(status=401), "auth_failed", "credential"),
        (lambda: web.Response(status=403), "permission_denied", "not allowed"),
        (lambda: web.Response(status=404), "config_invalid", "no such folder"),
        (lambda: web.Response(status=500), "http_500", "500"),
        (lambda: web.Response(status=429, headers={"Retry-After": "3600"}), "rate_limited", "fewer"),
    ],
    ids=str,
)
def test_a_wrong_answer_fails_the_test_with_what_where_and_a_remedy(
    answer: Callable[[], web.Response], code: str, said: str
) -> None:
    step = check(DavServer({"a.md": b"x"}, answers={("PROPFIND", "/dav/"): answer}))

    assert step.error is not None
    assert (step.name, step.error.code) == ("sign_in", code)
    assert said in step.error.what
    assert "127.0.0.1" in step.error.where
    assert step.error.remedy


BROKEN: dict[str, Callable[[], web.Response]] = {
    "forbidden": lambda: web.Response(status=403),
    "storage is away": lambda: web.Response(status=503),
    "web page": html,
    "truncated": truncated,
    "names others": hrefs_of_another_folder,
    "names nothing": lambda: multistatus(""),
}


@pytest.mark.parametrize("how", BROKEN)
def test_one_folder_that_cannot_be_listed_leaves_the_others_and_what_is_known(how: str) -> None:
    files = {"a.md": b"1", "b/c.md": b"2", "b/d/e.md": b"3", "c.md": b"4", "gone.md": b"5"}
    known = read(DavServer(files))
    del files["gone.md"]

    found = read(DavServer(files, answers={("PROPFIND", "/dav/b/"): BROKEN[how]}), known.copy())

    assert list(failures(found)) == ["b/"]
    assert failures(found)["b/"].error.remedy
    assert set(found.documents) == {"a.md", "b/c.md", "b/d/e.md", "c.md"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: web.Response(status=401), AuthError),
        (lambda: web.Response(status=429, headers={"Retry-After": "3600"}), RateLimited),
    ],
)
def test_what_concerns_the_whole_connection_ends_the_run(
    answer: Callable[[], web.Response], error: type[HeadwaterError]
) -> None:
    server = DavServer({"a.md": b"1", "b/c.md": b"2"}, answers={("PROPFIND", "/dav/b/"): answer})

    with pytest.raises(error):
        read(server)


def test_a_server_that_goes_down_ends_the_run_instead_of_failing_every_folder() -> None:
    server = DavServer({f"d{number}/f.md": b"" for number in range(20)})
    down = {"now": False}

    def root() -> web.Response:
        return web.Response(status=502) if down["now"] else server.listing("")

    def folder() -> web.Response:
        down["now"] = True
        return web.Response(status=502)

    server.answers["PROPFIND", "/dav/"] = root
    server.answers |= {("PROPFIND", f"/dav/d{number}/"): folder for number in range(20)}

    with pytest.raises(TransientError):
        read(server)


def test_refusals_inside_a_listing_concern_one_entry() -> None:
    status = "<D:status>HTTP/1.1 {}</D:status>"
    in_props = "<D:propstat><D:prop><D:getetag/></D:prop><D:status>HTTP/1.1 403 Forbidden</D:status></D:propstat>"
    server = DavServer(
        {"a.md": b"1", "b.md": b"2", "c/d.md": b"3", "e.md": b"4"},
        refused={"a.md": status.format("403 Forbidden"), "b.md": status.format("404 Not Found"), "c/": in_props},
    )
    known = read(DavServer(server.files))

    found = read(server, known.copy())

    assert set(failures(found)) == {"a.md", "c/"}
    assert set(found.documents) == {"a.md", "c/d.md", "e.md"}


# --- fetching --------------------------------------------------------------------------------------------------------


def test_a_sign_in_page_does_not_become_a_document() -> None:
    server = DavServer({"a.md": b"1"}, answers={("GET", "/dav/a.md"): html})

    for size in (1, None):
        with pytest.raises(TransientError) as caught:
            fetch(server, "a.md", size=size, media_type="text/markdown")
        assert caught.value.code == "web_page"
    assert fetch(DavServer({"a.html": b"<html>"}), "a.html", size=6, media_type="text/html")[0] == b"<html>"


def test_a_vanished_file_is_not_found() -> None:
    with pytest.raises(NotFound):
        fetch(DavServer({}), "gone.md", size=1)
    with pytest.raises(NotFound):
        fetch(DavServer({}), "gone.md")


def test_the_fingerprint_fetched_is_the_listed_one_unless_the_file_is_another() -> None:
    server = DavServer({"a.md": b"1"})
    listed = 1_700_000_000 + ord("1")

    assert fetch(server, "a.md", size=1, updated_at=float(listed)) == (b"1", None)
    assert fetch(server, "a.md", size=1, updated_at=listed - 60.0) == (b"1", "1-49")


def test_a_body_that_is_closed_early_lets_go_of_the_connection() -> None:
    server = DavServer({"a.bin": b"x" * 5_000_000})

    async def job(source: WebDavSource) -> None:
        content = await source.fetch(DocumentRef(source_id="a.bin", title="a"))
        body: Any = content.body
        assert len(await anext(body)) < 5_000_000
        await body.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(body)

    use(server, job)  # what it left running would fail the test


def test_a_body_that_breaks_off_is_no_document() -> None:
    def short() -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        response.force_close()
        return response

    with pytest.raises(TransientError):
        fetch(DavServer({}, answers={("GET", "/dav/a.md"): short}), "a.md", size=100)
    with pytest.raises(TransientError):
        fetch(DavServer({}, answers={("GET", "/dav/a.md"): short}), "a.md")


# --- the form --------------------------------------------------------------------------------------------------------


def test_folders_are_offered_level_by_level() -> None:
    server = DavServer(dict.fromkeys(NAMES, b""))

    async def levels(source: WebDavSource) -> list[list[str]]:
        return [[node.id for node in await source.discover(parent)] for parent in (None, "z", "z/y")]

    assert use(server, levels) == [["[1]", "a", "a b", "z"], ["z/y"], ["z/y/x"]]


def test_picked_folders_and_filters_save_requests() -> None:
    server = DavServer(dict.fromkeys(NAMES, b""))

    assert ids(read(server, folders=["z/y"], filters={"exclude": ["x"]})) == []
    assert ids(read(server, folders=["a"])) == ["a/b.md"]
    assert {path for method, path in server.asked} == {"/dav/", "/dav/z/", "/dav/z/y/", "/dav/a/"}


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"base_url": "ftp://example.com"}, "base_url"),
        ({"base_url": "https://example.com", "username": "ada"}, "password"),
        ({"base_url": "https://example.com", "password": {"$secret": "env:X"}}, "password"),
        ({"base_url": "https://example.com", "sign_in": "magic"}, "sign_in"),
    ],
)
def test_a_config_that_cannot_work_names_the_field(config: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        WebDavSource.Config.model_validate(config)
    assert caught.value.errors()[0]["loc"] == (field,)


def test_the_credential_goes_to_the_typed_server_only() -> None:
    config = WebDavSource.Config.model_validate(
        {
            "base_url": "https://cloud.example.com:8443/dav",
            "username": "ada",
            "password": {"$secret": "env:X"},
            "sign_in": "digest",
        }
    )

    authorization = WebDavSource.authorization(config)

    assert authorization is not None
    assert (authorization.kind, authorization.hosts) == ("digest", ("cloud.example.com:8443",))
