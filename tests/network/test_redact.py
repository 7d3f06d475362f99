from __future__ import annotations

import base64
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from app.network.redact import MASK, RedactedLog, Redactor, public_url
from tests.support.context import RecordingLog

SECRET = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF), min_size=6)


@given(secret=SECRET, before=st.text(max_size=20), after=st.text(max_size=20))
def test_no_form_of_a_known_secret_is_left(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    assert redactor.remember(secret) == secret
    for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()):
        assert form not in redactor.redact(f"{before} {form} {after}")
    assert secret not in repr(redactor)


def test_what_looks_like_a_credential_is_masked_too() -> None:
    redact = Redactor().redact
    for text in (
        "Authorization: Bearer abcdef0123456789",
        "basic dXNlcjpwYXNzd29yZA==",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0abc.c2lnbmF0dXJl",
        "GET /x?access_token=abcdef&page=2",
        "ghp_0123456789abcdef",
        "https://a.example/cb?code=4/abcdef&state=x",
        "https://b.example/o?X-Amz-Signature=abcdef",
        "client_secret=abcdef",
        "xoxb-123456789-abc",
    ):
        assert MASK in redact(text)
    assert redact("GET /x?access_token=abcdef&page=2") == f"GET /x?access_token={MASK}&page=2"
    for harmless in (
        "the token is missing",
        "page=2&limit=100",
        "Basic English",
        "key points",
        "a token endpoint",
        "Basic knowledge",
        "code=http_500",
    ):
        assert redact(harmless) == harmless


def test_a_connectors_log_is_redacted() -> None:
    redactor, log = Redactor(), RecordingLog()
    redactor.remember("the secret")
    redacted = RedactedLog(log, redactor)
    redacted.debug("a the secret", url="x/the secret", nested={"list": ["the secret", 1, None]})
    redacted.info("the%20secret")
    redacted.warning("Bearer abcdefghijkl")
    assert log.lines == [
        ("debug", f"a {MASK}", {"url": f"x/{MASK}", "nested": {"list": [MASK, 1, None]}}),
        ("info", MASK, {}),
        ("warning", f"Bearer {MASK}", {}),
    ]


def test_an_address_is_shown_without_what_may_be_secret() -> None:
    assert public_url("https://u:p@a.example:8443/path?token=x#y") == "https://a.example:8443/path"
    assert public_url("https://a.example/ä b?x") == "https://a.example/ä b"
    assert public_url("http://u:p@[::1") == MASK
