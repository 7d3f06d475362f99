"""The account commands of the fake engine: providers of several kinds, accounts in each state, and sign-ins whose end
the test decides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from app.api import AccountRequest, AccountView, ProviderView, SignedOut, SignInRequest, SignInStep
from connectors.sdk import HeadwaterError, Json, NotFound
from tests.widgets.fake_data import replace

DRIVE = "https://www.googleapis.com/auth/drive.readonly"
PROVIDERS = [
    ProviderView(
        id="oauth2",
        title="OAuth 2",
        protocol="oauth2",
        needs=["authorize_url", "token_url"],
        secret="optional",
        device=True,
        redirect_uri="http://127.0.0.1/callback",
        setup="Register an application and allow the redirect address that is shown here.",
    ),
    ProviderView(
        id="oidc",
        title="OpenID Connect",
        protocol="oidc",
        needs=["issuer"],
        secret="optional",
        device=True,
        redirect_uri="http://127.0.0.1/callback",
        setup="Register a native application and allow the redirect address that is shown here.",
    ),
    ProviderView(
        id="google",
        title="Google",
        protocol="oidc",
        secret="required",
        scopes={DRIVE: "See and download the files of your Drive"},
        device=True,
        redirect_uri="http://127.0.0.1/callback",
        setup="In the Google Cloud console, create credentials of the kind OAuth client ID, type Desktop app.",
        setup_url="https://console.cloud.google.com/apis/credentials",
    ),
    ProviderView(
        id="notion",
        title="Notion",
        protocol="oauth2",
        secret="required",
        redirect_uri="http://localhost:53682/callback",
        setup="Create a public integration, and copy its OAuth client ID and secret.",
        setup_url="https://www.notion.so/profile/integrations",
    ),
    ProviderView(
        id="gitlab",
        title="GitLab",
        protocol="oidc",
        defaults={"host": "gitlab.com"},
        device=True,
        redirect_uri="http://127.0.0.1:27431/callback",
        redirect_note="The port counts.",
    ),
    ProviderView(id="hubspot", title="HubSpot", protocol="oauth2", device=True, setup="Create an app."),
]


class FakeAccounts:
    """Mixed into the fake engine. A sign-in waits until the test says `end_sign_in`; `open_sign_ins` are its ports."""

    now: float
    calls: list[tuple[str, Any]]

    def __init__(self) -> None:
        self.account_list: dict[str, AccountView] = {}
        self.open_sign_ins: dict[str, asyncio.Future[AccountView]] = {}
        self.sign_in_number = 0
        self.begin_gate: asyncio.Event | None = None
        """When set, the provider does not answer before it is."""
        self.revokes = True
        self.seconds = 300.0

    def put_account(self, id: str, name: str, **fields: Any) -> AccountView:
        """Store an account."""
        made = AccountView(
            **{
                "id": id,
                "name": name,
                "provider": "google",
                "provider_title": "Google",
                "issuer": "https://accounts.google.com",
                "subject": "1102",
                "person": "Ines Ferreira",
                "email": name,
                "scopes": ["openid", "email", DRIVE],
                "signed_in_at": self.now - 9 * 86400,
                "renewed_at": self.now - 1500,
                "expires_at": self.now + 2100,
                "can_renew": True,
                **fields,
            }
        )
        self.account_list[id] = made
        return made

    def furnish_accounts(self) -> None:
        """Three accounts: a good one, one that must sign in again, one that can't be renewed."""
        self.put_account("acc_a1", "ines@example.com")
        self.put_account(
            "acc_b2",
            "Handbook editors",
            provider="notion",
            provider_title="Notion",
            issuer="",
            person="Tomás Oliveira",
            email="tomas@example.com",
            scopes=[],
            state="sign_in_again",
            reason="the provider no longer accepts it",
        )
        self.put_account(
            "acc_c3",
            "staff portal",
            provider="oidc",
            provider_title="OpenID Connect",
            issuer="https://login.example.com",
            can_renew=False,
            renewed_at=None,
            scopes=["openid", "profile"],
        )

    def end_sign_in(self, result: AccountView | HeadwaterError) -> None:
        """The person is done in the browser, or refused."""
        waiting = next(iter(self.open_sign_ins.values()))
        if isinstance(result, HeadwaterError):
            waiting.set_exception(result)
        else:
            waiting.set_result(result)

    def _called(self, name: str, argument: Any = None) -> None:
        raise NotImplementedError

    async def providers(self) -> list[ProviderView]:
        self._called("providers")
        return PROVIDERS

    async def accounts(self) -> list[AccountView]:
        return list(self.account_list.values())

    async def account(self, ref: str) -> AccountView:
        if ref not in self.account_list:
            raise NotFound("There is no such account", where=ref)
        return self.account_list[ref]

    async def add_account(self, request: AccountRequest) -> AccountView:
        """The window has no door to it."""
        raise NotImplementedError

    async def sign_in(self, request: SignInRequest) -> AsyncIterator[SignInStep]:
        self._called("sign_in", request)
        self.sign_in_number += 1
        name = f"s{self.sign_in_number}"
        waiting: asyncio.Future[AccountView] = asyncio.get_running_loop().create_future()
        self.open_sign_ins[name] = waiting
        try:
            if self.begin_gate is not None:
                await self.begin_gate.wait()
            if request.device:
                url, code = "https://www.example.com/device", "WDJB-MJHT"
            else:
                url, code = f"https://login.example.com/authorize?state={name}", ""
            yield SignInStep(
                kind="authorize",
                sign_in=name,
                url=url,
                user_code=code,
                redirect_uri="" if code else "http://127.0.0.1:40123/callback",
                expires_in=self.seconds,
            )
            account = await waiting
            self.account_list[account.id] = account
            yield SignInStep(kind="signed_in", sign_in=name, account=account)
        finally:
            del self.open_sign_ins[name]

    async def finish_sign_in(self, sign_in: str, address: str) -> None:
        self._called("finish_sign_in", (sign_in, address))

    async def account_person(self, ref: str) -> dict[str, Json]:
        return {"sub": (await self.account(ref)).subject}

    async def renew_account(self, ref: str, since: float | None = None) -> AccountView:
        self._called("renew_account", ref)
        made = replace(await self.account(ref), renewed_at=self.now, expires_at=self.now + 3600)
        self.account_list[ref] = made
        return made

    async def sign_out(self, ref: str) -> SignedOut:
        self._called("sign_out", ref)
        gone = self.account_list.pop(ref)
        return SignedOut(account=gone.name, revoked=self.revokes)
