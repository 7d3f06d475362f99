"""GitHub read by the engine with a signed-in account: with enough scopes, with too few, and when it was revoked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from app import api
from app.accounts.oauth.account import Account
from app.accounts.oauth.tokens import Tokens
from app.accounts.vault import Vault
from app.engine.engine import Engine
from app.network import NetworkSettings, SystemClock
from tests.accounts.oauth.test_renewal import PASSPHRASE, NoRing
from tests.connectors.github.fake import TOKEN, FakeGitHub
from tests.connectors.github.syncing import config
from tests.connectors.github.worlds import IDS, world

Test = Callable[[Engine, FakeGitHub], Awaitable[None]]


@asynccontextmanager
async def engine_with_account(profile: Path, *scopes: str) -> AsyncIterator[Engine]:
    """An engine that holds one account of GitHub's, whose access lasts an hour and can't be renewed."""
    profile.mkdir()
    clock = SystemClock()
    vault = await Vault(profile / "vault.db", clock=clock, keyring=NoRing(), environ=PASSPHRASE).open()
    engine = await Engine.open(profile, settings=NetworkSettings(), clock=clock, vault=vault)
    try:
        assert engine._accounts is not None
        now = time.time()
        await engine._accounts._accounts.store.put(
            Account(id="a", provider="github", name="Octocat", client_id="headwater", scopes=scopes),
            Tokens(access_token=TOKEN, scopes=scopes, expires_at=now + 3600, obtained_at=now),
        )
        yield engine
    finally:
        await engine.close()
        await vault.close()


def run(profile: Path, scopes: tuple[str, ...], test: Test) -> None:
    async def main() -> None:
        async with world().serving() as github, engine_with_account(profile, *scopes) as engine:
            given = config(github, auth={"method": "account", "account": "a"})
            await engine.add_connection(api.ConnectionDraft(type="github", name="GitHub", config=given))
            await test(engine, github)

    asyncio.run(main())


async def synced(engine: Engine, mode: api.SyncMode = "incremental") -> api.RunView:
    run = await engine.start_sync("GitHub", mode)
    async with asyncio.timeout(60):
        while (view := await engine.run(run.id)).state not in api.FINISHED:
            await asyncio.sleep(0.02)
    return view


def test_an_account_reads_and_a_reconciling_run_deletes(profile: Path) -> None:
    async def test(engine: Engine, github: FakeGitHub) -> None:
        first = await synced(engine)
        wanted = {each for each in set().union(*IDS.values()) if each.startswith("7/")}
        assert (first.state, first.counts.new) == ("done", len(wanted))
        (connection,) = await engine.connections()
        assert connection.budget is not None
        assert (connection.budget.limit, connection.budget.remaining) == (5000, 4999)
        repo = github.repositories["octo-org/handbook"]
        del repo.issues[4], repo.files["main.py"]
        repo.comment(5, 5000, "News")
        second = await synced(engine)
        assert (second.state, second.counts.changed, second.counts.deleted) == ("done", 1, 1)
        third = await synced(engine, "reconcile")
        assert (third.state, third.counts.changed, third.counts.deleted) == ("done", 0, 1)

    run(profile, ("repo", "read:org"), test)


def test_an_account_without_the_scope_ends_the_run_with_its_name(profile: Path) -> None:
    async def test(engine: Engine, github: FakeGitHub) -> None:
        view = await synced(engine)
        assert view.state == "failed"
        assert view.error is not None
        assert (view.error.code, view.error.where) == ("scope_missing", "Octocat")
        assert "repo (Read private repositories" in view.error.what
        assert "or switch “Private repositories” off" in view.error.remedy
        assert not github.seen
        (connection,) = await engine.connections()
        await engine.edit_connection(connection.id, api.ConnectionEdit(config={**connection.config, "private": False}))
        assert (await synced(engine)).state == "done"

    run(profile, ("read:user",), test)


def test_a_revoked_account_asks_for_a_new_sign_in_and_keeps_the_documents(profile: Path) -> None:
    async def test(engine: Engine, github: FakeGitHub) -> None:
        await synced(engine)
        documents = (await engine.library_stats()).documents
        github.token = "revoked"
        view = await synced(engine)
        assert view.state == "failed"
        assert view.error is not None
        assert view.error.category == "auth"
        assert "ign in" in view.error.remedy
        assert (await engine.library_stats()).documents == documents > 0

    run(profile, ("repo",), test)
