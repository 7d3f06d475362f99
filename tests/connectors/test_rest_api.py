"""The REST API source against a real server on loopback, through the real network."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from app.network import SystemClock
from connectors.sdk import (
    AuthError,
    ConfigError,
    Delete,
    ErrorInfo,
    Failure,
    HeadwaterError,
    Json,
    NotFound,
    Page,
    Partition,
    PermanentError,
    TransientError,
    Upsert,
)
from connectors.sdk.testing import CHECKS, Case, Catalog, Check, MemoryState, collect
from connectors.sources.rest_api import RestApiSource
from tests.connectors.json_api import KEY, JsonApi, articles
from tests.support.context import connected

PAGINGS: dict[str, dict[str, Json]] = {
    "page": {"items_path": "results", "pagination": {"method": "page", "total_path": "total"}},
    "strict": {"items_path": "results", "pagination": {"method": "page", "limit_param": "per_page", "limit": 10}},
    "offset": {"pagination": {"method": "offset"}},
    "cursor": {"items_path": "$.items[*]", "pagination": {"method": "cursor", "next_cursor_path": "next"}},
    "link": {"pagination": {"method": "link"}},
    "next": {"items_path": "value", "pagination": {"method": "link", "next_link_path": "@odata.nextLink"}},
    "search": {
        "method": "POST",
        "request_body": '{"query": "all", "variables": {"size": 10}}',
        "parameters_in": "body",
        "items_path": "items",
        "pagination": {"method": "cursor", "cursor_param": "variables.after", "next_cursor_path": "next"},
    },
    "all": {},
    "object": {"items_path": "$.data.articles"},
}
ALL = {str(number) for number in range(1, 26)}


def run(test: Callable[[JsonApi], Awaitable[None]], api: JsonApi | None = None) -> None:
    """The test with a server, in a loop of its own."""

    async def main() -> None:
        async with (api or JsonApi()).serving() as serving:
            await test(serving)

    asyncio.run(main())


def config(api: JsonApi, path: str, **fields: Json) -> dict[str, Json]:
    return {"url": f"{api.address}/{path}", **PAGINGS.get(path, {}), **fields}


async def synced(given: dict[str, Json], catalog: Catalog | None = None, **options: Any) -> Catalog:
    """One run over what is configured, into the catalog."""
    known = catalog or Catalog()
    known.pages.clear()
    async with connected(RestApiSource, given) as source:
        return await collect(source, catalog=known, **options)


def changes(catalog: Catalog, kind: type) -> list[Any]:
    return [change for page in catalog.pages for change in page.changes if isinstance(change, kind)]


def problems(catalog: Catalog) -> list[str]:
    return [failure.error.code for failure in changes(catalog, Failure)]


@pytest.mark.parametrize("path", PAGINGS)
def test_every_way_of_paging_reads_everything_and_finds_what_is_gone(path: str) -> None:
    async def test(api: JsonApi) -> None:
        first = await synced(config(api, path))
        assert set(first.documents) == ALL
        assert not first.failures
        del api.items[11], api.items[3]
        api.items[0]["title"] = "Another title"
        second = await synced(config(api, path), first)
        assert set(second.documents) == ALL - {"12", "4"}
        assert sorted(change.source_id for change in changes(second, Delete)) == ["12", "4"]
        assert any(change.ref.title == "Another title" for change in changes(second, Upsert))

    run(test)


def test_only_what_the_document_shows_makes_a_new_version() -> None:
    async def test(api: JsonApi) -> None:
        given = config(api, "all", content_fields=["body"], metadata_fields=["rank"])
        catalog = await synced(given)
        before = catalog.documents["1"].fingerprint, catalog.documents["2"].fingerprint
        api.items[0]["views"] = 99
        api.items[1]["rank"] = 1
        await synced(given, catalog)
        assert catalog.documents["1"].fingerprint == before[0]
        assert catalog.documents["2"].fingerprint != before[1]

    run(test)


def conformance_case(path: str, api: JsonApi) -> Case:
    @asynccontextmanager
    async def opened(given: Any) -> Any:
        api.tokens = {KEY}
        async with api.serving():
            moved = given.model_copy(update={"url": f"{api.address}/{path}"})
            async with connected(RestApiSource, moved) as source:
                yield source

    return Case(
        source_class=RestApiSource,
        config={
            "url": f"http://127.0.0.1:9/{path}",
            "auth": {"method": "bearer", "token": {"$secret": "env:HEADWATER_TEST_TOKEN"}},
            **PAGINGS[path],
        },
        open=opened,
        bad_configs=[
            {"url": "ftp://example.com"},
            {"url": "http://127.0.0.1:9/all", "items_path": "$.["},
            {"url": "http://127.0.0.1:9/all", "auth": {"method": "bearer", "token": KEY}},
        ],
        secrets=[KEY],
        expected_documents=ALL,
        pages=1 if path == "all" else 3,
    )


@pytest.mark.parametrize("path", ["page", "cursor", "link", "all"])
@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_conformance(check: Check, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_TEST_TOKEN", KEY)
    assert asyncio.run(check(conformance_case(path, JsonApi()))) == []


@pytest.mark.parametrize("path", ["page", "offset"])
def test_an_item_that_slips_between_two_pages_is_not_taken_for_gone(path: str) -> None:
    """While page 2 is asked for, an item of page 1 is removed: what was first on page 2 is now last on page 1."""

    async def test(api: JsonApi) -> None:
        first = await synced(config(api, path))

        def remove_one(number: int) -> None:
            if number == asked + 1:
                del api.items[0]

        asked, api.after_answer = len(api.seen), remove_one
        given = {**config(api, path), "pagination": {"method": path}}
        second = await synced(given, first)
        assert set(second.documents) == ALL  # "11" slipped, "1" was still seen: the second look clears neither
        third = await synced(given, second)
        assert set(third.documents) == ALL - {"1"}
        assert [change.source_id for change in changes(third, Delete)] == ["1"]

    run(test)


class PatientClock(SystemClock):
    """Waits for nothing, and remembers how long it should have."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        await asyncio.sleep(0)


