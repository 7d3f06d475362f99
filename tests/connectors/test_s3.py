"""The sources of object storage against a server that checks signatures and misbehaves, and against rclone's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from connectors.sdk import (
    AuthError,
    CheckStep,
    ConfigError,
    DocumentRef,
    NotFound,
    PermanentError,
    PermissionDenied,
    RateLimited,
    Source,
    TransientError,
    Upsert,
)
from connectors.sdk.testing import CHECKS, Case, Catalog, Check, collect
from connectors.sources.s3 import GoogleCloudStorageSource, OciStorageSource, R2Source, S3Source
from tests.network.certificates import Authority
from tests.network.opened import FakeClock
from tests.support.context import SETTINGS, connected
from tests.support.rclone import RcloneFactory
from tests.support.s3 import KEY_ID, SECRET, FakeS3, Stored, apart, break_off, keys, refuse, served, tunnel

ODD_KEYS = [
    "a",
    "a/b",
    "../secret",
    "a/../b",
    "/leading",
    "a//b",
    "./here",
    "line\nbreak",
    "tab\tand\x7f",
    "😀/naïve ünïcode.md",
    "plus+space %25&?#=;'\"<>[]{}|\\^`~!*(),:@$.txt",
    "x" * 1000,
]


def s3_config(fake: FakeS3, **changes: Any) -> dict[str, Any]:
    return {
        "bucket_name": fake.bucket,
        "endpoint_url": fake.url,
        "auth": {"method": "access_key", "aws_access_key_id": KEY_ID, "aws_secret_access_key": {"$secret": "env:S3"}},
        **changes,
    }


@asynccontextmanager
async def open_s3(fake: FakeS3, *, secret: str = SECRET, clock: Any = None, **changes: Any) -> AsyncIterator[S3Source]:
    async with (
        served(fake),
        connected(
            S3Source, s3_config(fake, **changes), secrets={"/auth/aws_secret_access_key": secret}, clock=clock
        ) as source,
    ):
        yield source


T = TypeVar("T")


def with_s3(fake: FakeS3, work: Callable[[S3Source], Awaitable[T]], **options: Any) -> T:
    async def run() -> T:
        async with open_s3(fake, **options) as source:
            return await work(source)

    return asyncio.run(run())


async def steps(source: Source[Any]) -> list[CheckStep]:
    return [step async for step in source.check() if step.state != "running"]


def fingerprints(catalog: Catalog) -> dict[str, str | None]:
    return {key: stored.fingerprint for key, stored in catalog.documents.items()}


# --- the main job ----------------------------------------------------------------------------------------------------


def test_every_key_is_listed_and_fetched_as_it_is() -> None:
    fake = FakeS3()
    fake.put(*ODD_KEYS)

    async def work(source: S3Source) -> None:
        catalog = await collect(source)
        assert fingerprints(catalog) == fake.expected()
        for key in ODD_KEYS:
            content = await source.fetch(DocumentRef(source_id=key, title=key))
            assert content.body == key.encode(), key

    with_s3(fake, work)

    assert all(asked.sign_in == "AWS4-HMAC-SHA256" for asked in fake.asked)
    assert all(
        asked.headers.get("x-amz-content-sha256") or asked.headers.get("X-Amz-Content-SHA256") for asked in fake.asked
    )


def test_a_pass_without_changes_asks_for_the_listing_and_nothing_else() -> None:
    fake = FakeS3()
    fake.put(*keys(2500))

    async def work(source: S3Source) -> None:
        catalog = await collect(source, fetch=False)
        fake.asked.clear()
        second = await collect(source, catalog=catalog.copy())
        assert second.fetched == []
        assert sum(page.unchanged for page in second.pages) == 2500

    with_s3(fake, work)

    assert [(asked.what, asked.query.get("start-after")) for asked in fake.asked] == [
        ("list", None),
        ("list", "doc00999.md"),
        ("list", "doc01999.md"),
    ]


def test_a_document_says_what_the_listing_knows() -> None:
    fake = FakeS3(objects={"hr/leave.md": Stored(b"# Leave", storage_class="STANDARD_IA")})

    upsert = with_s3(fake, lambda source: collect(source)).pages[0].changes[0]

    assert isinstance(upsert, Upsert)
    assert upsert.ref == DocumentRef(
        source_id="hr/leave.md",
        title="leave.md",
        media_type="text/markdown",
        size=7,
        updated_at=1_790_000_000.0,
        metadata={"storage_class": "STANDARD_IA"},
    )


def test_folder_markers_archived_and_too_large_objects_are_no_documents() -> None:
    fake = FakeS3(
        objects={
            "folder/": Stored(),
            "folder/real.txt": Stored(b"text"),
            "notes/": Stored(b"a key may end in a slash and still have content"),
            "old.txt": Stored(b"old", storage_class="GLACIER"),
            "older.txt": Stored(b"old", storage_class="DEEP_ARCHIVE"),
            "huge.iso": Stored(b"", size=5 * 1024**3),
        }
    )

    catalog = with_s3(fake, collect)

    assert set(catalog.documents) == {"folder/real.txt", "notes/"}
    failed = {failure.source_id: failure.error for failure in catalog.failures}
    assert {key: error.code for key, error in failed.items()} == {
        "huge.iso": "too_large",
        "old.txt": "archived",
        "older.txt": "archived",
    }
    assert all(error.remedy for error in failed.values())
    assert "huge.iso" not in fake.gets()


def test_prefix_and_filters_choose() -> None:
    fake = FakeS3()
    fake.put("docs/a.md", "docs/b.txt", "docs/old/c.md", "docs.md", "other/a.md")
    changes = {"prefix": "docs/", "filters": {"include": ["**/*.md"], "exclude": ["docs/old/**"]}}

    catalog = with_s3(fake, collect, **changes)

    assert set(catalog.documents) == {"docs/a.md"}
    assert {asked.query["prefix"] for asked in fake.lists()} == {"docs/"}


def test_the_prefix_is_chosen_from_a_tree_and_the_bucket_from_a_list() -> None:
    fake = FakeS3()
    fake.put("a/one/x", "a/two/y", "b c/z", "top.md", *(f"many/{number:04}/x" for number in range(1200)))

    async def work(source: S3Source) -> None:
        assert [(node.title, node.value) for node in await source.discover(None)] == [
            ("a", "a/"),
            ("b c", "b c/"),
            ("many", "many/"),
        ]
        assert [node.value for node in await source.discover("a/")] == ["a/one/", "a/two/"]
        assert len(await source.discover("many/")) == 1200
        assert [option.value for option in await source.options("buckets", {})] == ["files"]

    with_s3(fake, work)


def test_a_key_that_may_not_list_buckets_is_told_to_type_the_name() -> None:
    fake = FakeS3(buckets_allowed=False)

    with pytest.raises(PermissionDenied) as caught:
        with_s3(fake, lambda source: source.options("buckets", {}))

    assert "Type the bucket's name" in caught.value.remedy


def test_without_etag_size_and_time_tell_a_change() -> None:
    fake = FakeS3(objects={"a.txt": Stored(b"one", etag="")})

    async def work(source: S3Source) -> tuple[list[str], list[str]]:
        first = await collect(source)
        fake.put("b.txt")  # so that the page is parsed again
        again = await collect(source, catalog=first.copy())
        fake.objects["a.txt"] = Stored(b"two", etag="", modified=1_790_000_001.0)
        changed = await collect(source, catalog=again.copy())
        return again.fetched, changed.fetched

    assert with_s3(fake, work) == (["b.txt"], ["a.txt"])


def test_a_changed_object_counts_with_the_etag_that_was_really_fetched() -> None:
    fake = FakeS3()
    fake.put("a.txt")

    async def work(source: S3Source) -> str | None:
        catalog = await collect(source, fetch=False)
        fake.put("a.txt", body=b"changed since")
        upsert = catalog.pages[0].changes[0]
        assert isinstance(upsert, Upsert)
        return (await source.fetch(upsert.ref)).fingerprint

    assert with_s3(fake, work) == fake.objects["a.txt"].tag


@pytest.mark.parametrize("version", ["1", "2"])
def test_an_old_server_is_listed_by_marker_if_told_so(version: str) -> None:
    fake = FakeS3(old=True, page_cap=4)
    fake.put(*ODD_KEYS)

    if version == "2":
        with pytest.raises(PermanentError) as caught:
            with_s3(fake, collect, listing_version=version)
        assert "ListObjects" in caught.value.remedy
    else:
        assert fingerprints(with_s3(fake, collect, listing_version=version)) == fake.expected()


def test_a_tree_larger_than_a_page_is_offered_by_marker_too() -> None:
    fake = FakeS3(old=True)
    fake.put(*(f"many +{number:04}/x" for number in range(1200)))

    nodes = with_s3(fake, lambda source: source.discover(None), listing_version="1")

    assert len({node.id for node in nodes}) == 1200


def test_a_public_bucket_is_read_without_any_credential() -> None:
    fake = FakeS3(secrets={})
    fake.put("a.txt", "b/../c")

    async def work() -> Catalog:
        config = {"bucket_name": fake.bucket, "endpoint_url": "", "auth": {"method": "anonymous"}}
        async with served(fake), connected(S3Source, {**config, "endpoint_url": fake.url}) as source:
            return await collect(source)

    assert fingerprints(asyncio.run(work())) == fake.expected()
    assert {asked.sign_in for asked in fake.asked} == {""}


def test_the_environment_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = "http://127.0.0.1:9"
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AMBIENT",
        "AWS_SECRET_ACCESS_KEY": "ambient",
        "AWS_SESSION_TOKEN": "ambient",
        "AWS_ENDPOINT": nowhere,
        "AWS_ENDPOINT_URL": nowhere,
        "AWS_ENDPOINT_URL_S3": nowhere,
        "AWS_REGION": "mars-north-1",
        "AWS_SKIP_SIGNATURE": "true",
        "AWS_UNSIGNED_PAYLOAD": "true",
        "AWS_REQUEST_PAYER": "true",
        "AWS_S3_EXPRESS": "true",
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true",
        "AWS_ALLOW_HTTP": "false",
        "AWS_PROXY_URL": nowhere,
        "HTTP_PROXY": nowhere,
        "http_proxy": nowhere,
        "ALL_PROXY": nowhere,
    }.items():
        monkeypatch.setenv(name, value)
    fake = FakeS3(region="us-east-1")
    fake.put("a.txt")

    with_s3(fake, collect)

    assert [asked.what for asked in fake.asked] == ["list", "get"]  # no second try over HTTP
    assert all("ambient" not in str(asked).lower() for asked in fake.asked)
    assert "x-amz-request-payer" not in fake.asked[-1].headers


# --- bad input -------------------------------------------------------------------------------------------------------


def failed_step(fake: FakeS3, **options: Any) -> CheckStep:
    found = with_s3(fake, steps, **options)
    return next(step for step in found if step.state == "failed")


def test_a_good_connection_names_what_it_found() -> None:
    fake = FakeS3()
    fake.put(*keys(3))

    found = with_s3(fake, steps)

    assert [(step.name, step.state, step.message) for step in found] == [
        ("sign_in", "ok", "Bucket files answers"),
        ("listing", "ok", "3 documents"),
    ]


def test_a_wrong_secret() -> None:
    step = failed_step(FakeS3(), secret="not the secret")

    assert step.error is not None
    assert (step.error.category, step.error.code) == ("auth", "wrong_secret")


def test_an_unknown_key() -> None:
    step = failed_step(FakeS3(secrets={"ANOTHER": SECRET}))

    assert step.error is not None
    assert (step.error.category, step.error.code) == ("auth", "unknown_access_key")


def test_a_missing_bucket() -> None:
    step = failed_step(FakeS3(), bucket_name="fiels")

    assert step.error is not None
    assert (step.error.category, step.error.code, step.error.pointer) == ("config", "no_such_bucket", "/bucket_name")
    assert "fiels" in step.error.what


def test_spaces_around_what_was_pasted_do_no_harm() -> None:
    fake = FakeS3()
    auth = {"method": "access_key", "aws_access_key_id": f" {KEY_ID}\n"}

    found = with_s3(fake, steps, bucket_name=" files ", auth=auth)

    assert found[0].state == "ok"


def test_a_wrong_region_is_told_with_the_right_one() -> None:
    step = failed_step(FakeS3(region="eu-central-1"))

    assert step.error is not None
    assert (step.error.code, step.error.pointer) == ("wrong_region", "/region")
    assert "eu-central-1" in step.remedy


def test_a_redirect_to_another_region_is_not_followed_but_explained() -> None:
    moved = "<Endpoint>files.s3.eu-west-3.amazonaws.com</Endpoint>"
    fake = FakeS3(refusals=[refuse(301, "PermanentRedirect", moved, **{"x-amz-bucket-region": "eu-west-3"})])

    step = failed_step(fake)

    assert step.error is not None
    assert step.error.code == "wrong_region"
    assert "eu-west-3" in step.remedy


@pytest.mark.parametrize(
    ("status", "code", "category", "said"),
    [
        (403, "RequestTimeTooSkewed", "config", "time zone"),
        (403, "AccessDenied", "permission", "s3:ListBucket"),
        (400, "ExpiredToken", "auth", "session token"),
        (403, "SomethingNew", "permission", "owner"),
        (401, "Unauthorized", "auth", "credential"),
        (400, "InvalidArgument", "permanent", "endpoint"),
    ],
)
def test_what_a_server_refuses_comes_with_a_remedy(status: int, code: str, category: str, said: str) -> None:
    step = failed_step(FakeS3(refusals=[refuse(status, code)] * 2))

    assert step.error is not None
    assert step.error.category == category
    assert said in step.remedy
    assert code in step.error.detail


def test_a_web_page_is_no_bucket() -> None:
    async def page(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text="<html><body>Please sign in</body></html>", content_type="text/html")

    step = failed_step(FakeS3(refusals=[page]))

    assert step.error is not None
    assert step.error.code == "not_a_listing"


def test_empty_is_a_warning_and_says_what_is_empty() -> None:
    empty = with_s3(FakeS3(), steps)[-1]
    fake = FakeS3()
    fake.put("a.bin")
    no_prefix = with_s3(fake, steps, prefix="/docs")[-1]
    filtered = with_s3(fake, steps, filters={"include": ["*.md"]})[-1]

    assert [step.state for step in (empty, no_prefix, filtered)] == ["warning"] * 3
    assert "empty" in empty.message
    assert "/docs" in no_prefix.message
    assert "filters" in filtered.message


def test_an_empty_bucket_is_a_pass_that_covers_everything() -> None:
    catalog = with_s3(FakeS3(), collect)

    assert [(page.changes, page.covers is not None, page.checkpoint) for page in catalog.pages] == [
        ([], True, {"complete": True})
    ]


@pytest.mark.parametrize("status", [429, 503])
def test_a_slow_down_waits_as_long_as_asked_and_goes_on(status: int) -> None:
    fake = FakeS3(refusals=[refuse(status, "SlowDown", **{"Retry-After": "3"})])
    fake.put("a.txt")
    clock = FakeClock()

    catalog = with_s3(fake, collect, clock=clock)

    assert set(catalog.documents) == {"a.txt"}
    assert sum(clock.slept) == pytest.approx(3, abs=0.01)


def test_a_long_slow_down_is_handed_to_the_run() -> None:
    fake = FakeS3(refusals=[refuse(503, "SlowDown", **{"Retry-After": "3600"})])

    with pytest.raises(RateLimited):
        with_s3(fake, collect, clock=FakeClock())


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (refuse(403, "AccessDenied"), PermissionDenied),
        (refuse(404, "NoSuchKey"), NotFound),
        (refuse(404, "NoSuchBucket"), ConfigError),
        (refuse(403, "InvalidObjectState"), PermanentError),
        (refuse(403, "SignatureDoesNotMatch"), AuthError),
        (refuse(500, "InternalError"), TransientError),
        (break_off(100, b"half"), TransientError),
    ],
    ids=["403", "vanished", "bucket", "archived", "signature", "500", "truncated"],
)
def test_one_object_that_can_not_be_read_says_why_and_the_others_arrive(
    fault: Callable[[Any], Awaitable[Any]], expected: type[Exception]
) -> None:
    fake = FakeS3(faults={"b.txt": fault})
    fake.put("a.txt", "b.txt", "c.txt")

    async def work(source: S3Source) -> list[object]:
        catalog = await collect(source, fetch=False)
        refs = [change.ref for change in catalog.pages[0].changes if isinstance(change, Upsert)]
        return await asyncio.gather(*(source.fetch(ref) for ref in refs), return_exceptions=True)

    first, second, third = with_s3(fake, work, clock=FakeClock())

    assert type(second) is expected
    assert second.where == "b.txt" or isinstance(second, TransientError)  # type: ignore[attr-defined]
    assert [getattr(each, "body", None) for each in (first, third)] == [b"a.txt", b"c.txt"]


def test_an_object_that_grew_beyond_the_limit_is_not_read() -> None:
    fake = FakeS3(objects={"a.bin": Stored(b"x" * 3_000_000, size=10)})

    async def work(source: S3Source) -> None:
        catalog = await collect(source, fetch=False)
        upsert = catalog.pages[0].changes[0]
        assert isinstance(upsert, Upsert)
        await source.fetch(upsert.ref)

    with pytest.raises(PermanentError) as caught:
        with_s3(fake, work, filters={"max_bytes": 1000})
    assert caught.value.code == "too_large"


# --- fields ----------------------------------------------------------------------------------------------------------

AUTH = {"method": "access_key", "aws_access_key_id": "A", "aws_secret_access_key": {"$secret": "env:S"}}


@pytest.mark.parametrize(
    ("field", "changes", "said"),
    [
        ("bucket_name", {"bucket_name": "s3://my-bucket/docs/"}, "“my-bucket”, and “docs/” as Prefix"),
        ("bucket_name", {"bucket_name": "arn:aws:s3:::my-bucket"}, "“my-bucket”"),
        ("bucket_name", {"bucket_name": "my bucket"}, "no space"),
        ("", {"bucket_name": "My_Bucket"}, "small letters"),
        ("endpoint_url", {"endpoint_url": "minio.lan:9000"}, "https://minio.lan:9000"),
        ("endpoint_url", {"endpoint_url": "ftp://minio.lan"}, "https://"),
        ("endpoint_url", {"endpoint_url": "http://:9000"}, "not an address"),
        ("endpoint_url", {"endpoint_url": "http://minio.lan:port"}, "not an address"),
        ("endpoint_url", {"endpoint_url": "https://key:secret@minio.lan"}, "Leave user and password out"),
        ("endpoint_url", {"endpoint_url": "https://minio.lan/?x=1"}, "“?”"),
        ("endpoint_url", {"endpoint_url": "https://minio.lan/files"}, "https://minio.lan."),
        ("endpoint_url", {"endpoint_url": "https://files.minio.lan"}, "https://minio.lan."),
        ("", {"endpoint_url": "http://10.0.0.1:9000", "addressing_style": "virtual"}, "Path"),
        ("region", {"region": "Frankfurt"}, "match pattern"),
    ],
)
def test_a_wrong_field_is_blamed_in_kind_words(field: str, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        S3Source.Config.model_validate({"bucket_name": "files", "auth": AUTH, **changes})

    (found,) = caught.value.errors()
    assert ".".join(map(str, found["loc"])) == field
    assert said in found["msg"]


@pytest.mark.parametrize(
    ("changes", "url", "path_style"),
    [
        ({}, "https://files.s3.us-east-1.amazonaws.com/", False),
        ({"region": "cn-north-1"}, "https://files.s3.cn-north-1.amazonaws.com.cn/", False),
        ({"bucket_name": "my.files"}, "https://s3.us-east-1.amazonaws.com/my.files", True),
        ({"addressing_style": "path"}, "https://s3.us-east-1.amazonaws.com/files", True),
        ({"endpoint_url": "http://minio.lan:9000/"}, "http://minio.lan:9000/files", True),
        ({"endpoint_url": "https://x.test", "addressing_style": "virtual"}, "https://files.x.test/", False),
        (
            {"endpoint_url": "https://x.supabase.test/storage/v1/s3"},
            "https://x.supabase.test/storage/v1/s3/files",
            True,
        ),
    ],
)
def test_where_a_bucket_is(changes: dict[str, Any], url: str, path_style: bool) -> None:
    config = S3Source.Config.model_validate({"bucket_name": "files", "auth": AUTH, **changes})

    address = S3Source.address(config)
    authorization = S3Source.authorization(config)

    assert (address.bucket_url, address.path_style) == (url, path_style)
    assert S3Source.endpoints(config)[0].typed is ("endpoint_url" in changes)
    assert authorization is not None
    assert f"{S3Source.endpoints(config)[0].host}:{S3Source.endpoints(config)[0].port}" in authorization.hosts


# --- each service in its own dialect ---------------------------------------------------------------------------------

R2 = {"account_id": "0123456789abcdef" * 2, "r2_access_key_id": KEY_ID, "r2_secret_access_key": {"$secret": "env:S3"}}
OCI = {
    "namespace": "axaxnpcrorw5",
    "region": "eu-frankfurt-1",
    "access_key_id": KEY_ID,
    "secret_access_key": {"$secret": "env:S3"},
}
HMAC = {"auth": {"method": "hmac", "access_key_id": KEY_ID, "secret_access_key": {"$secret": "env:S3"}}}


def through_a_proxy(
    tmp_path: Path, source_class: type[Any], config: dict[str, Any], host: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[FakeS3, list[str], Catalog]:
    """A sync of one of the real addresses, which a proxy leads to a server on loopback that has their certificate."""
    monkeypatch.setenv("S3", SECRET)
    authority = Authority.make(tmp_path)
    fake = FakeS3(bucket=config["bucket_name"])
    fake.put("a.txt", "a//odd", "b.txt")
    led_to: list[str] = []

    async def run() -> Catalog:
        async with (
            served(fake, tls=authority.server(host=host)),
            tunnel(int(fake.url.rpartition(":")[2]), led_to) as proxy,
            connected(
                source_class,
                config,
                settings=msgspec.structs.replace(SETTINGS, proxy=proxy, ca_file=authority.file),
            ) as source,
        ):
            return await collect(source)

    return fake, led_to, asyncio.run(run())


@pytest.mark.parametrize(
    ("source_class", "config", "host", "path", "region"),
    [
        (S3Source, {"auth": {**AUTH, "aws_access_key_id": KEY_ID, "aws_secret_access_key": {"$secret": "env:S3"}},
                    "region": "eu-central-1"},
         "files.s3.eu-central-1.amazonaws.com", "/a.txt", "eu-central-1"),
        (R2Source, R2, f"{R2['account_id']}.r2.cloudflarestorage.com", "/files/a.txt", "auto"),
        (R2Source, {**R2, "jurisdiction": "eu"}, f"{R2['account_id']}.eu.r2.cloudflarestorage.com",
         "/files/a.txt", "auto"),
        (R2Source, {**R2, "jurisdiction": "fedramp"}, f"{R2['account_id']}.fedramp.r2.cloudflarestorage.com",
         "/files/a.txt", "auto"),
        (OciStorageSource, OCI, "axaxnpcrorw5.compat.objectstorage.eu-frankfurt-1.oraclecloud.com", "/files/a.txt",
         "eu-frankfurt-1"),
        (GoogleCloudStorageSource, HMAC, "storage.googleapis.com", "/files/a.txt", "auto"),
    ],
    ids=["s3", "r2", "r2-eu", "r2-fedramp", "oci", "gcs-hmac"],
)  # fmt: skip
def test_a_type_speaks_to_its_own_host_and_region(
    source_class: type[Any],
    config: dict[str, Any],
    host: str,
    path: str,
    region: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = {"bucket_name": "files", **config}

    fake, led_to, catalog = through_a_proxy(tmp_path, source_class, full, host, monkeypatch)

    assert fingerprints(catalog) == fake.expected()
    assert set(led_to) == {f"{host}:443"}
    assert {asked.host for asked in fake.asked} == {host}
    assert {(asked.sign_in, asked.region) for asked in fake.asked} == {("AWS4-HMAC-SHA256", region)}
    assert path in [asked.path for asked in fake.asked]
    assert {asked.query.get("list-type") for asked in fake.lists()} == {
        None if source_class is OciStorageSource else "2"
    }


def test_google_takes_a_service_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is exchanged for a token, and everything, also buckets of a project, is asked for with that."""
    fake = FakeS3(secrets={}, bearer="ya29.token")
    fake.put("a.txt", "b//c", "../d", *keys(3))
    fake.objects["large.bin"] = Stored(b"x" * 3_000_000)
    granted: list[dict[str, str]] = []

    async def token(request: web.BaseRequest) -> web.StreamResponse:
        granted.append(dict(await request.post()))  # type: ignore[arg-type]
        return web.json_response({"access_token": "ya29.token", "expires_in": 3599, "token_type": "Bearer"})

    async def run() -> Catalog:
        runner = web.ServerRunner(web.Server(token), shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        key = service_account_key(f"http://127.0.0.1:{runner.addresses[0][1]}/token")
        config = {"bucket_name": "files", "project_id": "my-project", "auth": {"method": "service_account"}}
        try:
            async with (
                served(fake),
                connected(
                    GoogleCloudStorageSource,
                    {**config, "endpoint_url": fake.url},
                    secrets={"/auth/service_account_key": key},
                ) as source,
            ):
                assert [option.value for option in await source.options("buckets", {})] == ["files"]
                return await collect(source)
        finally:
            await runner.cleanup()

    catalog = asyncio.run(run())

    assert fingerprints(catalog) == fake.expected()
    assert {asked.sign_in for asked in fake.asked} == {"Bearer"}
    assert fake.asked[0].headers["x-goog-project-id"] == "my-project"
    assert [form["grant_type"] for form in granted] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]


