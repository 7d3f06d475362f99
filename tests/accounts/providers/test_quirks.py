"""What only one vendor does: issuers by tenant, unticked scopes, tokens without end, device codes without secret."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from app.accounts.oauth.errors import SignInError
from app.accounts.oauth.provider import Redirect, provider
from tests.accounts.providers import vendors
from tests.accounts.providers.description import Issued, Vendor, plain
from tests.accounts.providers.openid_vendors import GOOGLE, MICROSOFT, TENANT
from tests.accounts.providers.test_vendors import At, Desk, at

__all__ = ["at"]


def changed(vendor: Vendor, **changes: Any) -> Any:
    return (dataclasses.replace(vendor, **changes), "none" not in vendor.auth)


def code_of(raised: pytest.ExceptionInfo[SignInError]) -> tuple[str, str]:
    return raised.value.code, raised.value.detail


OTHER = "11111111-2222-3333-4444-555555555555"
ENTRA = "https://login.microsoftonline.com/"
CLAIMS: dict[str, dict[str, str]] = {
    "the tenant of another": {"iss": f"{ENTRA}{OTHER}/v2.0", "tid": TENANT},
    "no tenant": {"iss": f"{ENTRA}{TENANT}/v2.0"},
    "the pattern itself": {"iss": f"{ENTRA}{{tenantid}}/v2.0", "tid": TENANT},
    "a tenant that is none": {"iss": f"{ENTRA}evil/v2.0", "tid": "evil"},
}


@pytest.mark.parametrize(
    "at",
    [pytest.param(changed(MICROSOFT, claims=claims), id=name) for name, claims in CLAIMS.items()],
    indirect=True,
)
def test_an_issuer_that_is_not_the_tenants_is_refused(at: At) -> None:
    async def work(desk: Desk) -> None:
        with pytest.raises(SignInError) as raised:
            await desk.sign_in()
        assert code_of(raised) == ("id_token_invalid", "iss is another issuer")

    at(work)


def with_issuer(issuer: str, **claims: str) -> Any:
    discovery = {**(MICROSOFT.discovery or {}), "issuer": issuer}
    return changed(MICROSOFT, discovery=discovery, claims={**MICROSOFT.claims, **claims})


@pytest.mark.parametrize("at", [with_issuer(f"{ENTRA}{TENANT}/v2.0")], indirect=True)
def test_an_organisation_by_its_name_calls_itself_by_its_id(at: At) -> None:
    async def work(desk: Desk) -> None:
        account = await desk.sign_in()
        assert account.issuer.endswith(f"/{TENANT}/v2.0")

    at(work)


@pytest.mark.parametrize("at", [with_issuer(f"{ENTRA}{OTHER}/v2.0")], indirect=True)
def test_an_account_of_another_organisation_than_the_configured_is_refused(at: At) -> None:
    async def work(desk: Desk) -> None:
        with pytest.raises(SignInError) as raised:
            await desk.sign_in()
        assert code_of(raised) == ("id_token_invalid", "iss is another issuer")

    at(work)


@pytest.mark.parametrize(
    "at",
    [
        with_issuer("https://evil.example/{tenantid}/v2.0"),
        with_issuer(f"{ENTRA}x/../{TENANT}/v2.0"),
        with_issuer(f"{ENTRA}{TENANT}/v1.0"),
    ],
    indirect=True,
    ids=["another host", "another path", "another version"],
)
def test_a_description_of_another_issuer_than_the_pattern_is_refused(at: At) -> None:
    async def work(desk: Desk) -> None:
        with pytest.raises(SignInError) as raised:
            await desk.sign_in()
        assert raised.value.code == "issuer_mismatch"

    at(work)


@pytest.mark.parametrize("at", [changed(GOOGLE)], indirect=True)
def test_scopes_that_were_unticked_are_not_had(at: At) -> None:
    async def work(desk: Desk) -> None:
        names = [scope.name for scope in desk.described.scopes]
        account = await desk.sign_in(scopes=len(names))
        assert set(names) - set(account.scopes) == {name for name in names if name.endswith("gmail.readonly")}

    at(work)


def _oauth_app(vendor: Vendor, issued: Issued) -> dict[str, Any]:
    return {
        name: value for name, value in plain(vendor, issued).items() if name in ("access_token", "token_type", "scope")
    }


@pytest.mark.parametrize(
    "at",
    [changed(vendors.GITHUB, refresh="none", answer=_oauth_app), changed(vendors.NOTION, refresh="none")],
    indirect=True,
    ids=["github", "notion"],
)
def test_a_token_without_end_is_used_until_it_is_refused(at: At) -> None:
    async def work(desk: Desk) -> None:
        account = await desk.sign_in()
        assert (account.expires_at, account.can_renew) == (None, False)
        token = await desk.accounts.access_token(account.id)
        assert token in desk.fake.live
        with pytest.raises(SignInError) as raised:
            await desk.accounts.access_token(account.id, refused=token)
        assert raised.value.code == "sign_in_again"

    at(work)


def _bot(vendor: Vendor, issued: Issued) -> dict[str, Any]:
    return {"ok": True, "authed_user": {"id": "U1", **plain(vendor, issued), "token_type": "bot"}}


def _only_bot(vendor: Vendor, issued: Issued) -> dict[str, Any]:
    return {"ok": True, **plain(vendor, issued), "token_type": "bot", "authed_user": {"id": "U1"}}


@pytest.mark.parametrize(
    "at",
    [changed(vendors.SLACK, answer=_bot), changed(vendors.SLACK, answer=_only_bot)],
    indirect=True,
    ids=["as the user's", "beside the user"],
)
def test_a_bots_token_is_not_taken_for_the_persons(at: At) -> None:
    async def work(desk: Desk) -> None:
        with pytest.raises(SignInError) as raised:
            await desk.sign_in()
        assert raised.value.code == "token_answer_invalid"
        assert await desk.accounts.store.all() == []

    at(work)


@pytest.mark.parametrize("at", [changed(vendors.SALESFORCE)], indirect=True)
def test_the_address_of_the_persons_server_is_kept_over_a_renewal(at: At) -> None:
    async def work(desk: Desk) -> None:
        account = await desk.sign_in()
        for kept in (await desk.accounts.store.get(account.id), await desk.accounts.renew(account.id)):
            assert kept.tokens.kept == {"instance_url": "https://delta.my.salesforce.com"}
        assert account.expires_at is None

    at(work)


@pytest.mark.parametrize("at", [changed(vendors.GITHUB)], indirect=True)
def test_a_code_on_another_device_needs_no_secret_where_the_vendor_says_so(at: At) -> None:
    described = provider("github")
    assert described.needs_secret(device=False)
    assert not described.needs_secret(device=True)
    assert provider("box").needs_secret(device=True)

    async def work(desk: Desk) -> None:
        account = await desk.sign_in_by_code()
        assert (account.subject, account.person) == ("7", "ines")
        assert not await desk.accounts.sign_out(account)  # that is only for who has the secret
        assert await desk.accounts.store.all() == []

    assert at(work).refused == []


@pytest.mark.parametrize("at", [changed(GOOGLE), changed(vendors.BOX)], indirect=True)
def test_a_device_code_that_is_not_for_desktop_apps_is_not_asked_for(at: At) -> None:
    async def work(desk: Desk) -> None:
        assert not desk.described.by_device
        with pytest.raises(SignInError) as raised:
            await desk.sign_in_by_code()
        assert raised.value.code == "device_unsupported"

    assert not any("device" in line for line in at(work).log)


ATLASSIANS_OTHER_WORD = {"error": "unauthorized_client", "error_description": "refresh_token is invalid"}


@pytest.mark.parametrize("at", [changed(vendors.ATLASSIAN, dead=(403, ATLASSIANS_OTHER_WORD))], indirect=True)
def test_a_dead_refresh_token_by_another_name_asks_to_sign_in_again(at: At) -> None:
    async def work(desk: Desk) -> None:
        account = await desk.sign_in()
        desk.fake.live = {}
        with pytest.raises(SignInError) as raised:
            await desk.accounts.renew(account.id)
        assert raised.value.code == "sign_in_again"

    at(work)


def back(issuer: str) -> Any:
    return changed(MICROSOFT, back={"iss": issuer})


@pytest.mark.parametrize("at", [back(f"{ENTRA}{TENANT}/v2.0"), back(f"{ENTRA}{{tenantid}}/v2.0")], indirect=True)
def test_a_browser_may_come_back_with_the_tenants_issuer(at: At) -> None:
    async def work(desk: Desk) -> None:
        assert (await desk.sign_in()).issuer.endswith(f"/{TENANT}/v2.0")

    at(work)


@pytest.mark.parametrize("at", [back("https://evil.example/"), back(f"{ENTRA}evil/v2.0")], indirect=True)
def test_a_browser_that_comes_back_from_another_issuer_is_refused(at: At) -> None:
    async def work(desk: Desk) -> None:
        with pytest.raises(SignInError) as raised:
            await desk.sign_in()
        assert raised.value.code == "issuer_mismatch"

    assert not any("/token" in line for line in at(work).log)


@pytest.mark.parametrize("at", [changed(vendors.BOX)], indirect=True)
def test_a_vendor_that_sends_nobody_back_here_says_what_to_do_instead(at: At) -> None:
    async def work(desk: Desk) -> None:
        with pytest.raises(SignInError) as raised:
            await desk.sign_in(redirect=Redirect(supported=False, note="Take a private app's token instead."))
        assert (raised.value.code, raised.value.remedy) == (
            "redirect_unsupported",
            "Take a private app's token instead.",
        )

    assert at(work).log == []
    assert Redirect(supported=False).addresses == ()
