"""Answers that no standard foresees end in a reason, never in an exception of a library; what is right beside them in
the same answer is used."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from app.accounts.oauth.errors import SignInError
from app.accounts.oauth.listener import Listener
from app.accounts.oauth.provider import Redirect
from app.network import Network, NetworkSettings, SystemClock
from connectors.sdk import HeadwaterError
from tests.accounts.oauth.hostile import CLIENT, HostileProvider, sign_in
from tests.accounts.oauth.test_hostile import accepted, refused


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with HostileProvider() as running:
        yield running


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(provider: HostileProvider, **claims: Any) -> None:
    """Let it issue ID tokens of these claims, which no library would write, rightly signed."""

    key = provider.key.private_key
    assert key is not None

    def id_token(access_token: str) -> str:
        now = int(time.time())
        words = {"iss": provider.issuer, "aud": CLIENT, "sub": "ines", "iat": now, "exp": now + 600}
        body = json.dumps({**words, "nonce": provider.nonce, **claims})
        signed = f"{encoded(json.dumps({'alg': 'RS256'}).encode())}.{encoded(body.encode())}"
        signature = key.sign(signed.encode(), PKCS1v15(), SHA256())
        return f"{signed}.{encoded(signature)}"

    provider.id_token = id_token  # type: ignore[method-assign]
    provider.raw["/userinfo"] = lambda _: web.Response(status=404)


NO_ADDRESSES = [
    "https://[",
    "https://provider.example:99999/",
    "https://provider.example:-1/",
    "https://\u2177.\u2100/",
    "https:///token",
    "https://:password@provider.example/",
    "https://provider.example/\x1b[2J",
    "https://provider .example/",
]


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_what_is_no_address_is_refused(provider: HostileProvider, name: str, url: str) -> None:
    provider.metadata[name] = url
    error = refused(sign_in(provider))
    assert error.code == "url_invalid"
    assert error.where.isprintable()
    assert "password" not in str(error)


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_a_pasted_text_that_is_no_address_is_another_sign_ins(url: str) -> None:
    async def run() -> None:
        listener = await Listener.open(Redirect(), "state")
        try:
            with pytest.raises(SignInError) as raised:
                listener.paste(url)
            assert raised.value.code == "state_mismatch"
        finally:
            await listener.close()

    asyncio.run(run())


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks", "/userinfo"])
def test_json_that_goes_on_and_on_inwards_is_refused(provider: HostileProvider, path: str) -> None:
    body = b'{"a":' + b"[" * 200_000
    provider.raw[path] = lambda _: web.Response(body=body, content_type="application/json")
    refused(sign_in(provider))


UNUSABLE_KEYS: list[Any] = [
    {"kty": "EC", "crv": "brainpoolP256r1", "x": "AA", "y": "AA"},
    {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
    {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
    {"kty": "RSA", "e": "AQAB"},
    {"kty": "RSA", "n": 7, "e": "AQAB"},
    {"kty": "RSA", "n": "%%%", "e": "AQAB"},
    {"kty": "RSA", "n": encoded(b"\xff" * 256), "e": "AQAB", "kid": 7},
    {"kty": "AKP", "alg": "ML-DSA-65", "pub": "AA"},
    None,
]


@pytest.mark.parametrize("key", UNUSABLE_KEYS)
def test_a_key_that_can_not_be_used_does_not_hide_the_others(provider: HostileProvider, key: Any) -> None:
    """RFC 7517 section 5: those that are not understood are to be ignored."""
    good = provider.key.as_dict(private=False)
    provider.raw["/jwks"] = lambda _: web.json_response({"keys": [key, good]})
    accepted(sign_in(provider))
    provider.raw["/jwks"] = lambda _: web.json_response({"keys": [key]})
    assert refused(sign_in(provider)).code == "id_token_invalid"


@pytest.mark.parametrize("algorithms", [[], ["none"], ["HS256"], ["none", "HS512"]])
def test_a_provider_that_names_only_algorithms_we_refuse_is_refused(
    provider: HostileProvider, algorithms: list[str]
) -> None:
    """Else the library's own choice would count, which knows HS256."""
    provider.metadata["id_token_signing_alg_values_supported"] = algorithms
    assert refused(sign_in(provider)).code == "id_token_invalid"


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 10**400])
def test_times_that_are_no_times_are_refused(provider: HostileProvider, name: str, value: float) -> None:
    sign(provider, **{name: value})
    assert refused(sign_in(provider)).code == "id_token_invalid"


