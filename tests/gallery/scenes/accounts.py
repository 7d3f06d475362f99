"""Accounts: who is signed in, and signing in from the first step to each end."""

from __future__ import annotations

import asyncio

from app.accounts.oauth.errors import refusal
from connectors.sdk import HeadwaterError
from tests.gallery.scene import Act, Scene, Stage, does, fails, hangs, press
from tests.gallery.scenes.common import ENGINE_GONE
from tests.widgets.fake_engine import FakeEngine, replace
from widgets.pages.page import Place

ACCOUNTS = Place("accounts")


def provider(name: str) -> Act:
    """Choose a provider, and an app of one's own there."""

    async def act(stage: Stage) -> None:
        stage.page.panel.chooser.chosen.emit(name)
        await stage.rest()
        stage.page.panel.client_step.choose_own()

    return act


def unfold(stage: Stage) -> None:
    """A good account's details."""
    stage.page.cards["acc_a1"].unfold(True)


def ends(error: HeadwaterError | None = None) -> Act:
    """The browser says how it went."""

    def act(stage: Stage) -> None:
        stage.engine.end_sign_in(error or replace(stage.engine.account_list["acc_b2"], state="ok", reason=""))

    return act


def unanswered(engine: FakeEngine) -> None:
    """The provider does not answer."""
    engine.begin_gate = asyncio.Event()


SCENES = (
    Scene("accounts", ACCOUNTS, points=(19,)),
    Scene("accounts-unfolded", ACCOUNTS, acts=(does(unfold),), points=(19,)),
    Scene("accounts-empty", ACCOUNTS, engine="empty"),
    Scene("accounts-loading", ACCOUNTS, given=(hangs("accounts"),)),
    Scene("accounts-failed", ACCOUNTS, given=(fails(ENGINE_GONE, "accounts"),)),
    Scene("sign-in", ACCOUNTS, acts=(press("sign_in"),)),
    Scene("sign-in-client", ACCOUNTS, acts=(press("sign_in"), provider("google"))),
    Scene("sign-in-generic", ACCOUNTS, acts=(press("sign_in"), provider("oidc"))),
    Scene("sign-in-beginning", ACCOUNTS, given=(unanswered,), acts=(press("again"),)),
    Scene("sign-in-waiting", ACCOUNTS, acts=(press("again"),), points=(17,)),
    Scene("sign-in-denied", ACCOUNTS, acts=(press("again"), ends(refusal("access_denied", where="Notion")))),
    Scene("sign-in-timed-out", ACCOUNTS, acts=(press("again"), ends(refusal("timeout", where="Notion"))), points=(17,)),
    Scene("signed-in", ACCOUNTS, acts=(press("again"), ends())),
    Scene("sign-out", ACCOUNTS, acts=(does(unfold), press("sign_out"))),
)