@pytest.mark.parametrize(("delay", "waited"), [(0, []), (1.5, [1.5, 1.5])])
def test_there_is_a_pause_between_pages_only_where_one_is_wanted(delay: float, waited: list[float]) -> None:
    async def test(api: JsonApi) -> None:
        clock = PatientClock()
        async with connected(RestApiSource, config(api, "cursor", request_delay=delay), clock=clock) as source:
            await collect(source)
        assert [seconds for seconds in clock.waited if seconds] == waited

    run(test)


def test_a_stop_at_the_page_limit_is_a_warning_and_goes_on_in_the_next_run() -> None:
    async def test(api: JsonApi) -> None:
        catalog = await synced(config(api, "cursor"))
        del api.items[24], api.items[2]
        limited = config(api, "cursor", max_pages=2)
        await synced(limited, catalog)
        assert problems(catalog) == ["page_limit"]
        assert set(catalog.documents) == ALL
        await synced(limited, catalog)
        assert problems(catalog) == []
        assert set(catalog.documents) == ALL - {"25", "3"}

    run(test)


def test_a_run_can_be_stopped_during_its_deletions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.sources.rest_api.source.SWEEP_PAGE", 4)

    async def test(api: JsonApi) -> None:
        catalog = await synced(config(api, "all"))
        del api.items[10:]
        await synced(config(api, "all"), catalog, stop_after=2)
        assert len(catalog.documents) == 21
        asked = len(api.seen)
        await synced(config(api, "all"), catalog)
        assert set(catalog.documents) == {str(number) for number in range(1, 11)}
        assert len(api.seen) == asked

    run(test)


def test_only_what_is_new_is_asked_for_with_an_overlap() -> None:
    async def test(api: JsonApi) -> None:
        given = config(
            api, "all", poll_timestamp_field="updated_at", poll_parameter="since", poll_overlap=5, timestamp_field=""
        )
        catalog = await synced(given)
        assert api.queries("since") == [None]
        api.items.append({"id": 26, "title": "New", "updated_at": 1_700_000_900})
        api.items.append({"id": 27, "title": "From the future", "updated_at": 9_000_000_000})
        del api.items[0]
        await synced(given, catalog)
        assert api.queries("since")[1:] == [str(1_700_000_025 - 5)]
        assert set(catalog.documents) == ALL | {"26", "27"}  # a pass over what is new says nothing of what is gone
        await synced(given, catalog)
        assert api.queries("since")[2:] == [str(1_700_000_900 - 5)]  # the year 2255 is no watermark
        async with connected(RestApiSource, given) as source:
            listed = {ref.source_id async for refs in source.enumerate(Partition()) for ref in refs}
        assert listed == (ALL | {"26", "27"}) - {"1"}
        assert api.queries("since")[3:] == [None]

    run(test)


