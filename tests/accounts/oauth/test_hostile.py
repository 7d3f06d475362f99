"""What must be refused is refused with its reason, and what is right but unusual is accepted: each family of lies."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from app.accounts.oauth.blocking import blocking
from app.accounts.oauth.errors import SignInError
from app.accounts.oauth.id_token import Keys
from app.accounts.oauth.listener import Listener
from app.accounts.oauth.metadata import Discovery
from app.accounts.oauth.provider import Redirect
from app.accounts.oauth.sign_in import SignedIn
from connectors.sdk import HeadwaterError
from tests.accounts.oauth.hostile import CLIENT, CODE, HostileProvider, at, network, rt, sign_in


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with HostileProvider() as running:
        yield running


def refused(work: Any) -> HeadwaterError:
    with pytest.raises(HeadwaterError) as raised:
        asyncio.run(work)
    assert raised.value.remedy
    return raised.value


def accepted(work: Any) -> SignedIn:
    found: SignedIn = asyncio.run(work)
    assert found.identity.subject == "ines"
    return found


# --- the callback


def test_the_plain_way(provider: HostileProvider) -> None:
    found = accepted(sign_in(provider))
    assert (found.tokens.access_token, found.tokens.refresh_token, found.identity.name) == (at(1), rt(1), "Ines")
    form = next(form for path, form in provider.requests if path == "/token")
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
    assert len(form["code_verifier"]) >= 43
    assert challenge.decode()
    assert at(1) not in repr(found)


CALLBACKS: dict[str, tuple[Callable[[dict[str, str], str], Any], str]] = {
    "another state": (lambda asked, iss: {"code": "c", "state": "another", "iss": iss}, "state_mismatch"),
    "no state": (lambda asked, iss: {"code": "c", "iss": iss}, "state_mismatch"),
    "two codes": (
        lambda asked, iss: [("code", "c"), ("code", "d"), ("state", asked["state"]), ("iss", iss)],
        "duplicate_parameter",
    ),
    "two states": (
        lambda asked, iss: [("code", "c"), ("state", asked["state"]), ("state", "x"), ("iss", iss)],
        "duplicate_parameter",
    ),
    "no code": (lambda asked, iss: {"state": asked["state"], "iss": iss}, "callback_invalid"),
    "another issuer": (
        lambda asked, iss: {"code": "c", "state": asked["state"], "iss": "https://evil.example"},
        "issuer_mismatch",
    ),
    "no issuer, though it promises one": (lambda asked, iss: {"code": "c", "state": asked["state"]}, "issuer_mismatch"),
    "a refusal": (
        lambda asked, iss: {"error": "access_denied", "state": asked["state"], "iss": iss},
        "access_denied",
    ),
    "a refusal of another issuer": (
        lambda asked, iss: {"error": "access_denied", "state": asked["state"], "iss": "https://evil.example"},
        "issuer_mismatch",
    ),
    "a refusal that is no word": (
        lambda asked, iss: {
            "error": "\x1b[2Jx" * 99,
            "error_description": "a\x07b",
            "state": asked["state"],
            "iss": iss,
        },
        "request_refused",
    ),
    "an unknown refusal": (
        lambda asked, iss: {"error": "login_required", "state": asked["state"], "iss": iss},
        "login_required",
    ),
}


@pytest.mark.parametrize("name", CALLBACKS)
@pytest.mark.point(18)
def test_a_wrong_callback_is_refused_and_no_code_is_sent(provider: HostileProvider, name: str) -> None:
    answer, code = CALLBACKS[name]
    timeout = 0.5 if code == "state_mismatch" else 5.0
    error = refused(sign_in(provider, lambda asked: answer(asked, provider.issuer), timeout=timeout))
    assert error.code == code
    assert f"{error}{error.detail}{error.remedy}".isprintable()
    assert provider.count("/token") == 0


def test_strangers_end_nothing_and_the_right_one_is_taken(provider: HostileProvider) -> None:
    async def strangers(asked: dict[str, str]) -> dict[str, str]:
        address = asked["redirect_uri"]
        root = address.rpartition("/")[0]
        reader, idle = await asyncio.open_connection("127.0.0.1", int(root.rpartition(":")[2]))
        async with aiohttp.ClientSession() as browser:
            for method, url, headers, status in (
                ("GET", root + "/favicon.ico", {}, 404),
                ("POST", f"{address}?code=c&state={asked['state']}", {}, 405),
                ("GET", f"{address}?code=c&state={asked['state']}", {"host": "evil.example"}, 404),
                ("GET", f"{address}?code=c&state=another", {}, 400),
                ("GET", f"{address}?{'x' * 60_000}", {}, 400),
                ("GET", f"{address}?{'&'.join(f'p{n}=1' for n in range(100))}", {}, 400),
                ("GET", f"{address}?code=%FF%FE&state=%FF", {}, 400),
            ):
                async with browser.request(method, url, headers=headers) as answer:
                    assert answer.status == status, url
                    text = await answer.text()
                    assert asked["state"] not in text
        idle.write(b"GET /nonsense\r\n")
        idle.close()
        del reader
        return {"code": "c", "state": asked["state"], "iss": provider.issuer}

    accepted(sign_in(provider, strangers))


def test_a_repeated_callback_gets_its_page_and_the_code_is_sent_once(provider: HostileProvider) -> None:
    async def twice(asked: dict[str, str]) -> None:
        url = f"{asked['redirect_uri']}?code=c&state={asked['state']}&iss={provider.issuer}"
        async with aiohttp.ClientSession() as browser:
            for _ in range(2):
                async with browser.get(url) as answer:
                    assert answer.status == 200
                    assert answer.headers["cache-control"] == "no-store"
                    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
                    assert "Back to Headwater" in await answer.text()

    accepted(sign_in(provider, twice))
    assert provider.count("/token") == 1


def test_a_code_arrives_as_it_was_sent(provider: HostileProvider) -> None:
    code = "4/0A%2Bb+c=&state=x;%"
    accepted(sign_in(provider, lambda asked: {"code": code, "state": asked["state"], "iss": provider.issuer}))
    assert next(form["code"] for path, form in provider.requests if path == "/token") == code


def test_a_connection_that_says_nothing_is_shown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.accounts.oauth.listener.LONGEST_STAY", 0.2)

    async def run() -> None:
        listener = await Listener.open(Redirect(), "state")
        port = int(listener.redirect_uri.split(":")[2].partition("/")[0])
        try:
            for said in (b"", b"GET /callback HTTP/1.1\r\n"):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(said)
                with suppress(ConnectionResetError):
                    async with asyncio.timeout(10):
                        assert await reader.read() == b""
                writer.close()
        finally:
            await listener.close()

    asyncio.run(run())


# --- discovery


DISCOVERIES: dict[str, tuple[dict[str, Any], str]] = {
    "another issuer": ({"issuer": "https://another.example"}, "issuer_mismatch"),
    "a slash more": ({"issuer": "SLASH"}, "issuer_mismatch"),
    "no issuer": ({"issuer": None}, "issuer_mismatch"),
    "a token address without TLS": ({"token_endpoint": "http://provider.example/token"}, "url_invalid"),
    "no token address": ({"token_endpoint": None}, "discovery_failed"),
    "only plain PKCE": ({"code_challenge_methods_supported": ["plain"]}, "pkce_unsupported"),
    "addresses that are no text": ({"token_endpoint": ["x"]}, "discovery_failed"),
}


@pytest.mark.parametrize("name", DISCOVERIES)
def test_a_wrong_description_is_refused(provider: HostileProvider, name: str) -> None:
    changes, code = DISCOVERIES[name]
    for key, value in changes.items():
        provider.metadata[key] = provider.issuer + "/" if value == "SLASH" else value
    assert refused(sign_in(provider)).code == code


def test_a_huge_description_is_not_read_to_its_end(provider: HostileProvider) -> None:
    provider.raw["/.well-known/openid-configuration"] = lambda _: web.Response(
        text='{"issuer":"' + "x" * 3_000_000 + '"}', content_type="application/json"
    )
    assert refused(sign_in(provider)).code == "discovery_failed"


def test_a_description_elsewhere_is_not_followed(provider: HostileProvider) -> None:
    with HostileProvider() as other:
        target = f"{other.issuer}/.well-known/openid-configuration"
        provider.raw["/.well-known/openid-configuration"] = lambda _: web.Response(
            status=302, headers={"location": target}
        )
        assert refused(sign_in(provider)).code == "discovery_failed"
        assert other.requests == []


@pytest.mark.parametrize("where", ["http://localhost:1", "https://10.1.2.3", "https://169.254.169.254"])
def test_an_address_on_a_private_network_is_not_asked_because_a_description_names_it(
    provider: HostileProvider, where: str
) -> None:
    """Only the person's own word reaches into the network at home: here the issuer's, which is another host."""
    provider.metadata["token_endpoint"] = f"{where}/token"
    assert refused(sign_in(provider)).code == "address_refused"


def test_a_known_description_outlives_an_outage(provider: HostileProvider) -> None:
    async def run() -> None:
        net = network()
        discovery = Discovery(net)
        await discovery.get(provider.issuer)
        discovery._known[provider.issuer] = (0.0, discovery._known[provider.issuer][1])
        provider.raw["/.well-known/openid-configuration"] = lambda _: web.Response(status=503)
        assert (await discovery.get(provider.issuer)).issuer == provider.issuer
        await net.close()

    asyncio.run(run())


def test_a_provider_without_pkce_in_its_description_gets_pkce_all_the_same(provider: HostileProvider) -> None:
    del provider.metadata["code_challenge_methods_supported"]
    accepted(sign_in(provider))


# --- the ID token


def half_hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another"},
    "a second audience": {"aud": [CLIENT, "another"], "azp": CLIENT},
    "another azp": {"azp": "another"},
    "no audience": {"aud": None},
    "no subject": {"sub": None},
    "a subject that is no text": {"sub": 7},
    "expired": {"exp": int(time.time()) - 600},
    "no end": {"exp": None},
    "an end that is no number": {"exp": "tomorrow"},
    "no beginning": {"iat": None},
    "issued in an hour": {"iat": int(time.time()) + 3600},
    "not yet valid": {"nbf": int(time.time()) + 3600},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another at_hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("name", WRONG_CLAIMS)
def test_wrong_claims_are_refused(provider: HostileProvider, name: str) -> None:
    provider.claims = WRONG_CLAIMS[name]
    assert refused(sign_in(provider)).code == "id_token_invalid"


RIGHT_CLAIMS: dict[str, dict[str, Any]] = {
    "audience as a list": {"aud": [CLIENT]},
    "azp is us": {"azp": CLIENT},
    "a right at_hash": {"at_hash": half_hash(at(1))},
    "a clock that is a minute behind": {"iat": int(time.time()) + 60},
    "more claims": {"amr": ["pwd"], "auth_time": 1},
}


@pytest.mark.parametrize("name", RIGHT_CLAIMS)
def test_unusual_but_right_claims_are_accepted(provider: HostileProvider, name: str) -> None:
    provider.claims = RIGHT_CLAIMS[name]
    accepted(sign_in(provider))


def test_unsigned_and_otherwise_signed_tokens_are_refused(provider: HostileProvider) -> None:
    for algorithm, key, header in (
        ("none", provider.key, {}),
        ("HS256", provider.key, {}),
        ("RS256", RSAKey.generate_key(2048), {}),
        ("RS512", provider.key, {}),
        ("RS256", provider.key, {"crit": ["x"], "x": 1}),
    ):
        provider.algorithm, provider.signing_key, provider.header = algorithm, key, header
        assert refused(sign_in(provider)).code == "id_token_invalid", algorithm


def test_a_token_with_a_key_in_its_header_is_not_checked_with_that(provider: HostileProvider) -> None:
    evil = RSAKey.generate_key(2048)
    provider.signing_key, provider.header = evil, {"jwk": evil.as_dict(private=False)}
    assert refused(sign_in(provider)).code == "id_token_invalid"


def test_a_missing_or_odd_token_is_refused(provider: HostileProvider) -> None:
    for token, code in ((None, "id_token_missing"), ("a.b", "id_token_invalid"), ("", "id_token_missing")):

        def answer(form: dict[str, str], token: str | None = token) -> tuple[int, Any]:
            status, body = provider.good_tokens(form)
            return status, {**body, "id_token": token}

        provider.token = answer
        assert refused(sign_in(provider)).code == code


def test_keys_without_a_name_and_long_headers_are_accepted(provider: HostileProvider) -> None:
    second = RSAKey.generate_key(2048, {"use": "sig"})
    provider.keys = [RSAKey.generate_key(2048, {"use": "sig"}), second]
    provider.signing_key, provider.header = second, {"kid": None, "x5c": ["A" * 3000], "unheard-of": "yes"}
    accepted(sign_in(provider))


def test_a_rotated_key_is_fetched_once_and_a_flood_is_not(provider: HostileProvider) -> None:
    async def run() -> None:
        net = network()
        keys, discovery = Keys(net.clock), Discovery(net)
        again = {"keys": keys, "discovery": discovery, "on": net}
        await sign_in(provider, **again)  # type: ignore[arg-type]
        assert provider.count("/jwks") == 1
        rotated = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
        provider.keys, provider.signing_key, provider.header = [provider.key, rotated], rotated, {"kid": "second"}
        await sign_in(provider, **again)  # type: ignore[arg-type]
        assert provider.count("/jwks") == 2
        provider.signing_key, provider.header = RSAKey.generate_key(2048), {"kid": "third"}
        for _ in range(3):
            with pytest.raises(SignInError):
                await sign_in(provider, **again)  # type: ignore[arg-type]
        assert provider.count("/jwks") == 2
        await net.close()

    asyncio.run(run())


def test_another_key_under_an_old_name_is_found(provider: HostileProvider) -> None:
    async def run() -> None:
        net = network()
        keys, discovery = Keys(net.clock), Discovery(net)
        await sign_in(provider, keys=keys, discovery=discovery, on=net)
        restarted = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        provider.keys, provider.signing_key = [restarted], restarted
        found = await sign_in(provider, keys=keys, discovery=discovery, on=net)
        assert found.identity.subject == "ines"
        await net.close()

    asyncio.run(run())


def test_userinfo_of_another_person_is_refused(provider: HostileProvider) -> None:
    provider.userinfo = {"sub": "mallory", "email": "ines@example.org"}
    assert refused(sign_in(provider)).code == "userinfo_mismatch"


def test_a_provider_without_userinfo_is_accepted(provider: HostileProvider) -> None:
    provider.raw["/userinfo"] = lambda _: web.json_response({"error": "gone"}, status=404)
    accepted(sign_in(provider))


def test_signed_userinfo_is_read_and_only_with_a_right_signature(provider: HostileProvider) -> None:
    key, words = provider.key, {"sub": "ines", "name": "Ines the Second", "aud": CLIENT}

    def signed(**claims: Any) -> None:
        text = jwt.encode({"alg": "RS256", "kid": "first"}, {"iss": provider.issuer, **words, **claims}, key)
        provider.raw["/userinfo"] = lambda _: web.Response(text=text, content_type="application/jwt")

    signed()
    assert accepted(sign_in(provider)).identity.name == "Ines the Second"
    for wrong in ({"sub": "mallory"}, {"iss": "https://evil.example"}, {"aud": "another"}):
        signed(**wrong)
        assert refused(sign_in(provider)).code == "userinfo_mismatch", wrong
    key = RSAKey.generate_key(2048)
    signed()
    assert refused(sign_in(provider)).code == "id_token_invalid"


# --- the token endpoint


TOKEN_ANSWERS: dict[str, tuple[int, Any, str]] = {
    "spent code": (400, {"error": "invalid_grant"}, "invalid_grant"),
    "wrong client": (401, {"error": "invalid_client"}, "invalid_client"),
    "an error with status 200": (200, {"error": "bad_verification_code"}, "bad_verification_code"),
    "ok: false": (200, {"ok": False}, "request_refused"),
    "no access token": (200, {"token_type": "bearer"}, "token_answer_invalid"),
    "an access token that is no text": (200, {"access_token": 7, "token_type": "bearer"}, "token_answer_invalid"),
    "an access token with a line end": (
        200,
        {"access_token": "a\r\nb", "token_type": "bearer"},
        "token_answer_invalid",
    ),
    "another kind of token": (200, {"access_token": "a", "token_type": "mac"}, "token_answer_invalid"),
    "a list": (200, ["access_token"], "token_answer_invalid"),
    "unavailable": (400, {"error": "temporarily_unavailable"}, "temporarily_unavailable"),
}


@pytest.mark.parametrize("name", TOKEN_ANSWERS)
def test_a_wrong_token_answer_is_refused_and_the_code_sent_once(provider: HostileProvider, name: str) -> None:
    status, body, code = TOKEN_ANSWERS[name]
    provider.token = lambda form: (status, body)
    assert refused(sign_in(provider)).code == code
    assert provider.count("/token") == 1


def test_a_page_instead_of_an_answer_is_not_quoted(provider: HostileProvider) -> None:
    provider.raw["/token"] = lambda _: web.Response(
        text=f"<html>your code {CODE} is wrong</html>", content_type="text/html"
    )
    error = refused(sign_in(provider))
    assert error.code == "token_answer_invalid"
    assert CODE not in f"{error.what}{error.detail}{error.remedy}"


def test_a_redirect_of_the_token_address_is_not_followed(provider: HostileProvider) -> None:
    with HostileProvider() as other:
        provider.raw["/token"] = lambda _: web.Response(status=307, headers={"location": f"{other.issuer}/token"})
        refused(sign_in(provider))
        assert other.requests == []


def test_a_server_error_is_not_a_reason_to_send_the_code_again(provider: HostileProvider) -> None:
    provider.raw["/token"] = lambda _: web.Response(status=503)
    refused(sign_in(provider))
    assert provider.count("/token") == 1


def test_an_answer_that_never_ends_is_given_up(provider: HostileProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.accounts.oauth.wire.SECONDS", 0.5)

    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "application/json"})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.05)

    provider.raw["/token"] = endless
    started = time.monotonic()
    refused(sign_in(provider))
    assert time.monotonic() - started < 10


# --- pushed requests, blocking calls


def test_a_pushed_request_keeps_what_is_asked_out_of_the_browser(provider: HostileProvider) -> None:
    provider.metadata["require_pushed_authorization_requests"] = True
    provider.metadata["pushed_authorization_request_endpoint"] = f"{provider.issuer}/par"
    provider.raw["/par"] = lambda _: web.json_response({"request_uri": "urn:x:1", "expires_in": 60}, status=201)

    async def from_the_push(asked: dict[str, str]) -> None:
        assert set(asked) == {"client_id", "request_uri"}
        pushed = next(form for path, form in provider.requests if path == "/par")
        provider.nonce = pushed["nonce"]
        query = {"code": "c", "state": pushed["state"], "iss": provider.issuer}
        async with aiohttp.ClientSession() as browser:
            await (await browser.get(pushed["redirect_uri"], params=query)).read()

    accepted(sign_in(provider, from_the_push))


def test_a_blocking_call_refuses_to_stop_a_loop(provider: HostileProvider) -> None:
    assert blocking(sign_in(provider)).identity.subject == "ines"

    async def on_a_loop() -> None:
        with pytest.raises(RuntimeError):
            blocking(sign_in(provider))

    asyncio.run(on_a_loop())
