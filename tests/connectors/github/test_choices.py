"""A form that is still empty can be filled by choosing: repositories and branches, before anything is valid."""

from __future__ import annotations

from pathlib import Path

from app import api
from app.engine.engine import Engine
from connectors.sdk import Json
from tests.connectors.github.fake import FakeGitHub
from tests.connectors.github.test_account import run


def test_repositories_can_be_picked_before_one_is_named(profile: Path) -> None:
    async def test(engine: Engine, github: FakeGitHub) -> None:
        empty: dict[str, Json] = {"base_url": github.address, "auth": {"method": "account", "account": "a"}}
        target = api.CheckTarget(draft=api.ConnectionDraft(type="github", name="New", config=empty))
        owners = await engine.discover(target, None)
        assert [owner.value for owner in owners] == ["octo-org/*", "octocat/*"]
        assert [node.value for node in await engine.discover(target, owners[0].id)] == ["octo-org/handbook"]
        found = await engine.options(target, "repositories")
        assert [option.value for option in found] == ["octo-org/handbook", "octocat/notes"]

    run(profile, ("repo",), test)
