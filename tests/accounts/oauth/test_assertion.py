"""Apps that sign in as themselves: by a statement they sign (RFC 7523) as each vendor wants it, or by their secret."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import RSAKey

from app import api
from app.accounts.oauth import accounts as module
from app.accounts.oauth.errors import SignInError
from app.accounts.oauth.provider import Provider, provider
from app.accounts.vault import Vault
from app.engine.engine import Engine
from app.network import NetworkSettings, SystemClock
from connectors.sdk import ConfigError, HeadwaterError
from tests.accounts.oauth import hostile
from tests.accounts.oauth.hostile import HostileProvider
from tests.accounts.oauth.test_renewal import PASSPHRASE, NoRing

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
Work = Callable[[Engine], Awaitable[None]]


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(password: str = "") -> str:
    form = serialization.PrivateFormat.PKCS8
    hidden = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    return key().private_bytes(serialization.Encoding.PEM, form, hidden).decode()


@cache
def certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "headwater")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key().public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return made.sign(key(), hashes.SHA256())


def box_file() -> dict[str, Any]:
    auth = {"publicKeyID": "k1", "privateKey": pem("ghi"), "passphrase": "ghi"}
    return {"boxAppSettings": {"clientID": "c1", "clientSecret": "box-secret", "appAuth": auth}, "enterpriseID": "77"}


def google_file() -> dict[str, Any]:
    mail = "sync@project.iam.gserviceaccount.com"
    found = {"type": "service_account", "client_email": mail, "private_key_id": "k1", "private_key": pem()}
    return {**found, "token_uri": "https://elsewhere.example/token"}


@pytest.fixture
def server() -> Iterator[HostileProvider]:
    with HostileProvider() as running:
        yield running


@pytest.fixture
def at(server: HostileProvider, profile: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Work], None]:
    """Do something with an engine for which a provider's addresses are at the server."""

    def run(id: str, work: Work) -> None:
        def here(_: str) -> Provider:
            original = provider(id)
            changes: dict[str, Any] = {"issuer": server.issuer if original.issuer else "", "issuer_pattern": ""}
            if original.token_url:
                changes["token_url"] = f"{server.issuer}/token"
            return original.model_copy(update={**changes, "revocation": None})

        monkeypatch.setattr(module, "provider", here)

        async def main() -> None:
            profile.mkdir(exist_ok=True)
            vault = await Vault(profile / "vault.db", clock=SystemClock(), keyring=NoRing(), environ=PASSPHRASE).open()
            engine = await Engine.open(profile, vault=vault, settings=NetworkSettings(attempts=1))
            try:
                await work(engine)
            finally:
                await engine.close()
                await vault.close()

        asyncio.run(main())

    return run


def token_forms(server: HostileProvider) -> list[dict[str, str]]:
    return [form for path, form in server.requests if path == "/token"]


