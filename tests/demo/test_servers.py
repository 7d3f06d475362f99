"""The demo's servers as clients meet them: the S3 dialect, the token and the cursor, conditional requests."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import aiohttp
import pytest
from aiohttp import web

from app.demo.bucket import Bucket, StoredObject
from app.demo.servers import ACCESS_KEY_ID, BUCKET, SAMPLES, SECRET_ACCESS_KEY, TOKEN, DemoServers, mails
from connectors.sdk import ConfigError

SIGNED = {"Authorization": f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/x", "x-amz-date": "20261123T000000Z"}
RCLONE = Path(sys.executable).parent / "rclone"


@pytest.fixture
def servers() -> Iterator[DemoServers]:
    with DemoServers() as running:
        yield running


def ask(url: str, **options: Any) -> tuple[int, dict[str, str], bytes]:
    async def go() -> tuple[int, dict[str, str], bytes]:
        async with aiohttp.ClientSession() as session, session.get(url, **options) as answer:
            return answer.status, dict(answer.headers), await answer.read()

    return asyncio.run(go())


def listed(body: bytes, tag: str) -> list[str]:
    return [found.text or "" for found in ElementTree.fromstring(body).iterfind(f".//{{*}}{tag}")]


def test_rclone_reads_the_same_mails(servers: DemoServers, tmp_path: Path) -> None:
    remote = f":s3,provider=Other,endpoint='{servers.addresses.bucket}',access_key_id={ACCESS_KEY_ID}:{BUCKET}"
    subprocess.run(
        [RCLONE, "copy", remote, str(tmp_path), "--s3-list-chunk", "7", "--checksum"],
        check=True,
        env={**os.environ, "RCLONE_S3_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY, "RCLONE_CONFIG": os.devnull},
        timeout=60,
    )
    copied = {file.relative_to(tmp_path).as_posix(): file.read_bytes() for file in tmp_path.rglob("*.eml")}
    assert copied == {stored.key: stored.body for stored in mails(SAMPLES / "mails")}


def test_an_unsigned_or_foreign_request_is_refused(servers: DemoServers) -> None:
    bucket = f"{servers.addresses.bucket}/{BUCKET}"
    status, _, body = ask(bucket)
    assert (status, ElementTree.fromstring(body).findtext("Code")) == (403, "AccessDenied")
    foreign = {**SIGNED, "Authorization": SIGNED["Authorization"].replace(ACCESS_KEY_ID, "SOMEBODYELSE")}
    status, _, body = ask(bucket, headers=foreign)
    assert (status, ElementTree.fromstring(body).findtext("Code")) == (403, "InvalidAccessKeyId")
    status, _, body = ask(f"{servers.addresses.bucket}/other", headers=SIGNED)
    assert (status, ElementTree.fromstring(body).findtext("Code")) == (404, "NoSuchBucket")


def walk(origin: str, **query: str) -> tuple[list[str], list[str], int]:
    """All pages of a listing: keys, folders, and how many pages it took."""
    keys, folders, pages = [], [], 0
    token = ""
    while True:
        more = {"continuation-token": token} if token else {}
        status, _, body = ask(
            f"{origin}/b", params={"list-type": "2", "encoding-type": "url", **query, **more}, headers=SIGNED
        )
        assert status == 200
        keys += listed(body, "Key")
        folders += listed(body, "Prefix")[1:]
        pages += 1
        if listed(body, "IsTruncated") == ["false"]:
            return keys, folders, pages
        token = listed(body, "NextContinuationToken")[0]


def test_a_listing_is_in_byte_order_and_the_same_by_any_page_size() -> None:
    names = ["a", "a/b", "a/c/d", "a b", "Z", "ü/1", "ü/2", "\U0001f426", "\ufb01sh", "e&f<g>"]
    bucket = Bucket("b", [StoredObject(name, name.encode(), 0.0) for name in names], access_key_id=ACCESS_KEY_ID)

    async def main() -> None:
        runner = web.AppRunner(bucket.app())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            whole = await asyncio.to_thread(walk, origin)
            assert [unquote(key) for key in whole[0]] == sorted(names, key=str.encode)
            by_folder = await asyncio.to_thread(lambda: walk(origin, delimiter="/"))
            assert [unquote(folder) for folder in by_folder[1]] == ["a/", "ü/"]
            for size in range(1, 5):
                again = await asyncio.to_thread(lambda: walk(origin, **{"max-keys": str(size)}))  # noqa: B023
                assert again[0] == whole[0]
                assert again[2] == -(-len(names) // size)
                folders = await asyncio.to_thread(lambda: walk(origin, delimiter="/", **{"max-keys": str(size)}))  # noqa: B023
                assert folders[:2] == by_folder[:2]
            after = await asyncio.to_thread(lambda: walk(origin, **{"start-after": "a/b"}))
            assert after[0] == whole[0][whole[0].index("a/b") + 1 :]
        finally:
            await runner.cleanup()

    asyncio.run(main())


def test_an_object_in_parts_and_under_conditions(servers: DemoServers) -> None:
    stored = mails(SAMPLES / "mails")[0]
    url = f"{servers.addresses.bucket}/{BUCKET}/{stored.key}"
    status, headers, body = ask(url, headers={**SIGNED, "Range": "bytes=10-19"})
    assert (status, body, headers["Content-Range"]) == (206, stored.body[10:20], f"bytes 10-19/{len(stored.body)}")
    assert ask(url, headers={**SIGNED, "Range": "bytes=99999999-"})[0] == 416
    assert ask(url, headers={**SIGNED, "If-None-Match": stored.etag})[0] == 304
    assert ask(url, headers={**SIGNED, "If-Match": '"another"'})[0] == 412
    assert ask(f"{url}x", headers=SIGNED)[0] == 404


def test_tickets_come_by_cursor_to_whom_has_the_token(servers: DemoServers) -> None:
    url = f"{servers.addresses.tickets}/api/tickets"
    assert ask(url)[0] == 401
    assert ask(url, headers={"Authorization": "Bearer wrong"})[0] == 401

    async def pages() -> list[list[str]]:
        found = []
        cursor: str | None = ""
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as session:
            while cursor is not None:
                async with session.get(url, params={"limit": "8", "cursor": cursor}) as answer:
                    document = await answer.json()
                found.append([ticket["id"] for ticket in document["tickets"]])
                cursor = document["next_cursor"]
                page = await session.get(document["tickets"][0]["url"])
                assert document["tickets"][0]["id"] in await page.text()
        return found

    found = asyncio.run(pages())
    assert [len(page) for page in found] == [8, 8, 8, 6]
    assert len({number for page in found for number in page}) == 30


def test_the_feed_names_its_own_address_and_answers_304(servers: DemoServers) -> None:
    url = f"{servers.addresses.news}/feed.xml"
    status, headers, body = ask(url)
    assert status == 200
    assert f"<link>{servers.addresses.news}/an-owl-at-greyfell.html</link>".encode() in body
    assert ask(url, headers={"If-None-Match": headers["Etag"]})[0] == 304
    assert ask(f"{servers.addresses.news}/an-owl-at-greyfell.html")[0] == 200


def test_ports_are_taken_again_unless_another_has_them() -> None:
    with DemoServers() as first:
        before = first.addresses
    with DemoServers(ports=before.ports()) as second:
        assert second.addresses == before
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", before.ports()["news"]))
        taken.listen()
        with DemoServers(ports=before.ports()) as third:
            assert third.addresses.news != before.news
            assert third.addresses.bucket == before.bucket


def test_missing_samples_are_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        DemoServers(samples=tmp_path)
    assert caught.value.where == str(tmp_path)
    assert caught.value.remedy
