"""Google Drive read by an account that has signed in, with the app's own accounts and vault behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.accounts import Secrets, SessionVault, authorizer
from app.accounts.oauth.account import Account
from app.accounts.oauth.tokens import Tokens
from app.network import Network, SystemClock
from connectors.sdk import CheckStep, HeadwaterError
from connectors.sdk.testing import Catalog, collect
from connectors.sources.google_drive import GoogleDriveSource
from connectors.sources.google_drive.config import SCOPE
from tests.accounts.oauth.test_renewal import opened
from tests.connectors.google_drive.driving import ONCE
from tests.connectors.google_drive.fake import FakeDrive
from tests.support.canary import Canary
from tests.support.context import RecordingLog


def read(
    profile: Path,
    fake: FakeDrive,
    job: Callable[[GoogleDriveSource], Awaitable[Any]],
    *,
    granted: tuple[str, ...],
    token: str = "ya29.of-the-account",
) -> Any:
    """Runs `job` with a source whose account was granted these scopes."""

    @asynccontextmanager
    async def source() -> AsyncIterator[GoogleDriveSource]:
        config = GoogleDriveSource.Config.model_validate(
            {"auth": {"method": "account", "account": "ada"}, "endpoint_url": fake.address}
        )
        network = Network(ONCE, clock=SystemClock())
        async with opened(profile) as accounts:
            account = Account(id="ada", provider="google", name="Ada", scopes=granted)
            tokens = Tokens(access_token=token, scopes=granted, expires_at=time.time() + 3600)
            await accounts.store.put(account, tokens)
            asked = GoogleDriveSource.authorization(config)
            context = network.open(
                spec=GoogleDriveSource.spec,
                endpoints=GoogleDriveSource.endpoints(config),
                authorizer=authorizer(asked, Secrets(SessionVault()), network, accounts),
                log=RecordingLog(),
                name="test",
            )
            try:
                yield GoogleDriveSource(config, context)
            finally:
                await context.close()
                await network.close()

    async def run() -> Any:
        async with fake.serving(), source() as drive:
            fake.tokens = {token}
            return await job(drive)

    return asyncio.run(run())


def test_an_account_reads_and_its_token_shows_nowhere(profile: Path, canary: Canary) -> None:
    profile.mkdir()
    fake = FakeDrive()
    id = fake.put("a.md", "text")

    found: Catalog = read(profile, fake, collect, granted=("openid", SCOPE), token=canary.value)

    assert set(found.documents) == {id}
    canary.check(profile, texts={"the pages": str(found.pages), "the state": str(found.state.values)})


def test_a_scope_that_was_not_granted_is_named_by_the_connection_test(profile: Path) -> None:
    profile.mkdir()

    async def check(source: GoogleDriveSource) -> CheckStep:
        (failed,) = [step async for step in source.check() if step.state == "failed"]
        return failed

    fake = FakeDrive()
    step: CheckStep = read(profile, fake, check, granted=("openid",))

    assert step.error is not None
    assert (step.name, step.error.code, SCOPE in step.message) == ("sign_in", "scope_missing", True)
    assert not fake.asked, "nothing was sent"


def test_a_token_that_google_refuses_asks_for_signing_in_again(profile: Path) -> None:
    profile.mkdir()

    async def job(source: GoogleDriveSource) -> None:
        fake.tokens.clear()
        await collect(source)

    fake = FakeDrive()
    with pytest.raises(HeadwaterError) as raised:
        read(profile, fake, job, granted=(SCOPE,))
    assert (raised.value.category, bool(raised.value.remedy)) == ("auth", True)