@pytest.mark.parametrize(
    ("highest", "asked"),
    [
        ("2024-05-01T12:00:00Z", "2024-05-01T11:59:00Z"),
        ("2024-05-01T12:00:00+02:00", "2024-05-01T11:59:00+02:00"),
        ("2024-05-02", "2024-05-01"),
        (1_714_564_800_000, "1714564740000"),
        ("1714564800", "1714564740"),
    ],
)
def test_the_time_is_sent_the_way_the_api_writes_it(highest: Json, asked: str) -> None:
    async def test(api: JsonApi) -> None:
        given = config(api, "all", poll_timestamp_field="changed", poll_parameter="after")
        await synced(given, await synced(given))
        assert api.queries("after") == [None, asked]

    run(test, JsonApi([{"id": 1, "changed": highest}, {"id": 2, "changed": None}, {"id": 3, "changed": "soon"}]))


@pytest.mark.parametrize(
    ("path", "fields", "code"),
    [
        ("stuck", {"pagination": {"method": "page"}}, "paging_ignored"),
        (
            "loop",
            {"items_path": "items", "pagination": {"method": "cursor", "next_cursor_path": "next"}},
            "paging_loop",
        ),
    ],
)
def test_paging_that_does_not_move_is_an_error(path: str, fields: dict[str, Json], code: str) -> None:
    async def test(api: JsonApi) -> None:
        with pytest.raises(HeadwaterError) as caught:
            await synced(config(api, path, **fields))
        assert caught.value.code == code
        assert caught.value.remedy
        assert len(api.seen) <= 4

    run(test)


def odd(name: str) -> web.Response:
    """An answer of another kind than a list of objects."""
    if name == "page":
        return web.Response(text="<!doctype html><title>Sign in</title>", content_type="text/html")
    if name == "broken":
        return web.Response(text='[{"id": 1', content_type="application/json")
    return web.json_response(json.loads(name))


@pytest.mark.parametrize(
    ("answer", "items_path", "what", "remedy"),
    [
        ("page", "", "a web page, not JSON", "Sign-in"),
        ("broken", "", "not valid JSON", "smaller pages"),
        ('{"results": [{"id": 1}], "n": 1}', "", "an object with the fields results, n", "'results'"),
        ('[{"id": 1}]', "data.items", "the answer is a list of 1", "Leave 'List of items' empty"),
        ('{"data": {"rows": [{"id": 1}]}}', "$.items[*]", "matches nothing", "'data.rows'"),
        ('{"items": {"id": 1}}', "items", "leads to an object", "no list of objects"),
        ('{"items": ["a", "b"]}', "items", "leads to text", "no list of objects"),
        ('["a", "b"]', "", "whose first is text", "no list of objects"),
        ('{"error": "quota"}', "items", "fields error", "no list of objects"),
        ("null", "", "null", "no list of objects"),
        ('{"data": null, "errors": [{"message": "No such field"}]}', "data", "No such field", "request body"),
    ],
)
def test_an_answer_of_another_kind_says_what_came(answer: str, items_path: str, what: str, remedy: str) -> None:
    async def test(api: JsonApi) -> None:
        api.next_answers.extend([odd(answer), odd(answer)])
        with pytest.raises((ConfigError, PermanentError)) as caught:
            await synced(config(api, "all", items_path=items_path))
        info: ErrorInfo = caught.value.info()
        assert what in info.what
        assert remedy in info.remedy
        assert info.where == f"{api.address}/all"
        assert info.pointer == ("/items_path" if info.code == "no_items" else "/url" if answer == "page" else None)
        async with connected(RestApiSource, config(api, "all", items_path=items_path)) as source:
            steps = [step async for step in source.check() if step.state == "failed"]
        assert [step.error for step in steps] == [info]

    run(test)


@pytest.mark.parametrize(
    ("answer", "fields"),
    [
        (lambda: web.Response(status=204), {}),
        (lambda: web.json_response([]), {}),
        (lambda: web.json_response({"items": []}), {"items_path": "$.items[*]"}),
        (lambda: web.json_response({"items": None}), {"items_path": "items"}),
        (lambda: web.json_response({}), {"items_path": "items", "items_may_be_missing": True}),
    ],
)
def test_an_empty_listing_is_no_error(answer: Callable[[], web.Response], fields: dict[str, Json]) -> None:
    async def test(api: JsonApi) -> None:
        catalog = await synced(config(api, "all"))
        api.next_answers.append(answer())
        await synced(config(api, "all", **fields), catalog)
        assert not catalog.documents
        assert not catalog.failures

    run(test)


