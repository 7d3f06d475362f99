"""`python -m tests.widgets.pictures DIR [NAME...]` paints the window's pages, light and dark, from the fake engine.

For looking at: a change of the theme or of a page is judged by these pictures, not by its diff.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from app.accounts.oauth.errors import refusal
from app.api import Gauge, RunCounts, VaultKeeper, VaultState
from connectors.sdk import HeadwaterError
from tests.widgets.fake_data import stand
from tests.widgets.fake_engine import FAILED_STEPS, FakeEngine, replace
from tests.widgets.window import idle, press, settings
from widgets import theme
from widgets.loop import run
from widgets.pages.page import Place
from widgets.shell import Shell

Scene = Callable[[Shell, FakeEngine], Awaitable[None]]
SIZE = (1180, 760)


def at(place: Place) -> Scene:
    """A page as it opens."""

    async def scene(shell: Shell, _engine: FakeEngine) -> None:
        shell.go(place)

    return scene


async def nothing(_shell: Shell, _engine: FakeEngine) -> None:
    """The page the window opens with."""


async def closing(shell: Shell, _engine: FakeEngine) -> None:
    """The question before a close that would stop a run."""
    shell.tray_available = True
    shell.ask_to_close()


def form(type: str, value: dict[str, Any], *, test: bool = False, fails: bool = False) -> Scene:
    """A source's form, and its test."""

    async def scene(shell: Shell, engine: FakeEngine) -> None:
        shell.go(Place("add_source"))
        await idle(shell)
        page = cast(Any, shell.current)
        page.catalogue.search.setText(type)
        page.catalogue.search.flush()
        page.catalogue.search.entered.emit()
        await settle()
        page.draft.form.set_value(value)
        if test:
            engine.steps = list(FAILED_STEPS) if fails else engine.steps
            page.draft.test.toggle()

    return scene


def sign_in(*presses: str, provider: str = "", end: HeadwaterError | None = None, good: bool = False) -> Scene:
    """The sign-in panel after some buttons, and after its end."""

    async def scene(shell: Shell, engine: FakeEngine) -> None:
        shell.go(Place("accounts"))
        await idle(shell)
        page = cast(Any, shell.current)
        for name in presses:
            press(page, name)
            await settle()
            if provider and page.panel.chooser.isVisible():
                page.panel.chooser.chosen.emit(provider)
                page.panel.client_step.choose_own()
        if end is not None or good:
            account = replace(engine.account_list["acc_b2"], state="ok", reason="")
            engine.end_sign_in(end or account)

    return scene


def vault(state: VaultState, *then: str, keeper: VaultKeeper | None = None) -> Scene:
    """The vault's panel in a state, after some buttons."""

    async def scene(shell: Shell, engine: FakeEngine) -> None:
        engine.vault_state = state
        if keeper is not None:
            engine.vault_keeper = (keeper, "passphrase vault" if keeper == "passphrase" else "Secret Service")
        engine.emit("vault_changed")
        await asyncio.sleep(0.6)
        press(shell.state_line, "vault_state")
        await settle()
        for name in then:
            if name.startswith("="):
                shell.vault_panel.field.setText(name[1:])
                shell.vault_panel.again.setText(name[1:])
            else:
                press(shell.vault_panel, name)
            await settle()

    return scene


def stands(name: str, tab: str = "overview", **changes: Any) -> Scene:
    """A connection's page in a state of its own."""

    async def scene(shell: Shell, engine: FakeEngine) -> None:
        connection = await engine.connection(name)
        stand(engine, connection, **changes)
        shell.go(Place("connection", connection.id, tab))

    return scene


async def chosen(shell: Shell, engine: FakeEngine) -> None:
    """Several rows chosen."""
    page = cast(Any, shell.current)
    stand(engine, await engine.connection("Release notes"), run="paused")
    page.reload()
    await settle()
    page.list.selectAll()
    page.list.setFocus()


async def many(shell: Shell, engine: FakeEngine) -> None:
    """Two hundred, some with names as long as names may be."""
    for number in range(191):
        name = f"Wiki of team {number}" if number % 7 else f"{number} " + "Minutes of the board and all committees " * 5
        engine.make_connection(name[:200], "webdav", "up_to_date", "Up to date", documents=number * 37, last_ok_at=1e9)
    cast(Any, shell.current).reload()


def selected_page(name: str) -> Scene:
    """A connection whose name is as long as a name may be."""

    async def scene(shell: Shell, engine: FakeEngine) -> None:
        connection = await engine.connection(name)
        engine.put(replace(connection, name=("Minutes of the board and all committees " * 6)[:200]))
        shell.go(Place("connection", connection.id))

    return scene


