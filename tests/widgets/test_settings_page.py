"""The settings page: a change holds at once, is taken back, is found; what can't be is said and holds nowhere."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QWidget,
)

from app.api import SettingsEdit
from connectors.sdk import ConfigError, PermanentError
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import find, idle, press, window
from widgets import theme
from widgets.pages.page import Place
from widgets.shell import Shell

Values = dict[str, Any]


@pytest.fixture(autouse=True)
def usual_look(themed: QApplication) -> Any:
    """A test that changes the look leaves it as it was."""
    yield
    theme.apply(themed, "light", text_size=100, reduced_motion=False)


def at(section: str) -> Place:
    return Place("settings", tab=section)


def stored(engine: FakeEngine) -> Values:
    """What differs from its default."""
    values = engine.settings_store.values()
    return {pointer: values[pointer] for pointer in engine.settings_store.changed()}


def page(shell: Shell) -> Any:
    assert shell.current is not None
    return shell.current


async def ready(shell: Shell) -> None:
    """Until the section that is wanted can be used; clicks before that reach nothing."""
    await until(lambda: page(shell).forms)
    shown = page(shell).forms.get(page(shell).section)
    await until(lambda: shown is None or shown.isVisible())


def error_under(shell: Shell, section: str, name: str) -> str:
    state = page(shell).forms[section].form.state
    error = state.visible_error((name,))
    return error.message if error is not None else ""


async def type_in(shell: Shell, name: str, text: str) -> QLineEdit:
    line = find(page(shell), QLineEdit, name)
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    return line


def test_a_choice_holds_at_once_in_the_whole_window(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        async with window(engine, tmp_path, at("appearance")) as shell:
            await ready(shell)
            press(page(shell), "field:/scheme=dark")
            await until(lambda: theme.tokens().dark)
            assert stored(engine) == {"/appearance/scheme": "dark"}
            page(shell).forms["appearance"].form.undo()
            await until(lambda: not theme.tokens().dark)
            assert stored(engine) == {}
            page(shell).forms["appearance"].form.redo()
            await until(lambda: theme.tokens().dark)
            press(page(shell), "reset_appearance")
            await until(lambda: not theme.tokens().dark)
            assert stored(engine) == {}

    run(body())


@pytest.mark.point(14)
def test_each_setting_goes_back_to_its_default_alone(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        async with window(engine, tmp_path, at("startup")) as shell:
            await ready(shell)
            for name in ("field:/notifications", "field:/at_login"):
                QTest.mouseClick(find(page(shell), QCheckBox, name), Qt.MouseButton.LeftButton, pos=_box())
            await until(lambda: len(stored(engine)) == 2)
            marks = [one for one in page(shell).findChildren(QAbstractButton) if one.property("kind") == "mark"]
            shown = {one.accessibleName(): one for one in marks if one.isVisible()}
            assert len(shown) == 2
            QTest.mouseClick(next(one for name, one in shown.items() if "Notify" in name), Qt.MouseButton.LeftButton)
            await until(lambda: stored(engine) == {"/startup/at_login": True})

    run(body())


def test_what_is_typed_holds_after_a_pause_and_what_can_not_be_holds_nowhere(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def body() -> None:
        async with window(engine, tmp_path, at("network")) as shell:
            await ready(shell)
            press(page(shell), "field:/proxy=manual")
            await until(lambda: stored(engine) == {"/network/proxy": "manual"})
            await until(lambda: page(shell).findChild(QLineEdit, "field:/proxy_url") is not None)
            await type_in(shell, "field:/proxy_url", "socks5://proxy:1")
            assert error_under(shell, "network", "proxy_url") == "", "nothing is said while it is being typed"
            await until(lambda: "http://host:port" in error_under(shell, "network", "proxy_url"))
            assert stored(engine) == {"/network/proxy": "manual"}
            await type_in(shell, "field:/proxy_user", "ada")
            await until(lambda: stored(engine).get("/network/proxy_user") == "ada")
            assert "/network/proxy_url" not in stored(engine), "one that can't be does not hold up the others"
            await type_in(shell, "field:/proxy_url", "http://proxy.example:3128")
            assert error_under(shell, "network", "proxy_url") == ""
            await until(lambda: stored(engine).get("/network/proxy_url") == "http://proxy.example:3128")

    run(body())


def test_what_the_engine_refuses_is_said_under_its_field(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        async with window(engine, tmp_path, at("network")) as shell:
            await ready(shell)
            engine.fail_next = ConfigError(
                "The certificate authority file can't be read",
                pointer="/network/ca_file",
                where="/nowhere.pem",
                remedy="Name a readable PEM file.",
            )
            line = await type_in(shell, "field:/ca_file", "/nowhere.pem")
            find(page(shell), QLineEdit, "search").setFocus()
            await until(lambda: "Name a readable PEM file" in error_under(shell, "network", "ca_file"))
            assert "Name a readable PEM file" in line.accessibleDescription()
            engine.fail_next = PermanentError("The settings can't be written", remedy="Free some space.")
            press(page(shell), "field:/proxy=none")
            await until(lambda: "Free some space" in error_under(shell, "network", "proxy"))
            assert stored(engine) == {}

    run(body())


def test_a_secret_holds_when_it_is_left_and_is_never_shown_again(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        await engine.edit_settings(SettingsEdit(values={"network.proxy": "manual"}))
        async with window(engine, tmp_path, at("network")) as shell:
            await until(lambda: page(shell).findChild(QLineEdit, "field:/proxy_password") is not None)
            await type_in(shell, "field:/proxy_password", "hunter2")
            page(shell).forms["network"].flush()
            assert "/network/proxy_password" not in stored(engine), "half of a secret is none"
            find(page(shell), QLineEdit, "field:/proxy_user").setFocus()
            await until(lambda: "/network/proxy_password" in stored(engine))
            [edit] = [argument for name, argument in engine.calls if name == "edit_settings"][1:]
            assert edit.secrets == {"/network/proxy_password": "value:hunter2"}
            said = [one.text() for one in page(shell).findChildren(QLabel)] + [
                one.text() for one in page(shell).findChildren(QLineEdit)
            ]
            assert not [text for text in said if "hunter2" in text]
            assert "Stored in Secret Service" in said
            remove = next(
                one for one in page(shell).findChildren(QAbstractButton) if one.accessibleName().startswith("Remove ")
            )
            QTest.mouseClick(remove, Qt.MouseButton.LeftButton)
            find(page(shell), QLineEdit, "field:/no_proxy").setFocus()
            await until(lambda: "/network/proxy_password" not in stored(engine))

    run(body())


def test_another_window_is_heard_and_what_is_typed_here_stays(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        async with window(engine, tmp_path, at("network")) as shell:
            await ready(shell)
            line = await type_in(shell, "field:/ca_file", "/half/wr")
            await engine.edit_settings(SettingsEdit(values={"network.attempts": 7, "appearance.text_size": 150}))
            await until(lambda: theme.text_size() == 150)
            form = page(shell).forms["network"].form
            await until(lambda: form.value()["attempts"] == 7)
            assert line.text() == "/half/wr"

    run(body())


def test_a_setting_is_found_by_its_name_its_help_and_its_choices(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        async with window(engine, tmp_path, at("appearance")) as shell:
            await ready(shell)
            shown = page(shell)

            def found(text: str) -> list[str]:
                shown.search.setText(text)
                shown.search.flush()
                return [shown.results.list.item(row).text() for row in range(shown.results.list.count())]

            assert found("dark") == ["Colours  ·  Appearance"]
            assert "Password at the proxy  ·  Network" in found("password"), "also one that is not to be seen yet"
            assert found("passphrase") == ["Passphrase  ·  Vault"]
            assert found("certificate") == ["Additional certificate authorities  ·  Network"]
            assert found("nothing of the kind") == []
            found("PEM")
            QTest.keyClick(shown.search, Qt.Key.Key_Return)
            assert shown.section == "network"
            await until(lambda: (QApplication.focusWidget() or shown).objectName() == "field:/ca_file")
            found("dark")
            QTest.keyClick(shown.search, Qt.Key.Key_Escape)
            await until(lambda: shown._stack.currentWidget() is shown._areas["network"])

    run(body())


def test_language_is_offered_only_where_there_is_another_one(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        async with window(engine, tmp_path, at("appearance")) as shell:
            await ready(shell)
            assert find(page(shell), QAbstractButton, "section_language").isVisible()
            engine.settings_languages = {"en": "English"}
            page(shell).refresh()
            await until(lambda: not find(page(shell), QAbstractButton, "section_language").isVisible())

    run(body())


def test_notices_and_what_the_environment_decides_are_said(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        engine.settings_notices = ["The settings could not be read"]
        engine.settings_fixed = {"/network/proxy": "HEADWATER_PROXY"}
        async with window(engine, tmp_path, at("network")) as shell:
            await ready(shell)
            said = [one.text() for one in page(shell).findChildren(QLabel) if one.isVisible()]
            assert "The settings could not be read" in said
            assert any("HEADWATER_PROXY" in text for text in said)

    run(body())


def test_the_library_tells_where_it_is_and_how_to_move_it(
    run: Run, engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def refuse(path: str) -> bool:
        opened.append(path)
        return False

    monkeypatch.setattr("widgets.pages.settings_library.open_folder", refuse)

    async def body() -> None:
        async with window(engine, tmp_path, at("library")) as shell:
            facts = page(shell).library.facts.texts()
            assert facts["Folder"] == (await engine.engine()).profile
            press(page(shell), "open_folder")
            assert opened == [facts["Folder"]]
            assert any("No file manager" in one.text() for one in page(shell).findChildren(QLabel) if one.isVisible())
            press(page(shell), "copy_path")
            assert QGuiApplication.clipboard().text() == facts["Folder"]

    run(body())


def test_the_vault_gets_a_new_key_and_another_keeper(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        async with window(engine, tmp_path, at("vault")) as shell:
            press(page(shell), "rotate_vault")
            await until(lambda: ("rotate_vault", (None, "")) in engine.calls)
            await until(lambda: any("new key" in one.text() for one in page(shell).findChildren(QLabel)))
            press(page(shell), "vault_to_passphrase")
            vault = page(shell).vault
            vault.first.setText("four unrelated words")
            vault.second.setText("four unrelated worlds")
            press(page(shell), "take_passphrase")
            assert any("not the same" in one.text() for one in vault.findChildren(QLabel) if one.isVisible())
            vault.second.setText("four unrelated words")
            press(page(shell), "take_passphrase")
            await until(lambda: ("rotate_vault", ("passphrase", "four unrelated words")) in engine.calls)
            await until(lambda: vault.first.text() == "")

    run(body())


@pytest.mark.point(46)
def test_every_file_of_the_bundle_is_seen_before_exactly_that_is_saved(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def body() -> None:
        async with window(engine, tmp_path / "profile", at("diagnostics")) as shell:
            shown = page(shell).diagnostics
            assert not find(shown, QAbstractButton, "save_diagnostics").isVisible(), "nothing is saved unseen"
            press(shown, "gather_diagnostics")
            await until(lambda: shown.list.count() == 2)
            for row, file in enumerate(engine.bundle):
                shown.list.setCurrentRow(row)
                assert find(shown, QPlainTextEdit, "diagnostics_text").toPlainText() == file.text
            engine.bundle = engine.bundle[:1]  # what happens after it was looked at is not saved
            target = tmp_path / "bundle.zip"
            shown.save(target)
            await until(target.exists)
            with zipfile.ZipFile(target) as saved:
                assert saved.namelist() == ["versions.json", "log.jsonl"]
            shown.save(tmp_path / "no folder" / "bundle.zip")
            await until(lambda: any("could not be saved" in one.text() for one in shown.findChildren(QLabel)))

    run(body())


@pytest.mark.point(39)
def test_every_input_of_every_section_has_a_name(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        await engine.edit_settings(SettingsEdit(values={"network.proxy": "manual"}))
        async with window(engine, tmp_path, at("appearance")) as shell:
            await ready(shell)
            for form in page(shell).forms.values():
                form.form.build_all()
            kinds = (QAbstractButton, QLineEdit, QPlainTextEdit)
            nameless = [
                one.objectName() or type(one).__name__
                for one in page(shell).findChildren(QWidget)
                if isinstance(one, kinds) and not one.isHidden() and one.focusPolicy() != Qt.FocusPolicy.NoFocus
                if not (one.accessibleName() or getattr(one, "text", str)() or _buddy(page(shell), one))
            ]
            assert nameless == []

    run(body())


@pytest.mark.point(41)
@pytest.mark.parametrize("size", [(1180, 760), (900, 600)])
def test_at_200_percent_nothing_is_clipped(run: Run, engine: FakeEngine, tmp_path: Path, size: tuple[int, int]) -> None:
    async def body() -> None:
        await engine.edit_settings(SettingsEdit(values={"network.proxy": "manual"}))
        async with window(engine, tmp_path, at("appearance")) as shell:
            shell.resize(*size)
            await ready(shell)
            press(page(shell), "field:/text_size=200")
            await until(lambda: theme.text_size() == 200)
            for section in page(shell)._titles:
                shell.go(at(section))
                await idle(shell)
                QApplication.sendPostedEvents()
                area = page(shell)._areas[section]
                inner = area.widget()
                assert inner.width() <= area.viewport().width(), f"{section} is wider than its place"
                clipped = [
                    one.text()
                    for one in inner.findChildren(QWidget)
                    if isinstance(one, QAbstractButton | QLabel) and one.isVisible() and one.text()
                    # A hint that may be cut has its whole text in a tooltip.
                    if one.sizePolicy().horizontalPolicy() != QSizePolicy.Policy.Ignored or not one.toolTip()
                    if one.width() < one.minimumSizeHint().width() or one.height() < one.minimumSizeHint().height()
                ]
                assert clipped == [], section
                small = [
                    one.text()
                    for one in inner.findChildren(QLabel)
                    if one.isVisible() and one.text() and one.font().pixelSize() < 24
                ]
                assert small == [], f"{section}: not grown"
            press(shell, "section_appearance")
            press(page(shell), "field:/text_size=100")
            await until(lambda: theme.text_size() == 100)
            title = next(one for one in page(shell).findChildren(QLabel) if one.text() == "Settings")
            assert title.font().pixelSize() == 20

    run(body())


def test_other_pages_are_built_anew_in_the_new_size_and_the_draft_stays(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def body() -> None:
        async with window(engine, tmp_path, Place("sources")) as shell:
            before = page(shell)
            shell.go(at("appearance"))
            await ready(shell)
            shown = page(shell)
            press(shown, "field:/text_size=150")
            await until(lambda: "sources" not in shell.pages)
            assert page(shell) is shown, "the page that fits itself stays as it is"
            shell.go(Place("sources"))
            await idle(shell)
            assert page(shell) is not before

    run(body())


def test_the_section_is_remembered_by_back_and_forward(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        async with window(engine, tmp_path, at("vault")) as shell:
            shell.go(Place("library"))
            await idle(shell)
            shell.navigator.go_back()
            await idle(shell)
            assert page(shell).section == "vault"

    run(body())


def _buddy(parent: QWidget, one: QWidget) -> bool:
    return any(label.buddy() is one for label in parent.findChildren(QLabel))


def _box() -> Any:
    from PySide6.QtCore import QPoint

    return QPoint(12, 14)