def test_an_item_without_an_id_fails_alone_and_nothing_counts_as_gone() -> None:
    async def test(api: JsonApi) -> None:
        catalog = await synced(config(api, "all"))
        api.items[:3] = [{"title": "No ID"}, {"id": {"a": 1}}, "text"]  # type: ignore[list-item]
        await synced(config(api, "all"), catalog)
        assert problems(catalog) == ["item_without_id", "item_without_id", "item_not_object"]
        assert set(catalog.documents) == ALL
        async with connected(RestApiSource, config(api, "all")) as source:
            with pytest.raises(PermanentError):
                _ = [refs async for refs in source.enumerate(Partition())]

    run(test)


def test_an_item_with_half_an_emoji_is_kept() -> None:
    async def test(api: JsonApi) -> None:
        api.next_answers.append(
            web.Response(text='[{"id": "a\\ud83d", "title": "b\\ud83d"}]', content_type="application/json")
        )
        assert set((await synced(config(api, "all"))).documents) == {"a?"}

    run(test)


def test_two_items_of_one_id_are_told_and_the_first_is_kept() -> None:
    async def test(api: JsonApi) -> None:
        catalog = await synced(config(api, "all"))
        assert problems(catalog) == ["duplicate_id"]
        assert [change.ref.title for change in changes(catalog, Upsert)] == ["First", "Other"]
        async with connected(RestApiSource, config(api, "all")) as source:
            steps = {step.name: step async for step in source.check()}
        assert "'1'" in steps["fields"].message

    run(test, JsonApi([{"id": 1, "title": "First"}, {"id": 1, "title": "Second"}, {"id": 2, "title": "Other"}]))


def test_a_refused_page_leaves_a_gap_and_deletes_nothing() -> None:
    async def test(api: JsonApi) -> None:
        catalog = await synced(config(api, "page"))
        await synced(config(api, "capped", items_path="results", pagination={"method": "page"}), catalog)
        assert problems(catalog) == ["page_refused"]
        assert set(catalog.documents) == ALL

    run(test)


def test_a_gap_does_not_raise_the_watermark() -> None:
    async def test(api: JsonApi) -> None:
        polled: dict[str, Json] = {"poll_timestamp_field": "updated_at", "poll_parameter": "since"}
        given = config(api, "capped", items_path="results", pagination={"method": "page"}, **polled)
        await synced(given, await synced(given))
        assert set(api.queries("since")) == {None}  # else the items of page 3 would never be asked for

    run(test)


def test_a_listing_shorter_than_its_total_deletes_nothing() -> None:
    async def test(api: JsonApi) -> None:
        catalog = await synced(config(api, "page"))
        first = web.json_response({"total": 25, "results": api.items[:10]})
        api.next_answers.extend([first, web.json_response({"total": 25, "results": []})])
        await synced(config(api, "page"), catalog)
        assert problems(catalog) == ["listing_incomplete"]
        assert set(catalog.documents) == ALL

    run(test)


def test_a_cursor_that_expired_meanwhile_starts_the_pass_again() -> None:
    async def test(api: JsonApi) -> None:
        catalog = await synced(config(api, "cursor"), stop_after=1)
        api.cursors = {}
        api.size = 25
        await synced(config(api, "cursor"), catalog)
        assert set(catalog.documents) == ALL

    run(test)


@pytest.mark.parametrize("checkpoint", [{}, {"token": 5}, {"cursor": "abc", "version": 9}])
def test_a_checkpoint_that_cannot_be_read_means_everything(checkpoint: dict[str, Json]) -> None:
    async def test(api: JsonApi) -> None:
        catalog = await synced(config(api, "page"))
        del api.items[0]
        catalog.checkpoint = checkpoint
        await synced(config(api, "page"), catalog)
        assert set(catalog.documents) == ALL - {"1"}

    run(test)


