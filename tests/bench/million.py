"""A profile with a million documents and a million log lines: how long the window's questions to it take."""

from __future__ import annotations

import asyncio
import hashlib
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from app import api
from app.accounts.session import SessionVault
from app.connections.store import Connections
from app.engine.engine import Engine
from app.health.activity import ActivityLog
from app.library import Library
from app.library.batch import Batch, Fence, Fetched
from connectors.sdk import DocumentRef, Upsert

WORDS = ("pump", "valve", "notice", "seal", "station", "invoice", "plan", "report", "minutes", "contract", "letter")
AT_ONCE = 1024


async def make(profile: Path, documents: int, lines: int) -> None:
    """Fill a new profile through the engine's own rooms."""
    engine = await Engine.open(profile, vault=SessionVault(), resident=False)
    folder = profile / "nothing"
    folder.mkdir()
    draft = api.ConnectionDraft(type="folder", name="Archive", config={"path": str(folder)})
    view = await engine.add_connection(draft)
    await engine.close()
    library, log = await Library.open(profile), await ActivityLog.open(profile)
    try:
        stored = await Connections(library.database).get(view.id)
        run = await library.runs.create(stored.num, trigger="manual", mode="full", epoch=stored.epoch, resumed=False)
        fence = Fence(run=run.num, connection=stored.num, epoch=stored.epoch)
        for first in range(0, documents, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, documents))
            await library.ledger.commit(Batch(fetched=[_document(number) for number in numbers]), fence)
        await library.runs.change(run, "done")
        for number in range(lines):
            log.add("info" if number % 50 else "warning", f"Read page {number} of {WORDS[number % 11]}")
            if number % 20_000 == 0:
                await log.flush()
    finally:
        await log.close()
        await library.close()


def _document(number: int) -> Fetched:
    title = f"{WORDS[number % 11]} {WORDS[number * 7 % 11]} {number:07}.txt"
    body = f"{title}\n".encode()
    ref = DocumentRef(source_id=f"{number:07}", title=title, path=f"{number % 997:03}/{title}", size=len(body))
    return Fetched(
        upsert=Upsert(ref=ref, fingerprint="1"),
        sha256=hashlib.sha256(body).digest(),
        size=len(body),
        body=body,
        text=title,
        fingerprint="1",
        media_type="text/plain",
    )


async def ask(profile: Path) -> None:
    """Print the time of each question, the slowest of five."""
    engine = await Engine.open(profile, vault=SessionVault(), resident=False)
    try:
        (view,) = await engine.connections()

        def documents(**words: Any) -> Callable[[], Awaitable[object]]:
            return lambda: engine.documents(api.DocumentFilter(**{"connections": [view.id], "limit": 200, **words}))

        def log(**words: Any) -> Callable[[], Awaitable[object]]:
            return lambda: engine.log(api.LogFilter(**{"limit": 200, **words}))

        questions: dict[str, Callable[[], Awaitable[object]]] = {
            "first page of documents": documents(),
            "page in the middle": documents(offset=500_000),
            "last page": documents(offset=999_800),
            "by size": documents(sort="size", descending=True),
            "by time stored": documents(sort="stored", descending=True),
            "filter, many match": documents(text="pump"),
            "filter, one matches": documents(text="0777777"),
            "filter, none matches": documents(text="xyzzy"),
            "changed by the last run": documents(change="changed"),
            "in the bin": documents(status="deleted"),
            "library's figures": engine.library_stats,
            "end of the log": log(),
            "warnings": log(level="warning"),
            "log, many match": log(text="pump"),
            "log, none matches": log(text="xyzzy"),
            "search, many match": lambda: engine.search(api.SearchQuery(text="pump")),
            "search, one matches": lambda: engine.search(api.SearchQuery(text="0777777")),
            "search, two words": lambda: engine.search(api.SearchQuery(text="pump valve")),
        }
        for title, question in questions.items():
            times = []
            for _ in range(5):
                began = time.perf_counter()
                await question()
                times.append(time.perf_counter() - began)
            print(f"{title:34}{max(times) * 1000:8.0f} ms")
    finally:
        await engine.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        profile = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made) / "profile"
        if not profile.exists():
            began = time.perf_counter()
            asyncio.run(make(profile, 1_000_000, 1_000_000))
            print(f"{'made in':34}{time.perf_counter() - began:8.0f} s")
        asyncio.run(ask(profile))


if __name__ == "__main__":
    main()
