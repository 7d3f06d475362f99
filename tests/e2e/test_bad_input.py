"""What people and servers get wrong: each says what, where and what to do, and nothing that was stored is lost."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from app import api
from app.accounts import SessionVault
from app.engine.engine import Engine
from app.network import NetworkSettings
from connectors.sdk import CheckStep
from tests.support.rclone import RcloneFactory

QUICK = NetworkSettings(proxy="none", connect_timeout=3, read_timeout=3, total_timeout=10, attempts=2)


def with_engine(
    profile: Path, body: Callable[[Engine], Coroutine[Any, Any, None]], settings: NetworkSettings = QUICK
) -> None:
    async def main() -> None:
        engine = await Engine.open(profile, vault=SessionVault(), settings=settings)
        try:
            await body(engine)
        finally:
            await engine.close()

    asyncio.run(main())


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def answering(body: bytes, media_type: str) -> Iterator[str]:
    """A web server that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def s3(url: str, user: str, secret: str, bucket: str = "docs") -> api.ConnectionDraft:
    return api.ConnectionDraft(
        type="s3",
        name="Bucket",
        config={
            "bucket_name": bucket,
            "endpoint_url": url,
            "auth": {"method": "access_key", "aws_access_key_id": user},
        },
        secrets={"aws_secret_access_key": f"value:{secret}"},
    )


async def failed_step(engine: Engine, draft: api.ConnectionDraft) -> CheckStep:
    """The step that fails; all before are good, all after are skipped."""
    steps = [step async for step in engine.check(api.CheckTarget(draft=draft)) if step.state != "running"]
    states = [step.state for step in steps]
    assert states.count("failed") == 1, states
    place = states.index("failed")
    assert set(states[:place]) <= {"ok", "warning"}
    assert set(states[place + 1 :]) <= {"skipped"}
    step = steps[place]
    assert step.message
    assert step.remedy
    assert step.error is not None
    assert step.error.where
    return step


@pytest.fixture
def bucket(rclone_s3: RcloneFactory, tmp_path: Path) -> Any:
    (tmp_path / "root" / "docs").mkdir(parents=True)
    (tmp_path / "root" / "docs" / "a.md").write_text("one")
    return rclone_s3(tmp_path / "root")


def test_wrong_endpoint(profile: Path) -> None:
    async def body(engine: Engine) -> None:
        step = await failed_step(engine, s3(f"http://127.0.0.1:{free_port()}", "a", "b"))
        assert step.name == "tcp"

    with_engine(profile, body)


def test_wrong_key(profile: Path, bucket: Any) -> None:
    async def body(engine: Engine) -> None:
        for draft in (s3(bucket.url, bucket.user, "wrong-secret"), s3(bucket.url, "nobody", bucket.secret)):
            step = await failed_step(engine, draft)
            assert step.name == "sign_in"
            assert step.error is not None
            assert step.error.category in ("auth", "permission")

    with_engine(profile, body)


def test_missing_bucket(profile: Path, bucket: Any) -> None:
    async def body(engine: Engine) -> None:
        step = await failed_step(engine, s3(bucket.url, bucket.user, bucket.secret, "nothere"))
        assert "nothere" in step.message

    with_engine(profile, body)


def test_a_server_without_tls_behind_https(profile: Path, bucket: Any) -> None:
    async def body(engine: Engine) -> None:
        step = await failed_step(engine, s3(bucket.url.replace("http:", "https:"), bucket.user, bucket.secret))
        assert step.name == "tls"

    with_engine(profile, body)


def test_a_proxy_that_is_not_there(profile: Path, bucket: Any) -> None:
    proxy = f"http://127.0.0.1:{free_port()}"

    async def body(engine: Engine) -> None:
        draft = api.ConnectionDraft(type="rss", name="Feed", config={"feed_url": "http://feeds.example/feed.xml"})
        step = await failed_step(engine, draft)
        assert "proxy" in f"{step.message} {step.remedy}".lower()

    settings = NetworkSettings(proxy=proxy, connect_timeout=3, read_timeout=3, total_timeout=10, attempts=1)
    with_engine(profile, body, settings)


def test_an_empty_bucket_is_no_error(profile: Path, rclone_s3: RcloneFactory, tmp_path: Path) -> None:
    (tmp_path / "root" / "docs").mkdir(parents=True)
    server = rclone_s3(tmp_path / "root")

    async def body(engine: Engine) -> None:
        view = await engine.add_connection(s3(server.url, server.user, server.secret))
        steps = [step async for step in engine.check(api.CheckTarget(ref=view.id), deep=True)]
        assert not [step for step in steps if step.state == "failed"]
        assert [step for step in steps if step.state == "warning"]
        run = await engine.start_sync(view.id)
        async for event in engine.events(0):
            if event.fact is not None and event.fact.kind == "run_finished":
                break
        assert (await engine.run(run.id)).state == "done"

    with_engine(profile, body)


@pytest.mark.parametrize(
    ("config", "page", "media_type", "words"),
    [
        ({"feed_url": "{url}/"}, b"<html><body><h1>Welcome</h1></body></html>", "text/html", "feed"),
        (
            {"url": "{url}/items", "items_path": "$.items", "id_field": "id", "content_fields": ["text"]},
            b'[{"id": 1, "text": "one"}]',
            "application/json",
            "list",
        ),
        (
            {"url": "{url}/items", "items_path": "$.items", "id_field": "id", "content_fields": ["text"]},
            b"<html>login</html>",
            "text/html",
            "JSON",
        ),
    ],
)
def test_an_answer_of_another_kind(
    profile: Path, config: dict[str, Any], page: bytes, media_type: str, words: str
) -> None:
    with answering(page, media_type) as url:

        async def body(engine: Engine) -> None:
            filled = {key: value.format(url=url) if isinstance(value, str) else value for key, value in config.items()}
            kind = "rss" if "feed_url" in config else "rest_api"
            step = await failed_step(engine, api.ConnectionDraft(type=kind, name="Odd", config=filled))
            assert words in f"{step.message} {step.remedy}"

        with_engine(profile, body)


def test_a_folder_that_went_away_loses_nothing(profile: Path, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number}.md").write_text(f"note {number}")

    async def body(engine: Engine) -> None:
        await engine.add_connection(api.ConnectionDraft(type="folder", name="Notes", config={"path": str(folder)}))

        async def sync() -> api.RunView:
            run = await engine.start_sync("Notes")
            while (view := await engine.run(run.id)).finished_at is None or (
                await engine.connection("Notes")
            ).active_run:
                await asyncio.sleep(0.02)
            return view

        assert (await sync()).state == "done"
        folder.rename(tmp_path / "moved")
        run = await sync()
        assert run.state == "failed"
        assert run.error is not None
        assert run.error.remedy
        assert (await engine.connection("Notes")).documents == 20
        (tmp_path / "moved").rename(folder)
        assert (await sync()).counts.unchanged == 20

    with_engine(profile, body)