@pytest.mark.parametrize(
    ("method", "fields", "header", "value"),
    [
        ("api_key_header", {"header_name": "X-Key", "api_key": "$"}, "x-key", KEY),
        ("bearer", {"token": "$"}, "authorization", f"Bearer {KEY}"),
        (
            "basic",
            {"username": "ann", "password": "$"},
            "authorization",
            "Basic " + base64.b64encode(f"ann:{KEY}".encode()).decode(),
        ),
    ],
)
def test_each_way_to_sign_in_sends_its_credential(method: str, fields: dict[str, str], header: str, value: str) -> None:
    async def test(api: JsonApi) -> None:
        secret = next(name for name, text in fields.items() if text == "$")
        given = config(api, "all", auth={"method": method, **fields})
        async with connected(RestApiSource, given, secrets={f"/auth/{secret}": KEY}) as source:
            assert set((await collect(source)).documents) == ALL
        assert [request.headers.get(header) for request in api.seen] == [value]

    run(test)


@pytest.mark.parametrize("client_auth", ["basic", "post"])
def test_client_credentials_fetch_a_token_and_replace_an_expired_one(client_auth: str) -> None:
    async def test(api: JsonApi) -> None:
        api.tokens = {"none yet"}
        auth = {
            "method": "oauth2_client_credentials",
            "token_url": f"{api.address}/token",
            "client_id": "app",
            "client_secret": "",
            "scope": "read list",
            "audience": "articles",
            "client_auth": client_auth,
        }
        given = config(api, "cursor", auth=auth)
        async with connected(RestApiSource, given, secrets={"/auth/client_secret": KEY}) as source:
            state = MemoryState()
            pages = source.read(Partition(), None, state)
            seen: list[Page] = []
            async for page in pages:
                seen.append(page)
                if len(seen) == 1:
                    api.tokens = {"revoked on the server"}
        assert sum(len(page.changes) for page in seen) == 25
        assert len(api.token_requests) == 2
        authorization, form = api.token_requests[0]
        assert (form["grant_type"], form["scope"], form["audience"]) == ("client_credentials", "read list", "articles")
        assert authorization.startswith("Basic ") == (client_auth == "basic")

    run(test)


def test_a_wrong_key_is_an_error_of_sign_in() -> None:
    async def test(api: JsonApi) -> None:
        api.tokens = {"another"}
        given = config(api, "all", auth={"method": "bearer", "token": ""})
        async with connected(RestApiSource, given, secrets={"/auth/token": KEY}) as source:
            steps = [step async for step in source.check() if step.state != "running"]
            with pytest.raises(AuthError):
                await collect(source)
        assert [step.state for step in steps] == ["failed", "skipped", "skipped", "skipped"]

    run(test)


def test_a_busy_and_a_failing_server_are_asked_again() -> None:
    async def test(api: JsonApi) -> None:
        api.next_answers.append(web.Response(status=429, headers={"Retry-After": "0"}))
        assert set((await synced(config(api, "all"))).documents) == ALL
        api.next_answers.append(web.Response(status=500))
        assert set((await synced(config(api, "search"))).documents) == ALL  # a POST that only asks may be repeated
        assert len(api.seen) == 2 + 4

    run(test)


def test_an_answer_that_is_cut_off_is_a_passing_fault() -> None:
    async def test(api: JsonApi) -> None:
        with pytest.raises(TransientError):
            await synced(config(api, "cut"))
        assert len(api.seen) > 1

    run(test)


def test_a_link_to_another_host_is_not_followed() -> None:
    async def test(api: JsonApi) -> None:
        elsewhere = {"value": api.items[:1], "@odata.nextLink": "http://127.0.0.1:1/next"}
        api.next_answers.append(web.json_response(elsewhere))
        with pytest.raises(PermanentError) as caught:
            await synced(config(api, "next"))
        assert caught.value.code == "foreign_link"

    run(test)


def test_a_document_is_made_of_the_chosen_fields() -> None:
    async def test(api: JsonApi) -> None:
        given = config(
            api,
            "all",
            id_field="$.meta.key",
            title_field="meta.name",
            content_fields=["body", "tags", "more"],
            content_is_html=True,
            metadata_fields=["meta.rank", "absent"],
            url_field="@link",
            timestamp_field="when",
        )
        [upsert] = changes(await synced(given), Upsert)
        assert upsert.ref.source_id == "a/b"
        assert upsert.ref.title == "Name & more"
        assert upsert.ref.metadata == {"meta.rank": 3}
        assert upsert.ref.url == "https://example.com/a"
        assert upsert.ref.updated_at == 1_704_067_200
        assert upsert.content.decode() == (
            '## body\n\nHello\n\n## tags\n\n- x\n- y\n\n## more\n\n{\n  "deep": [\n    {\n      "n": 1\n    }\n  ]\n}'
        )
        async with connected(RestApiSource, given) as source:
            content = await source.fetch(upsert.ref)
            assert (content.body, content.fingerprint) == (upsert.content, upsert.fingerprint)
            api.items[0]["meta"]["key"] = "moved"
            with pytest.raises(NotFound):
                await source.fetch(upsert.ref)

    item = {
        "meta": {"key": "a/b", "name": " Name &  more", "rank": 3},
        "body": "<script>x</script><p>Hello</p>",
        "tags": ["x", "y"],
        "more": {"deep": [{"n": 1}]},
        "@link": "https://example.com/a",
        "when": "2024-01-01T00:00:00Z",
    }
    run(test, JsonApi([item]))


