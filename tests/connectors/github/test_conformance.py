"""GitHub keeps the contract of a source, part by part, on github.com's terms and on an Enterprise Server's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from connectors.sdk.testing import CHECKS, Case, Check
from connectors.sources.github import GitHubSource
from tests.connectors.github.fake import TOKEN, FakeGitHub
from tests.connectors.github.worlds import IDS, world
from tests.support.context import connected

PARTS = {
    "threads": ("issues", "pull_requests"),
    "discussions": ("discussions",),
    "releases": ("releases",),
    "wiki": ("wiki",),
    "files": ("files",),
    "all": ("issues", "pull_requests", "discussions", "releases", "wiki", "files"),
}


def case(wanted: str, github: FakeGitHub) -> Case:
    @asynccontextmanager
    async def opened(given: Any) -> AsyncIterator[Any]:
        async with github.serving():
            typed = given.base_url.replace("http://127.0.0.1:9", github.address)
            moved = given.model_copy(update={"base_url": typed})
            async with connected(GitHubSource, moved) as source:
                yield source

    config = {
        "base_url": "http://127.0.0.1:9",
        "auth": {"method": "token", "token": {"$secret": "env:HEADWATER_TEST_TOKEN"}},
        "repositories": ["octo-org/handbook", "octocat/notes"],
        **{part: part in PARTS[wanted] for part in PARTS["all"]},
    }
    return Case(
        source_class=GitHubSource,
        config=config,
        open=opened,
        bad_configs=[
            {**config, "repositories": []},
            {**config, "repositories": ["no repository"]},
            {**config, "repositories": ["octo-org/missing"]},
            {**config, "auth": {"method": "token", "token": TOKEN}},
        ],
        secrets=[TOKEN],
        expected_documents={source_id for kind, ids in IDS.items() if kind in PARTS[wanted] for source_id in ids},
        pages=1,
    )


@pytest.mark.parametrize("wanted", PARTS)
@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_conformance(check: Check, wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_TEST_TOKEN", TOKEN)
    github = world()
    github.most_pages = 3
    assert asyncio.run(check(case(wanted, github))) == []
