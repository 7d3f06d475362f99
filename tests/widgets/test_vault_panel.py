"""The vault in the window: each state says itself and its next action, by mouse and keyboard, in nobody's way."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QLineEdit

from app.api import VaultState
from connectors.sdk import AuthError
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine, replace
from tests.widgets.window import find, press, window
from widgets.pages.page import Place
from widgets.shell import Shell
from widgets.vault_words import strength


def read(shell: Shell) -> str:
    """What the panel says."""
    return " ".join(label.text() for label in shell.vault_panel.findChildren(QLabel) if label.isVisible())


def keys(shell: Shell, text: str) -> None:
    """Typed where the focus is, as a person does who looks at the screen."""
    focused = shell.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)


def key(shell: Shell, which: Qt.Key) -> None:
    focused = shell.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, which)


async def opened(shell: Shell) -> None:
    await until(lambda: not shell.tasks.running("vault look"))
    press(shell.state_line, "vault_state")
    await until(lambda: not shell.tasks.running("vault"))
    assert shell.vault_panel.isVisible()


@pytest.mark.parametrize(
    ("state", "line", "action", "says", "primary"),
    [
        ("open", "Secrets: Secret Service", "", "4 secrets, 2 signed-in accounts", "Give it a new key"),
        ("unused", "Secrets: not set up yet", "", "No secret is stored yet", ""),
        ("session", "Secrets: this session only", "Keep them", "forgotten when Headwater ends", "Keep them for good"),
        ("to_choose", "Secrets: no keyring here", "Choose", "can't be recovered", "Use this passphrase"),
        ("passphrase", "Secrets: locked", "Unlock", "Enter the passphrase with which it was made", "Unlock"),
        ("locked", "Secrets: keyring locked", "Unlock", "Unlock asks it once", "Unlock"),
        ("absent", "Secrets: keyring out of reach", "What to do", "can't be reached", "Try again"),
        ("lost", "Secrets: key lost", "What to do", "Not lost: connections, documents", "Start a new vault"),
    ],
)
def test_each_state_says_itself_and_its_next_action(
    run: Run, engine: FakeEngine, tmp_path: Path, state: VaultState, line: str, action: str, says: str, primary: str
) -> None:
    async def main() -> None:
        engine.vault_state = state
        async with window(engine, tmp_path) as shell:
            await until(lambda: shell.state_line.engine is not None)
            place, act = (find(shell.state_line, QAbstractButton, name) for name in ("vault_state", "unlock"))
            assert (place.text(), place.accessibleName()) == (line, line)
            assert act.isVisible() == bool(action)
            assert act.text() == action
            await opened(shell)
            panel = shell.vault_panel
            assert says in read(shell)
            assert panel.go.isVisible() == bool(primary)
            assert panel.go.text() == primary
            assert panel.accessibleName() in read(shell)
            focused = shell.focusWidget()
            assert focused is not None
            assert panel.isAncestorOf(focused), "the keyboard is where the question is"
            key(shell, Qt.Key.Key_Escape)
            assert panel.isHidden()

    run(main())


@pytest.mark.parametrize("state", ["passphrase", "locked", "absent", "lost"])
def test_what_stops_syncs_is_said_at_the_start(run: Run, engine: FakeEngine, tmp_path: Path, state: VaultState) -> None:
    async def main() -> None:
        engine.vault_state = state
        async with window(engine, tmp_path) as shell:
            await until(shell.vault_panel.isVisible)
            assert shell.stack.isEnabled(), "whoever does not want to answer now works on"

    run(main())


@pytest.mark.parametrize("state", ["open", "unused", "session", "to_choose"])
def test_nothing_is_asked_where_nothing_is_needed(
    run: Run, engine: FakeEngine, tmp_path: Path, state: VaultState
) -> None:
    async def main() -> None:
        engine.vault_state = state
        async with window(engine, tmp_path) as shell:
            await until(lambda: shell.state_line.engine is not None)
            await until(lambda: not shell.tasks.running("vault look"))
            assert shell.vault_panel.isHidden()

    run(main())


def test_a_passphrase_is_chosen_twice_and_judged(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        engine.vault_state = "to_choose"
        async with window(engine, tmp_path) as shell:
            await until(lambda: shell.state_line.engine is not None)
            await opened(shell)
            panel = shell.vault_panel
            hint = find(panel, QLabel, "vault_strength")
            keys(shell, "1234567")
            assert hint.text() == "8 characters or more"
            assert not panel.go.isEnabled()
            keys(shell, "8")
            assert hint.text() == "Easy to guess"
            panel.field.clear()
            keys(shell, "four unrelated words")
            assert hint.text() == "Good"
            assert not panel.go.isEnabled(), "it must be typed once more"
            key(shell, Qt.Key.Key_Return)
            assert shell.focusWidget() is panel.again
            keys(shell, "four unrelated wordz")
            assert hint.text() == "The two differ"
            assert not panel.go.isEnabled()
            panel.again.clear()
            keys(shell, "four unrelated words")
            assert panel.field.echoMode() == panel.again.echoMode() == QLineEdit.EchoMode.Password
            key(shell, Qt.Key.Key_Return)
            await until(panel.isHidden)
            assert ("start_vault", ("passphrase", "four unrelated words")) in engine.calls
            assert panel.field.text() == panel.again.text() == ""

    run(main())


def test_the_session_is_offered_openly_and_can_be_kept_later(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        engine.vault_state = "to_choose"
        async with window(engine, tmp_path) as shell:
            await until(lambda: shell.state_line.engine is not None)
            await opened(shell)
            assert "forgotten when Headwater ends" in read(shell)
            press(shell.vault_panel, "vault_second")
            await until(shell.vault_panel.isHidden)
            assert ("start_vault", ("session", "")) in engine.calls
            place = find(shell.state_line, QAbstractButton, "vault_state")
            await until(lambda: place.text() == "Secrets: this session only")
            press(shell.state_line, "unlock")
            await until(shell.vault_panel.isVisible)
            engine.fail_next = AuthError("This machine has no keyring", remedy="Choose.", code="no_keyring")
            press(shell.vault_panel, "vault_unlock")
            await until(lambda: shell.vault_panel.mode == "choose_again")
            shell.vault_panel.field.setText("four unrelated words")
            shell.vault_panel.again.setText("four unrelated words")
            press(shell.vault_panel, "vault_unlock")
            await until(lambda: ("rotate_vault", ("passphrase", "four unrelated words")) in engine.calls)

    run(main())


def test_a_wrong_passphrase_is_said_and_asked_for_again(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        engine.vault_state = "passphrase"
        async with window(engine, tmp_path) as shell:
            await until(shell.vault_panel.isVisible)
            panel = shell.vault_panel
            assert not panel.again.isVisible(), "it is entered, not chosen"
            engine.fail_next = AuthError("The passphrase does not open the vault", remedy="Enter it.", code="x")
            keys(shell, "mistyped")
            key(shell, Qt.Key.Key_Return)
            problem = find(panel, QLabel, "vault_problem")
            await until(problem.isVisible)
            assert problem.text() == "The passphrase does not open the vault. Enter it."
            assert panel.field.hasSelectedText(), "ready to be typed over"
            keys(shell, "correct horse")
            key(shell, Qt.Key.Key_Return)
            await until(panel.isHidden)
            assert (
                engine.calls[-1] == ("unlock_vault", "correct horse")
                or ("unlock_vault", "correct horse") in engine.calls
            )

    run(main())


def test_a_forgotten_passphrase_has_a_way_on(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        engine.vault_state = "passphrase"
        async with window(engine, tmp_path) as shell:
            await until(shell.vault_panel.isVisible)
            press(shell.vault_panel, "vault_second")
            assert "Lost: 6 saved secrets" in read(shell)
            assert "in case you remember it" in read(shell)
            press(shell.vault_panel, "vault_second")
            assert shell.vault_panel.mode == "passphrase"
            press(shell.vault_panel, "vault_second")
            press(shell.vault_panel, "vault_unlock")
            await until(lambda: ("start_vault", ("keyring", "")) in engine.calls)
            await until(shell.vault_panel.isHidden)

    run(main())


def test_a_new_key_shows_how_far_it_is(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            await until(lambda: shell.state_line.engine is not None)
            await opened(shell)
            seen: list[str] = []
            panel = shell.vault_panel
            original = panel._why.setText

            def noted(text: str) -> None:
                seen.append(text)
                original(text)

            panel._why.setText = noted  # type: ignore[method-assign]
            press(panel, "vault_unlock")
            await until(lambda: ("rotate_vault", (None, "")) in engine.calls)
            await until(lambda: not shell.tasks.running("unlock"))
            assert "3 of 6 encrypted anew" in seen
            assert panel.isVisible()
            assert "Your secrets are kept with the Secret Service" in read(shell)

    run(main())


def test_what_waited_goes_on_and_what_was_put_off_does_not(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        engine.vault_state = "locked"
        async with window(engine, tmp_path) as shell:
            await until(shell.vault_panel.isVisible)
            went_on: list[int] = []
            shell.ask_passphrase("", lambda: went_on.append(1))
            await until(lambda: not shell.tasks.running("vault"))
            press(shell.vault_panel, "vault_later")
            shell.ask_passphrase("", lambda: went_on.append(2))
            await until(shell.vault_panel.isVisible)
            press(shell.vault_panel, "vault_unlock")
            await until(shell.vault_panel.isHidden)
            assert went_on == [2]
            await asyncio.sleep(0)

    run(main())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "short"),
        ("abc", "short"),
        ("aaaaaaaaaaaa", "weak"),
        ("password", "weak"),
        ("correct horse battery", "good"),
    ],
)
def test_a_hint_at_how_easily_a_passphrase_is_guessed(text: str, found: str) -> None:
    assert strength(text) == found


def test_a_connection_whose_secret_is_missing_says_so_and_takes_it_where_one_stands(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        connection = await engine.connection("Contracts")
        engine.put(replace(connection, state="sign_in_again", sentence="Secret missing: Token", active_run=None))
        async with window(engine, tmp_path, Place("connection", "Contracts")) as shell:
            assert shell.current is not None
            panels = shell.current.findChildren(QFrame, "error_panel")
            await until(lambda: any(panel.isVisible() for panel in panels))
            (panel,) = (panel for panel in panels if panel.isVisible())
            assert panel.accessibleName() == "Secret missing: Token"
            assert find(panel, QAbstractButton, "error_action").text() == "Sign in again"

    run(main())