def test_a_template_makes_the_text_and_its_faults_are_the_items() -> None:
    async def test(api: JsonApi) -> None:
        template = "# {{ title }}\n{{ body | text }} {{ item['views'] + 1 }}{{ nothing.there }}"
        catalog = await synced(config(api, "all", content_template=template))
        assert changes(catalog, Upsert)[0].content == b"# Article 1\nText 1 1"
        assert problems(catalog) == ["template_failed"]
        assert set(catalog.documents) == {"1"}
        escape = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
        assert problems(await synced(config(api, "all", content_template=escape))) == ["template_failed"] * 2

    run(test, JsonApi([*articles(1), {"id": 2, "views": "many"}]))


def test_the_form_offers_the_names_that_the_answer_has() -> None:
    async def test(api: JsonApi) -> None:
        async with connected(RestApiSource, config(api, "object")) as source:
            fields = await source.options("fields", {})
            scalars = await source.options("scalars", {})
        assert [option.value for option in fields] == ["id", "title", "body", "views", "updated_at"]
        assert fields[1].help == "Article 1"
        assert [option.value for option in scalars] == ["meta.total"]
        async with connected(RestApiSource, {"url": f"{api.address}/object"}) as source:
            assert [option.value for option in await source.options("lists", {})] == ["data.articles"]

    run(test)


def test_the_connection_test_tells_which_fields_are_missing() -> None:
    async def test(api: JsonApi) -> None:
        given = config(api, "page", content_fields=["body", "txet"], metadata_fields=["autor"])
        async with connected(RestApiSource, given) as source:
            steps = {step.name: step async for step in source.check()}
        assert [step.state for step in steps.values()] == ["ok", "ok", "warning", "ok"]
        assert "txet, autor" in steps["fields"].message
        assert "body" in steps["fields"].remedy
        assert "10 items on the first page, 25 in all" in steps["items"].message
        templated = config(api, "all", content_template="{{ title }} {{ boddy }}")
        async with connected(RestApiSource, templated) as source:
            steps = {step.name: step async for step in source.check()}
        assert "boddy" in steps["fields"].message

    run(test)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"url": "https://ann:pw@example.com"}, "url"),
        ({"headers": {"authorization": "Bearer x"}}, "headers"),
        ({"query_params": {"Api_Key": "x"}}, "query_params"),
        ({"request_body": "{"}, "request_body"),
        ({"parameters_in": "body"}, "parameters_in"),
        ({"method": "POST", "request_body": "[]", "parameters_in": "body"}, "parameters_in"),
        ({"content_template": "{{ title"}, "content_template"),
        ({"poll_parameter": "since"}, "poll_parameter"),
        ({"poll_timestamp_field": "updated_at"}, "poll_parameter"),
        ({"id_field": "$..["}, "id_field"),
        ({"pagination": {"method": "cursor", "next_cursor_path": ""}}, "pagination"),
    ],
)
def test_a_config_that_cannot_work_is_refused_at_its_field(fields: dict[str, Json], pointer: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RestApiSource.Config.model_validate({"url": "https://example.com", **fields})
    assert [error["loc"][0] for error in caught.value.errors()] == [pointer]


def test_the_schema_has_a_title_for_every_field_and_marks_secrets() -> None:
    schema = RestApiSource.Config.model_json_schema()
    assert all(field.get("title") for field in schema["properties"].values())
    secrets = [
        name
        for model in schema["$defs"].values()
        for name, field in model["properties"].items()
        if field.get("writeOnly")
    ]
    assert sorted(secrets) == ["api_key", "client_secret", "password", "token"]
    assert KEY not in json.dumps(schema)
