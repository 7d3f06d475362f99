"""What the connection tests of the sources say, as the window shows it: every step of every source is in the window's
language, whether it went well or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from connectors.sdk import CheckStep, Json, Source
from connectors.sources.folder import FolderSource
from connectors.sources.rest_api import RestApiSource
from connectors.sources.rss import RssSource
from tests.connectors.feeds import Publisher
from tests.connectors.github.syncing import config as github_config
from tests.connectors.github.syncing import opened
from tests.connectors.github.worlds import world
from tests.connectors.google_drive.driving import check as check_drive
from tests.connectors.google_drive.fake import FakeDrive
from tests.connectors.json_api import JsonApi
from tests.support.context import connected
from tests.widgets.test_said import english, spoken

__all__ = ["english"]

Steps = list[CheckStep]


async def steps(source: type[Source[Any]], config: dict[str, Json]) -> Steps:
    async with connected(source, config) as opened_source:
        return [step async for step in opened_source.check() if step.state != "running"]


def folder(tmp_path: Path) -> Steps:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("a")
    given = [{"path": str(tmp_path / name)} for name in ("docs", "gone")]
    return [step for one in given for step in asyncio.run(steps(FolderSource, one))]


def rss(_: Path) -> Steps:
    async def main() -> Steps:
        async with Publisher().serving() as feeds:
            found: Steps = []
            for path in ("rss", "moved", "", "posts/9999"):
                found += await steps(RssSource, {"feed_url": f"{feeds.address}/{path}", "full_article": True})
            return found

    return asyncio.run(main())


def rest_api(_: Path) -> Steps:
    async def main() -> Steps:
        async with JsonApi().serving() as api:
            found: Steps = []
            for path in ("all", "object", "link", "nothing"):
                found += await steps(RestApiSource, {"url": f"{api.address}/{path}"})
            return found

    return asyncio.run(main())


def github(_: Path) -> Steps:
    async def main(scopes: str | None, **config: Json) -> Steps:
        server = world()
        server.scopes = scopes
        async with server.serving(), opened(github_config(server, **config)) as source:
            return [step async for step in source.check() if step.state != "running"]

    return [*asyncio.run(main(None)), *asyncio.run(main("", repositories=["octo-org/none"]))]


def google_drive(_: Path) -> Steps:
    drive = FakeDrive()
    drive.put("plan.txt", b"text")
    return [*check_drive(drive).values(), *check_drive(FakeDrive()).values()]


@pytest.mark.parametrize("source", [folder, rss, rest_api, github, google_drive])
def test_every_step_is_translated(themed: QApplication, tmp_path: Path, source: Callable[[Path], Steps]) -> None:
    found = source(tmp_path)
    states = {step.state for step in found}
    assert "ok" in states
    assert states & {"warning", "failed"}
    texts = [text for step in found for text in (step.title, step.message, step.remedy)]
    spoken(themed, *(text for text in texts if " " in text))  # a name alone is in no language