def service_account_key(token_uri: str) -> str:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return json.dumps(
        {
            "type": "service_account",
            "client_email": "reader@my-project.iam.gserviceaccount.com",
            "private_key": pem.decode(),
            "private_key_id": "k1",
            "token_uri": token_uri,
        }
    )


# --- the contract ----------------------------------------------------------------------------------------------------

PRESETS: dict[str, tuple[type[Source[Any]], dict[str, Any]]] = {
    "s3": (S3Source, {"auth": {**AUTH, "aws_access_key_id": KEY_ID, "aws_secret_access_key": {"$secret": "env:S3"}}}),
    "r2": (R2Source, R2),
    "google_cloud_storage": (GoogleCloudStorageSource, HMAC),
    "oci_storage": (OciStorageSource, OCI),
}


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_conformance(check: Check, preset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3", SECRET)
    source_class, config = PRESETS[preset]
    fake = FakeS3(page_cap=4)
    fake.put("a", "a/b", *keys(9))

    def opened(config: Any) -> AbstractAsyncContextManager[Any]:
        return connected(source_class, config)

    with apart(fake):
        full = {"bucket_name": fake.bucket, "endpoint_url": fake.url, **config}
        case = Case(
            source_class=source_class,
            config=full,
            open=opened,
            bad_configs=[
                {**full, "bucket_name": "s3://files"},
                {**full, "bucket_name": "no-such-bucket"},
                {**full, "endpoint_url": "127.0.0.1:9"},
                {**full, "endpoint_url": "http://127.0.0.1:9"},
            ],
            secrets=[SECRET],
            expected_documents=set(fake.objects),
            pages=3,
        )
        assert asyncio.run(check(case)) == []


# --- a real server ---------------------------------------------------------------------------------------------------


def test_rclone_serves_a_bucket_that_changes(rclone_s3: RcloneFactory, tmp_path: Path) -> None:
    bucket = tmp_path / "files"
    for number in range(1100):
        path = bucket / f"folder {number % 7}" / f"doc+{number:04} ü.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Document {number}", encoding="utf-8")
    server = rclone_s3(tmp_path)
    config = {
        "bucket_name": "files",
        "endpoint_url": server.url,
        "auth": {"method": "access_key", "aws_access_key_id": server.user},
    }

    def tree() -> set[str]:
        return {path.relative_to(bucket).as_posix() for path in bucket.rglob("*.md")}

    async def run() -> None:
        async with connected(S3Source, config, secrets={"/auth/aws_secret_access_key": server.secret}) as source:
            assert [step.state for step in await steps(source)] == ["ok", "ok"]
            first = await collect(source)
            assert set(first.documents) == tree()
            assert len(first.fetched) == 1100

            for path in sorted(bucket.rglob("*.md"))[::100]:
                path.write_text(f"{path.name} was changed", encoding="utf-8")
            for path in sorted(bucket.rglob("*.md"))[50::100]:
                path.unlink()
            second = await collect(source, catalog=first.copy())
            assert set(second.documents) == tree()
            assert len(second.fetched) == 11

            asked = len(server.requests())
            third = await collect(source, catalog=second.copy())
            assert third.documents == second.documents
            assert {request.method for request in server.requests()[asked:]} == {"LIST"}

    asyncio.run(run())