def test_a_person_whose_id_can_not_be_kept_is_refused(provider: HostileProvider) -> None:
    for subject in ("a\ud83d", "a\x00", "a\x1b[2J", "a\u202eb"):
        sign(provider, sub=subject)
        assert refused(sign_in(provider)).code == "id_token_invalid"


def test_a_name_and_an_address_are_kept_as_one_line_that_can_be_shown(provider: HostileProvider) -> None:
    """They name the account, in a terminal and in a window."""
    sign(provider, name="\x1b[2JInes\u202e\n\ud83d  de\tla  Cruz\x9b31m", email="a\r\nX: y@example.org")
    found = accepted(sign_in(provider)).identity
    assert (found.name, found.email) == ("[2JInes de la Cruz 31m", "a X: y@example.org")
    sign(provider, name="María-José Ñandú 李", email="\x1b")
    found = accepted(sign_in(provider)).identity
    assert (found.name, found.email) == ("María-José Ñandú 李", "")


def test_scopes_that_are_no_words_are_left_out(provider: HostileProvider) -> None:
    def answer(form: dict[str, str]) -> tuple[int, Any]:
        status, body = provider.good_tokens(form)
        return status, {**body, "scope": "openid \x1b[2Jx a\u202eb c\x00 drive.readonly"}

    provider.token = answer
    assert accepted(sign_in(provider)).tokens.scopes == ("openid", "drive.readonly")


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/userinfo", "/token"])
def test_a_provider_that_hangs_is_given_up_however_often_a_request_would_be_repeated(
    provider: HostileProvider, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("app.accounts.oauth.sign_in.PATIENCE", 0.5)

    async def hang(_: web.BaseRequest) -> web.Response:
        await provider.hang()
        return web.Response()

    provider.raw[path] = hang

    async def run() -> HeadwaterError:
        net = Network(NetworkSettings(attempts=4), clock=SystemClock())
        try:
            async with asyncio.timeout(10):
                with pytest.raises(HeadwaterError) as raised:
                    await sign_in(provider, on=net)
        finally:
            await net.close()
        return raised.value

    error = asyncio.run(run())
    assert error.code == "provider_slow"
    assert error.remedy


BROKEN: dict[str, bytes] = {
    "a byte that is none of an address": b"GET /callback?code=planted-code&state=\xff HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "an address without end": b"GET /callback?code=planted-code" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "another version": b"GET /callback?code=planted-code&state=x HTTP/3.0\r\nHost: HOST\r\n\r\n",
    "another method": b"G\x80T /callback?code=planted-code&state=x HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "two hosts": b"GET /callback?code=planted-code HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 200,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_callback_is_not_quoted_on_the_page_nor_in_the_log(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Any program of this machine can send one; the browser's may be broken and hold the code."""
    caplog.set_level(0)

    async def run() -> bytes:
        listener = await Listener.open(Redirect(), "state")
        host = listener.redirect_uri.split("/")[2]
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(host.partition(":")[2]))
            writer.write(BROKEN[name].replace(b"HOST", host.encode()))
            async with asyncio.timeout(10):
                answer = await reader.read()
            writer.close()
        finally:
            await listener.close()
        return answer

    answer = asyncio.run(run())
    assert b" 400 " in answer.partition(b"\r\n")[0]
    assert b"content-security-policy" in answer.lower()
    assert b"planted-code" not in answer
    assert "planted-code" not in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "path", ["callback", "@evil.example/", "/a b", "/a\r\nX: y", "/a?x=1", "/a#b", "//evil.example/", ""]
)
def test_a_redirect_path_that_would_change_the_address_is_refused(path: str) -> None:
    async def run() -> HeadwaterError:
        with pytest.raises(HeadwaterError) as raised:
            await Listener.open(Redirect(path=path), "state")
        return raised.value

    assert asyncio.run(run()).code == "redirect_path_invalid"