SCENES: dict[str, Scene] = {
    "sources": nothing,
    "first-start": nothing,
    "closing": closing,
    "catalogue": at(Place("add_source")),
    "form": form("s3", {"bucket": "contracts", "access_key_id": "AKIADEMO"}),
    "test": form("folder", {"path": "/srv/handbook"}, test=True),
    "test-failed": form("folder", {"path": "/srv/handbook"}, test=True, fails=True),
    "sources-chosen": chosen,
    "sources-200": many,
    "overview": at(Place("connection", "Contracts")),
    "overview-pausing": stands("Contracts", run="pausing"),
    "overview-paused": stands("Contracts", run="paused"),
    "overview-waiting": stands("Contracts", run="waiting"),
    "overview-queued": stands("Contracts", run="queued"),
    "overview-done-with-failures": stands("Contracts", run=""),
    "overview-up-to-date": at(Place("connection", "Company drive")),
    "overview-failed": at(Place("connection", "Invoices")),
    "overview-new": at(Place("connection", "Press")),
    "overview-disabled": at(Place("connection", "Old intranet")),
    "overview-long-name": selected_page("Contracts"),
    "held-back": at(Place("connection", "Archive")),
    "sign-in-again": at(Place("connection", "Handbook")),
    "documents": at(Place("connection", "Contracts", "documents")),
    "runs": at(Place("connection", "Contracts", "runs")),
    "settings": at(Place("connection", "Contracts", "settings")),
    "library": at(Place("library")),
    "activity": at(Place("activity")),
    "accounts": at(Place("accounts")),
    "sign-in": sign_in("sign_in"),
    "sign-in-client": sign_in("sign_in", provider="google"),
    "sign-in-waiting": sign_in("again"),
    "sign-in-denied": sign_in("again", end=refusal("access_denied", where="Notion")),
    "sign-in-timed-out": sign_in("again", end=refusal("timeout", where="Notion")),
    "signed-in": sign_in("again", good=True),
    "sign-out": sign_in("sign_out"),
    "vault-open": vault("open"),
    "vault-passphrase-open": vault("open", keeper="passphrase"),
    "vault-unused": vault("unused"),
    "vault-choose": vault("to_choose", "=correct horse battery"),
    "vault-passphrase": vault("passphrase"),
    "vault-forgotten": vault("passphrase", "vault_second"),
    "vault-locked": vault("locked"),
    "vault-absent": vault("absent"),
    "vault-lost": vault("lost"),
    "vault-session": vault("session"),
}


async def settle() -> None:
    """Let layouts and loads come to rest."""
    for _ in range(12):
        await asyncio.sleep(0.02)


async def paint(app: QApplication, name: str, scheme: theme.Scheme, folder: Path) -> Path:
    """One picture."""
    theme.apply(app, scheme)
    engine = FakeEngine(empty=name == "first-start")
    with tempfile.TemporaryDirectory() as profile:
        shell = Shell(settings(Path(profile)))
        shell.resize(*SIZE)
        shell.show()
        shell.attach(cast(Any, engine))
        await idle(shell)
        for connection in await engine.connections():
            if connection.active_run is not None:
                counts = RunCounts(documents=4120, new=118, changed=31, unchanged=3971, failed=2, bytes=48_200_000)
                engine.emit(
                    gauge=Gauge(
                        run_id=connection.active_run.id,
                        connection_id=connection.id,
                        counts=counts,
                        total=9800,
                        rate=1240,
                        current="2024/legal/nda.docx",
                    )
                )
        await SCENES[name](shell, engine)
        await settle()
        file = folder / f"{name}-{scheme}.png"
        shell.grab().save(str(file))
        await shell.detach()
        shell.finish()
        shell.deleteLater()
    return file


async def main(app: QApplication, folder: Path, names: list[str]) -> None:
    """All pictures that were asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or SCENES:
        for scheme in ("light", "dark"):
            print(await paint(app, name, scheme, folder))


if __name__ == "__main__":
    if len(sys.argv) < 2 or any(name not in SCENES for name in sys.argv[2:]):
        sys.exit(f"usage: python -m tests.widgets.pictures DIR [{' '.join(SCENES)}]")
    application = QApplication([])
    with patch("widgets.sign_in.panel.open_url", return_value=True):  # no browser for a picture
        run(application, main(application, Path(sys.argv[1]), sys.argv[2:]))
