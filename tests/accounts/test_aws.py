"""Signatures, checked by a server that is not ours."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from connectors.sdk import AuthError, Authorization, Endpoint, HeadwaterError, PermissionDenied, SecretRef
from tests.network.opened import opened
from tests.support.rclone import RcloneFactory, RcloneServer

KEYS = ["plain.txt", "a b+c.txt", "ä/ö €.txt", "100%.txt", "a=b&c;d.txt", "~t'!(x)*.txt", "deep/er/file"]


def _asked(server: RcloneServer) -> Authorization:
    return Authorization(
        kind="aws_sigv4",
        params={
            "access_key_id": server.user,
            "secret_access_key": SecretRef("env:K"),
            "region": "eu-central-1",
            "service": "s3",
        },
        hosts=(f"127.0.0.1:{server.port}",),
    )


def _endpoint(server: RcloneServer) -> Endpoint:
    return Endpoint(host="127.0.0.1", port=server.port, scheme="http", typed=True)


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    for key in KEYS:
        path = tmp_path / "bucket" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(key)
    return tmp_path


def test_a_real_server_accepts_listings_and_any_key(bucket: Path, rclone_s3: RcloneFactory) -> None:
    from urllib.parse import quote

    server = rclone_s3(bucket)

    async def run() -> None:
        async with opened(
            [_endpoint(server)], authorization=_asked(server), environ={"K": server.secret}, clock=None
        ) as host:
            listing = await host.http.get(
                f"{server.url}/bucket", params={"list-type": "2", "prefix": "", "delimiter": "/", "max-keys": 1000}
            )
            assert "plain.txt" in listing.text()
            for prefix in ("a b+", "ä/ö", "a=b&c"):
                listing = await host.http.get(f"{server.url}/bucket?list-type=2", params={"prefix": prefix})
                assert listing.text().count("<Key>") == 1
            for key in KEYS:
                got = await host.http.get(f"{server.url}/bucket/{quote(key)}", headers={"Accept-Encoding": "identity"})
                assert got.text() == key
            put = await host.http.request("PUT", f"{server.url}/bucket/new.txt", content=b"body")
            assert put.status == 200
            assert (bucket / "bucket" / "new.txt").read_bytes() == b"body"

    asyncio.run(run())


def test_a_real_server_refuses_a_wrong_key(bucket: Path, rclone_s3: RcloneFactory) -> None:
    server = rclone_s3(bucket)

    async def run() -> None:
        async with opened(
            [_endpoint(server)], authorization=_asked(server), environ={"K": "wrong-canary-secret"}
        ) as host:
            with pytest.raises((AuthError, PermissionDenied)) as raised:
                await host.http.get(f"{server.url}/bucket?list-type=2")
            assert "wrong-canary-secret" not in repr(raised.value.info()) + host.log.text() + repr(host.context)
        async with opened([_endpoint(server)]) as host:
            with pytest.raises(HeadwaterError):
                await host.http.get(f"{server.url}/bucket?list-type=2")

    asyncio.run(run())
