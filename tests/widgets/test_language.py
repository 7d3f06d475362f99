"""Another language while the window runs: every part of it speaks, the person stays where they were."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit

from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import find, idle, window
from widgets import language
from widgets.pages.page import Place
from widgets.parts.words import plural


@pytest.fixture(autouse=True)
def english(themed: QApplication) -> Iterator[None]:
    """The tests after this one speak English."""
    usual = QLocale()
    yield
    language.apply(themed, "en")
    QLocale.setDefault(usual)


def speak(shell: object, code: str) -> None:
    preferences = shell.preferences  # type: ignore[attr-defined]
    preferences.apply(replace(preferences.now, language=code))


def test_the_window_changes_its_language_where_it_is(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, Place("connection", "con_s3", "runs")) as shell:
            before = shell.navigator.where()
            await until(lambda: shell.state_line.engine is not None)
            speak(shell, "de")
            await idle(shell)
            assert shell.navigator.where() == before
            assert find(shell.rail, QAbstractButton, "rail_sources").accessibleName() == "Quellen"
            assert find(shell.rail, QAbstractButton, "rail_sources").isChecked()
            assert not find(shell.rail, QAbstractButton, "rail_library").isChecked()
            words = [label.text() for label in shell.state_line.findChildren(QLabel)]
            assert "Engine running" not in words
            assert all(text for text in words[:1])
            shell.served.palette.open()
            assert shell.served.palette.field.placeholderText() != "Go to a source or document, or do something"
            shell.served.palette.dismiss()
            speak(shell, "en")
            await idle(shell)
            assert find(shell.rail, QAbstractButton, "rail_sources").accessibleName() == "Sources"
            assert shell.navigator.where() == before

    run(main())


def test_what_is_being_typed_for_a_new_source_outlives_the_language(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        async with window(engine, tmp_path, Place("add_source", "folder")) as shell:
            name = next(field for field in shell.current.findChildren(QLineEdit) if field.text() == "Folder")  # type: ignore[union-attr]
            name.setText("My papers")
            speak(shell, "pseudo")
            await idle(shell)
            await until(lambda: "My papers" in [field.text() for field in shell.findChildren(QLineEdit)])

    run(main())


def test_what_the_core_says_is_translated_by_its_template(themed: QApplication) -> None:
    said = "There is already a connection with this name"
    language.apply(themed, "de")
    assert language.core(said) != said
    assert language.core("These fields exist: a, b.").endswith("a, b.")
    assert language.core("These fields exist: a, b.") != "These fields exist: a, b."
    assert language.core("Something that an extension says in its own words") == (
        "Something that an extension says in its own words"
    )
    language.apply(themed, "en")
    assert language.core(said) == said


def test_qts_own_texts_are_translated_too(themed: QApplication) -> None:
    language.apply(themed, "de")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
    assert QLocale().toString(1234.5, "f", 1) == "1.234,5"


def test_each_language_has_the_number_forms_it_needs(themed: QApplication) -> None:
    language.apply(themed, "de")
    one, many = plural(1, "{0} document", "{0} documents"), plural(1204, "{0} document", "{0} documents")
    assert (one, many) == ("1 Dokument", "1.204 Dokumente")
    language.apply(themed, "zh_CN")
    assert plural(1, "{0} document", "{0} documents")[2:] == plural(2, "{0} document", "{0} documents")[2:]


def test_right_to_left_turns_the_window(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            speak(shell, "pseudo_rtl")
            await idle(shell)
            assert shell.layoutDirection() == Qt.LayoutDirection.RightToLeft
            assert shell.rail.mapTo(shell, shell.rail.rect().topLeft()).x() > shell.width() // 2
            speak(shell, "en")
            await idle(shell)
            assert shell.layoutDirection() == Qt.LayoutDirection.LeftToRight

    run(main())


@pytest.mark.parametrize("code", ["de", "zh_CN"])
def test_the_catalogue_is_what_was_translated(code: str) -> None:
    """A compiled catalogue is committed beside its source, so that the app needs nothing to read it."""
    with (language.FOLDER / f"{code}.mo").open("rb") as stream:
        catalogue = gettext.GNUTranslations(stream)
    assert catalogue.gettext("Sources") != "Sources"
