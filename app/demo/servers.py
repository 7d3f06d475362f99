"""The demo's servers: bucket, help desk and news site on 127.0.0.1, in a thread with a loop of its own.

A thread, because the servers stand for the world outside: they must not share the loop of the engine that calls them,
nor that of a window that draws.
"""

from __future__ import annotations

import asyncio
import email
import json
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType

from aiohttp import web

from app.demo.bucket import Bucket, StoredObject
from app.demo.feed import NewsSite
from app.demo.tickets import HelpDesk
from connectors.sdk import ConfigError

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "samples"
BUCKET = "lindenhof-mail"
ACCESS_KEY_ID = "DEMOACCESSKEY0000001"
SECRET_ACCESS_KEY = "demo-secret-of-an-invented-company"  # opens nothing but the sample mails on this machine
TOKEN = "demo-token-of-an-invented-help-desk"
NAMES = ("bucket", "tickets", "news")


@dataclass(frozen=True)
class Addresses:
    """Where the servers listen: the origins, such as http://127.0.0.1:40123."""

    bucket: str
    tickets: str
    news: str

    def ports(self) -> dict[str, int]:
        return {name: int(getattr(self, name).rpartition(":")[2]) for name in NAMES}


class DemoServers:
    """A context manager: the servers run within it. `ports` are those of last time, taken again if they are free."""

    def __init__(self, samples: Path = SAMPLES, ports: dict[str, int] | None = None) -> None:
        if not (samples / "tickets.json").is_file():
            raise ConfigError(
                "The demo's documents are missing",
                where=str(samples),
                remedy="Run the demo from a complete checkout or installation.",
                code="samples_missing",
            )
        self._samples = samples
        self._ports = ports or {}
        self._ready: Future[Addresses] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._main, name="demo-servers", daemon=True)

    @property
    def addresses(self) -> Addresses:
        return self._ready.result(timeout=0)

    def start(self) -> Addresses:
        """Start, and answer once they listen."""
        self._thread.start()
        return self._ready.result(timeout=30)

    def close(self) -> None:
        """Stop, and answer once nothing listens any more."""
        if self._loop is not None and self._stop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=5)

    def __enter__(self) -> DemoServers:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if not self._ready.done():
                self._ready.set_exception(error)
            raise

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        apps = {
            "bucket": Bucket(BUCKET, mails(self._samples / "mails"), access_key_id=ACCESS_KEY_ID).app(),
            "tickets": HelpDesk(
                json.loads((self._samples / "tickets.json").read_text(encoding="utf-8")), token=TOKEN
            ).app(),
            "news": NewsSite(self._samples / "news").app(),
        }
        runners = [web.AppRunner(app, access_log=None, shutdown_timeout=0.5) for app in apps.values()]
        try:
            origins = [
                await _listen(runner, self._ports.get(name, 0)) for name, runner in zip(apps, runners, strict=True)
            ]
            self._ready.set_result(Addresses(*origins))
            await self._stop.wait()
        finally:
            for runner in runners:
                await runner.cleanup()


async def _listen(runner: web.AppRunner, port: int) -> str:
    await runner.setup()
    for wanted in (port, 0) if port else (0,):
        site = web.TCPSite(runner, "127.0.0.1", wanted)
        try:
            await site.start()
        except OSError:  # another program has taken the port of last time
            if wanted == 0:
                raise
            await site.stop()
            continue
        return f"http://127.0.0.1:{runner.addresses[0][1]}"
    raise AssertionError


def mails(folder: Path) -> list[StoredObject]:
    """The mails as objects; each is as old as its Date header says."""
    found = []
    for file in sorted(folder.rglob("*.eml")):
        body = file.read_bytes()
        date = email.message_from_bytes(body)["Date"]
        found.append(
            StoredObject(
                key=file.relative_to(folder).as_posix(),
                body=body,
                modified=parsedate_to_datetime(date).timestamp(),
                media_type="message/rfc822",
            )
        )
    return found
