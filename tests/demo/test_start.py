"""The demo in an engine, as the window starts it: once, again, and when an address has changed in between."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from contextlib import aclosing
from pathlib import Path

from app.api import FINISHED, EngineApi, SearchQuery
from app.demo import DemoHandle, start_demo
from app.demo.start import SECRET_FILE, TOKEN_FILE
from app.engine.session import open_engine


async def finish(client: EngineApi, handle: DemoHandle) -> None:
    """Wait until all runs of the demo have ended."""
    waited = {run.id for run in handle.runs}
    async with aclosing(client.events(0)) as events:  # type: ignore[type-var]
        while waited:
            for run in [await client.run(run_id) for run_id in waited]:
                if run.state in FINISHED:
                    assert run.state == "done", run.summary
                    waited.discard(run.id)
            if waited:
                await anext(events)


def test_it_adds_its_connections_once_and_follows_an_address_that_changed(profile: Path) -> None:
    async def first() -> dict[str, str]:
        async with open_engine(profile) as client:
            handle = await start_demo(client)
            try:
                await finish(client, handle)
                assert (await client.library_stats()).documents == 112
                page = await client.search(SearchQuery(text="spider", limit=50))
                assert {hit.connection for hit in page.hits} >= {"Handbook", "Support tickets", "News"}
                return {connection.name: connection.id for connection in handle.connections}
            finally:
                await handle.close()

    async def again() -> dict[str, str]:
        async with open_engine(profile) as client:
            handle = await start_demo(client)
            try:
                await finish(client, handle)
                assert (await client.library_stats()).documents == 112
                mails = await client.connection("Mail archive")
                assert mails.config["endpoint_url"] == handle.servers.addresses.bucket
                return {connection.name: connection.id for connection in await client.connections()}
            finally:
                await handle.close()

    ids = asyncio.run(first())
    assert len(ids) == 4
    before = json.loads((profile / "demo" / "ports.json").read_text(encoding="utf-8"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", before["bucket"]))
        taken.listen()
        assert asyncio.run(again()) == ids
    after = json.loads((profile / "demo" / "ports.json").read_text(encoding="utf-8"))
    assert after["bucket"] != before["bucket"]
    assert after["tickets"] == before["tickets"]


def test_no_secret_of_the_demo_is_stored_but_in_the_files_it_is_read_from(profile: Path) -> None:
    async def main() -> None:
        async with open_engine(profile) as client:
            handle = await start_demo(client)
            try:
                await finish(client, handle)
                kept = {connection.name: connection.secrets for connection in handle.connections}
                secret, token = profile / "demo" / SECRET_FILE, profile / "demo" / TOKEN_FILE
                assert kept["Mail archive"]["/auth/aws_secret_access_key"] == f"file:{secret}"
                assert kept["Support tickets"]["/auth/token"] == f"file:{token}"
                if os.name == "posix":
                    assert {stat.S_IMODE(file.stat().st_mode) for file in (secret, token)} == {0o600}
            finally:
                await handle.close()

    asyncio.run(main())
    from app.demo.servers import SECRET_ACCESS_KEY, TOKEN

    for file in profile.rglob("*"):
        if file.is_file() and file.name not in (SECRET_FILE, TOKEN_FILE):
            body = file.read_bytes()
            assert SECRET_ACCESS_KEY.encode() not in body, file
            assert TOKEN.encode() not in body, file