def claims(signed: str, algorithm: str = "RS256") -> tuple[dict[str, Any], dict[str, Any]]:
    public = RSAKey.import_key(
        key().public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    found = jwt.decode(signed, public, algorithms=[algorithm])
    return dict(found.header), dict(found.claims)


def test_google_the_scope_is_a_claim_and_the_keys_own_address_is_not_asked(
    at: Callable[[str, Work], None], server: HostileProvider
) -> None:
    async def work(engine: Engine) -> None:
        made = await engine.add_account(
            api.AccountRequest(provider="google", key="value:" + json.dumps(google_file()), scopes=["a", "b"])
        )
        assert (made.grant, made.can_renew, made.scopes) == ("assertion", True, ["a", "b"])
        assert made.name == made.subject == "sync@project.iam.gserviceaccount.com"

    at("google", work)
    (form,) = token_forms(server)
    header, said = claims(form["assertion"])
    assert set(form) == {"grant_type", "assertion"}
    assert (form["grant_type"], header["kid"]) == (GRANT, "k1")
    assert (said["iss"], said["scope"], said["aud"]) == (google_file()["client_email"], "a b", f"{server.issuer}/token")
    assert "sub" not in said
    assert said["exp"] - said["iat"] == 3600


@pytest.mark.parametrize(("act_for", "kind", "subject"), [("", "enterprise", "77"), ("42", "user", "42")])
def test_box_acts_for_its_enterprise_or_a_person_and_shows_its_secret(
    at: Callable[[str, Work], None], server: HostileProvider, act_for: str, kind: str, subject: str
) -> None:
    async def work(engine: Engine) -> None:
        request = api.AccountRequest(provider="box", key="value:" + json.dumps(box_file()), act_for=act_for)
        assert (await engine.add_account(request)).subject == subject

    at("box", work)
    (form,) = token_forms(server)
    header, said = claims(form["assertion"])
    assert (form["client_id"], form["client_secret"], header["kid"]) == ("c1", "box-secret", "k1")
    assert (said["iss"], said["sub"], said["box_sub_type"]) == ("c1", subject, kind)
    assert said["exp"] - said["iat"] <= 60
    assert 16 <= len(said["jti"]) <= 128


def test_salesforce_acts_for_a_person_and_tells_their_server(
    at: Callable[[str, Work], None], server: HostileProvider
) -> None:
    server.token = lambda form: (200, {"access_token": "00D-access-token", "instance_url": "https://delta.example"})

    async def work(engine: Engine) -> None:
        with pytest.raises(ConfigError) as raised:
            await engine.add_account(api.AccountRequest(provider="salesforce", key="value:" + pem(), client_id="c1"))
        assert raised.value.code == "subject_missing"
        made = await engine.add_account(
            api.AccountRequest(provider="salesforce", key="value:" + pem(), client_id="c1", act_for="ines@example.org")
        )
        assert made.details == {"instance_url": "https://delta.example"}

    at("salesforce", work)
    _, said = claims(token_forms(server)[0]["assertion"])
    assert (said["iss"], said["sub"], said["aud"]) == ("c1", "ines@example.org", "https://login.salesforce.com")
    assert said["exp"] - said["iat"] == 180


def test_microsoft_shows_its_certificate_in_place_of_a_secret(
    at: Callable[[str, Work], None], server: HostileProvider
) -> None:
    both = pem() + certificate().public_bytes(serialization.Encoding.PEM).decode()

    async def work(engine: Engine) -> None:
        request = api.AccountRequest(
            provider="microsoft", key="value:" + both, client_id="c1", variables={"tenant": "t"}
        )
        await engine.add_account(request)

    at("microsoft", work)
    (form,) = token_forms(server)
    header, said = claims(form["client_assertion"], "PS256")
    digest = hashlib.sha256(certificate().public_bytes(serialization.Encoding.DER)).digest()
    assert (form["grant_type"], form["client_id"]) == ("client_credentials", "c1")
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert form["scope"] == "https://graph.microsoft.com/.default"
    assert header["x5t#S256"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert (said["iss"], said["sub"], said["aud"]) == ("c1", "c1", f"{server.issuer}/token")


def test_any_server_takes_a_plain_statement_or_a_secret(
    at: Callable[[str, Work], None], server: HostileProvider
) -> None:
    async def work(engine: Engine) -> None:
        where = {"token_url": f"{server.issuer}/token"}
        by_key = api.AccountRequest(
            provider="oauth2", key="value:" + pem(), key_id="k7", client_id="c1", variables=where, scopes=["read"]
        )
        by_secret = api.AccountRequest(
            provider="oauth2", client_id="c1", client_secret="value:a secret:%", variables=where
        )
        assert (await engine.add_account(by_key)).grant == "assertion"
        assert (await engine.add_account(by_secret)).grant == "client_credentials"
        assert len(await engine.accounts()) == 2

    at("oauth2", work)
    first, second = token_forms(server)
    assert (first["grant_type"], first["scope"], claims(first["assertion"])[0]["kid"]) == (GRANT, "read", "k7")
    assert second == {"grant_type": "client_credentials"}


def test_each_access_is_asked_for_with_a_statement_of_its_own_and_renewed_without_a_person(
    at: Callable[[str, Work], None], server: HostileProvider, tmp_path: Path
) -> None:
    file = tmp_path / "key.pem"
    file.write_text(pem())
    file.chmod(0o600)

    async def work(engine: Engine) -> None:
        where = {"token_url": f"{server.issuer}/token"}
        made = await engine.add_account(
            api.AccountRequest(provider="oauth2", key=f"file:{file}", client_id="c1", variables=where)
        )
        assert engine._accounts is not None
        accounts = engine._accounts._accounts
        found = await asyncio.gather(*(accounts.access_token(made.id, refused=hostile.at(1)) for _ in range(5)))
        assert set(found) == {hostile.at(2)}
        server.token = lambda form: (400, {"error": "invalid_grant", "error_description": "clock"})
        with pytest.raises(SignInError):
            await accounts.renew(made.id)
        server.token = server.good_tokens
        assert (await engine.renew_account(made.id, None)).state == "ok", "a key that works again needs nobody"
        assert await engine.account_person(made.id) == {"sub": "c1"}

    at("oauth2", work)
    identities = [claims(form["assertion"])[1]["jti"] for form in token_forms(server)]
    assert len(set(identities)) == len(identities) == 3


WRONG_KEYS = {
    "no key": "hello",
    "a file of another kind": json.dumps({"type": "authorized_user"}),
    "half a file": json.dumps({"type": "service_account", "client_email": "x"}),
    "numbers": json.dumps({"type": "service_account", "client_email": 7, "private_key": 8}),
    "a damaged key": json.dumps(
        {**google_file(), "private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}
    ),
    "a list": "[]",
}


@pytest.mark.parametrize("name", WRONG_KEYS)
def test_what_is_no_key_is_refused_and_not_kept(
    at: Callable[[str, Work], None], server: HostileProvider, name: str
) -> None:
    async def work(engine: Engine) -> None:
        with pytest.raises(ConfigError) as raised:
            await engine.add_account(api.AccountRequest(provider="google", key="value:" + WRONG_KEYS[name]))
        assert raised.value.code == "key_invalid"
        assert raised.value.remedy
        assert await engine.accounts() == []
        assert engine._accounts is not None
        assert await engine._accounts._vault.refs() == []

    at("google", work)
    assert token_forms(server) == []


def test_a_key_lives_in_the_vault_as_long_as_its_account(
    at: Callable[[str, Work], None], server: HostileProvider
) -> None:
    async def work(engine: Engine) -> None:
        assert engine._accounts is not None
        vault = engine._accounts._vault
        made = await engine.add_account(api.AccountRequest(provider="google", key="value:" + json.dumps(google_file())))
        assert len(await vault.refs()) == 1
        again = await engine.add_account(
            api.AccountRequest(provider="google", key="value:" + json.dumps(google_file()))
        )
        assert again.id == made.id, "the same app is the same account"
        assert len(await vault.refs()) == 1
        server.token = lambda form: (401, {"error": "unauthorized_client"})
        with pytest.raises(HeadwaterError):
            await engine.add_account(
                api.AccountRequest(provider="google", key="value:" + json.dumps(google_file()), act_for="i@x.org")
            )
        assert len(await vault.refs()) == 1
        await engine.sign_out(made.id)
        assert await vault.refs() == []

    at("google", work)


@pytest.mark.parametrize(
    ("id", "key_given", "code"),
    [("slack", True, "assertion_unsupported"), ("box", False, "client_credentials_unsupported")],
)
def test_what_a_provider_does_not_know_is_said_before_anything_is_sent(
    at: Callable[[str, Work], None], server: HostileProvider, id: str, key_given: bool, code: str
) -> None:
    async def work(engine: Engine) -> None:
        with pytest.raises(ConfigError) as raised:
            await engine.add_account(api.AccountRequest(provider=id, key="value:k" if key_given else "", client_id="c"))
        assert raised.value.code == code

    at(id, work)
    assert server.requests == []
