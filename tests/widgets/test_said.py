"""What the engine says of real faults and states, as the window shows it: nothing of it stays English, no sentence is
put together of two languages, and no value is lost. Errors come from the code that makes them, not from a list of
texts, so that one which is not gathered fails here."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from aiohttp.client_reqrep import ConnectionKey
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import api
from app.accounts import SessionVault
from app.accounts.keyring import NoKeyring
from app.accounts.keys import Keeper, KeyRow
from app.accounts.oauth import errors as sign_in_errors
from app.accounts.oauth.id_token import _wrong_claims
from app.accounts.secrets import Secrets
from app.connections.store import Stored
from app.engine.engine import Engine
from app.engine.views import _Look, describe
from app.network.faults import status_error, tls_fault, transport_fault
from app.network.guard import Guard
from connectors.sdk import Endpoint, ErrorInfo, HeadwaterError, Node, SecretRef
from tests.widgets.conftest import Run, until
from tests.widgets.forms import click
from tests.widgets.test_form_live import Services, make
from tests.widgets.test_language import english
from widgets import language
from widgets.form.tree import TreeEditor

__all__ = ["english", "spoken"]

LANGUAGES = ("de", "zh_CN")
ENGLISH = re.compile(r"(?<!\S)(the|is|are|of|not|and|it|its|be|can't|has|have|with|was not|there|no|to|for)(?!\S)")
"""Words that are in every English sentence and in no German one."""


def spoken(app: QApplication, *texts: str) -> None:
    """Each of these is wholly translated."""
    assert texts
    for code in LANGUAGES:
        language.apply(app, code)
        said = {text: language.core(text) for text in texts if text}
        assert not [text for text in said if said[text] == text], f"English in {code}"
        assert not [text for text in said.values() if ENGLISH.search(text)], f"half English in {code}"


def told(app: QApplication, error: HeadwaterError) -> None:
    spoken(app, error.what, error.remedy)


# --- sign-ins


@pytest.mark.parametrize("code", [*sign_in_errors._WORDS, "consent_required"])
def test_why_a_sign_in_ended(themed: QApplication, code: str) -> None:
    told(themed, sign_in_errors.refusal(code))


GOOD = {"iss": "i", "aud": "c", "sub": "s", "exp": 2000.0, "iat": 900.0, "nonce": "n"}


@pytest.mark.parametrize(
    "claims",
    [
        *({"iss": "x"}, {"aud": "x"}, {"aud": ["c", "x"]}, {"azp": "x"}, {"sub": ""}, {"exp": "soon"}),
        *({"exp": 1.0}, {"iat": 1900.0}, {"nbf": 1900.0}, {"nonce": "x"}, {"at_hash": "x"}),
    ],
)
def test_what_is_wrong_with_a_proof_is_told_in_the_details(themed: QApplication, claims: dict[str, Any]) -> None:
    wrong = _wrong_claims({"alg": "RS256"}, {**GOOD, **claims}, "i", "c", "n", "token", 1000.0)
    spoken(themed, wrong)
    error = sign_in_errors.refusal("id_token_invalid", detail=wrong)
    assert language.told(error.info()).detail == language.core(wrong)


# --- network


def tls(text: str) -> ssl.SSLError:
    error = ssl.SSLCertVerificationError(1, text)
    error.verify_message = text
    return error


@pytest.mark.parametrize(
    "error",
    [
        *map(
            tls,
            (
                *("self-signed certificate", "certificate has expired", "certificate is not yet valid"),
                *("Hostname mismatch", "unable to get local issuer certificate", "something else"),
            ),
        ),
        ssl.SSLError(1, "wrong version number"),
    ],
)
def test_why_a_certificate_is_refused(themed: QApplication, error: ssl.SSLError) -> None:
    told(themed, tls_fault(error, where="", host="example.com"))


KEY = ConnectionKey("example.com", 443, True, True, None, None, None)


@pytest.mark.parametrize(
    "error",
    [
        aiohttp.ClientConnectorError(KEY, OSError(111, "refused")),
        aiohttp.ClientProxyConnectionError(KEY, OSError(111, "refused")),
        *(aiohttp.ConnectionTimeoutError(), TimeoutError(), httpx.ReadTimeout("late"), aiohttp.ClientPayloadError()),
        *(httpx.InvalidURL("x"), ConnectionResetError()),
    ],
)
def test_why_the_network_fails(themed: QApplication, error: Exception) -> None:
    told(themed, transport_fault(error, where="", host="example.com", proxy="http://proxy.example:3128"))


@pytest.mark.parametrize("status", [302, 401, 403, 404, 418, 503])
def test_what_a_status_means(themed: QApplication, status: int) -> None:
    told(themed, status_error(status, where="", detail=""))


@pytest.mark.parametrize(
    "host", ["metadata.google.internal", "localhost", "169.254.169.254", "224.0.0.1", "10.0.0.1", "nowhere.example"]
)
@pytest.mark.parametrize("typed", [False, True])
def test_where_no_connection_may_go(themed: QApplication, host: str, typed: bool) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return []

    ends = [Endpoint(host=host, port=443, scheme="https", typed=False)] if typed else []
    with pytest.raises(HeadwaterError) as caught:
        asyncio.run(Guard(ends, resolve=resolve).addresses(host, 443))
    told(themed, caught.value)


# --- secrets


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"x" * 70_000])
def test_why_a_secrets_file_is_of_no_use(themed: QApplication, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(HeadwaterError) as caught:
        asyncio.run(Secrets().get(SecretRef(f"file:{file}")))
    told(themed, caught.value)


class Ring:
    """A keyring that answers this."""

    def __init__(self, answer: str | None) -> None:
        self.answer = answer

    async def get(self, id: str, *, prompt: bool = True) -> str | None:
        if self.answer == "absent":
            raise NoKeyring("none")
        return self.answer


@pytest.mark.parametrize("answer", [None, "absent", "bm90IGEga2V5", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="])
@pytest.mark.parametrize("kind", ["keyring", "passphrase", "session"])
def test_why_the_vault_stays_shut(themed: QApplication, kind: Any, answer: str | None) -> None:
    from app.network import SystemClock

    row = KeyRow("a", kind, "Secret Service", "", b"", b"", b"0" * 40, 0.0)
    with pytest.raises(HeadwaterError) as caught:
        asyncio.run(Keeper(Ring(answer), {}, SystemClock()).fetch(row))  # type: ignore[arg-type]
    told(themed, caught.value)


# --- connections


def run_of(state: Any, **more: Any) -> api.RunView:
    return api.RunView(id="r", connection_id="c", connection="Docs", state=state, queued_at=0.0, **more)


FAILED = ErrorInfo(category="auth", code="x", what="The server does not accept the credential")
LOOKS: dict[str, Callable[[], tuple[_Look, bool, bool]]] = {
    "queued": lambda: (_Look(1204, 0, 0, 0, run_of("queued"), None, None), True, True),
    "waiting": lambda: (
        _Look(1, 0, 0, 0, run_of("waiting", reason="The server has a problem (it answered 503)"), None, None),
        *(True, True),
    ),
    "waiting until": lambda: (
        _Look(1, 0, 0, 0, run_of("waiting", reason="The answer broke off", until=9e8), None, None),
        *(True, True),
    ),
    "pausing": lambda: (_Look(1, 0, 0, 0, run_of("running", pausing=True), None, None), True, True),
    "running": lambda: (_Look(1, 0, 0, 0, run_of("running"), None, None), True, True),
    "not installed": lambda: (_Look(1, 0, 0, 0, None, None, None), False, True),
    "disabled": lambda: (_Look(1, 0, 0, 0, None, None, None), True, False),
    "paused": lambda: (_Look(1204, 0, 0, 0, run_of("paused"), None, None), True, True),
    "new": lambda: (_Look(0, 0, 0, 0, None, None, None), True, True),
    "failed": lambda: (_Look(0, 0, 0, 0, None, run_of("failed", error=FAILED), None), True, True),
    "held back": lambda: (_Look(9, 0, 0, 2, None, run_of("held_back"), None), True, True),
    "failing": lambda: (_Look(9, 0, 1, 0, None, run_of("done_with_failures"), None), True, True),
    "stopped": lambda: (_Look(9, 0, 0, 0, None, run_of("cancelled"), None), True, True),
    "up to date": lambda: (_Look(9, 0, 0, 0, None, run_of("done"), None), True, True),
}


@pytest.mark.parametrize("name", LOOKS)
def test_how_a_connection_stands(themed: QApplication, name: str) -> None:
    look, installed, enabled = LOOKS[name]()
    schedule = api.Schedule()
    stored = Stored(1, "c", "Docs", "s3", {}, 1, 1, 1, enabled, schedule, 0.0, None)
    spoken(themed, describe(stored, look, installed=installed)[1])


def test_numbers_are_counted_in_the_language(themed: QApplication) -> None:
    language.apply(themed, "de")
    assert language.core("Up to date, 1,204 documents") == "Aktuell, 1.204 Dokumente"
    assert language.core("Up to date, 1 document") == "Aktuell, 1 Dokument"
    language.apply(themed, "zh_CN")
    assert language.core("1,204 documents") == "1,204 个文档"


def test_what_stands_within_a_sentence_is_translated_with_it(themed: QApplication) -> None:
    language.apply(themed, "de")
    inner = FAILED.what
    assert language.core(inner) in language.core(f"It failed: {inner} (https://example.com/a)")
    assert "https://example.com/a" in language.core(f"It failed: {inner} (https://example.com/a)")
    said = language.core("Secrets missing: Password; Session token")
    assert (language.core("Password") in said, "Password" in said) == (True, False)


# --- the engine


async def checked(engine: Engine, path: Path) -> list[str]:
    draft = api.ConnectionDraft(type="folder", name="Docs", config={"path": str(path)})
    steps = [step async for step in engine.check(api.CheckTarget(draft=draft))]
    return [
        text for step in steps for text in (step.title, step.error.what if step.error else step.message, step.remedy)
    ]


async def synced(engine: Engine, ref: str) -> None:
    await engine.start_sync(ref, "full")
    while (await engine.connection(ref)).active_run is not None:
        await asyncio.sleep(0.01)


def test_an_engine_at_work(themed: QApplication, tmp_path: Path) -> None:
    async def main() -> list[str]:
        texts: list[str] = []
        docs, empty = tmp_path / "docs", tmp_path / "empty"
        docs.mkdir()
        empty.mkdir()
        (docs / "a.txt").write_text("one")
        (docs / "b.bin").write_bytes(bytes(range(256)))
        (tmp_path / "profile").mkdir()
        (tmp_path / "profile" / "settings.json").write_text('{"version": 99, "network": {"attempts": "many"}}')
        engine = await Engine.open(tmp_path / "profile", vault=SessionVault())
        try:
            for path in (docs, empty, tmp_path / "none"):
                texts += await checked(engine, path)
            added = await engine.add_connection(
                api.ConnectionDraft(type="folder", name="Docs", config={"path": str(docs)})
            )
            texts += (await engine.why(added.id, "a.txt")).findings
            await synced(engine, added.id)
            for source_id in ("a.txt", "c.txt"):
                why = await engine.why(added.id, source_id)
                texts += [*why.findings, why.remedy]
            texts.append((await engine.connection(added.id)).sentence)
            texts += (await engine.settings()).notices
            texts += [each.about for each in await engine.diagnostics()]
            for call in (engine.connection("Dosc"), engine.why(added.id, ""), engine.start_sync("x", "full")):
                try:
                    await call
                except HeadwaterError as error:
                    texts += [error.what, error.remedy]
        finally:
            await engine.close()
        return texts

    texts = asyncio.run(main())
    assert len(texts) > 30
    spoken(themed, *texts)


# --- pickers


def test_a_picker_translates_the_sources_words_and_no_names(
    qtbot: QtBot, run: Run, themed: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def discover(_self: Services, _parent: str | None) -> list[Node]:
        own = Node(id="own", title="My Drive", kind="own_drive", has_children=True)
        return [own, Node(id="b", title="My Drive", kind="drive", detail="Shared"), Node(id="c", title="Downloads")]

    async def body() -> None:
        language.apply(themed, "de")
        monkeypatch.setattr(Services, "discover", discover)
        form = make(qtbot, Services(), {"key": "k"})
        editor = form.findChildren(TreeEditor)[0]
        click(editor.choose)
        await until(lambda: editor.tree.topLevelItemCount() == 3)
        shown = [item.text(0) for number in range(3) if (item := editor.tree.topLevelItem(number)) is not None]
        assert shown == ["Meine Ablage", "My Drive", "Downloads"]
        await form.shutdown()

    run(body())
