"""The author's window: it follows the file, keeps what was filled in, and survives a file that is being written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QListWidget, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.forms import write
from widgets.author.reading import sources
from widgets.author.window import AuthorWindow


@pytest.fixture
def opened(themed: QApplication, qtbot: QtBot) -> Any:
    """Opens the window on files."""

    def open_(*files: Path, **keywords: Any) -> AuthorWindow:
        window = AuthorWindow(list(sources([str(file) for file in files])), **keywords)
        qtbot.addWidget(window)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    return open_


def schema(**properties: Any) -> str:
    return json.dumps({"type": "object", "required": list(properties), "properties": properties})


def says(window: QWidget, name: str) -> str:
    return next(one for one in window.findChildren(QPlainTextEdit) if one.accessibleName() == name).toPlainText()


def test_value_problems_and_warnings_stand_beside_the_form(opened: Any, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(schema(name={"type": "string", "tittle": "Name"}, token={"type": "string", "airbyte_secret": True}))
    window = opened(file)
    assert "/name" in says(window, "Problems")
    assert "tittle" in says(window, "For the schema's author")
    write(window.form, "/name", "n")
    write(window.form, "/token", "do-not-show")
    assert json.loads(says(window, "What would be saved")) == {"name": "n"}
    assert says(window, "Problems") == "None"


def test_file_that_changes_is_read_again_and_what_was_typed_stays(opened: Any, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "one.json"
    file.write_text(schema(name={"type": "string"}))
    window = opened(file)
    write(window.form, "/name", "kept")
    file.write_text('{"type": "obj')
    qtbot.waitUntil(lambda: any("not JSON" in text for text in shown(window)))
    assert window.form.value() == {"name": "kept"}
    other = tmp_path / "new"
    other.write_text(schema(name={"type": "string"}, more={"type": "integer", "default": 3}))
    other.replace(file)  # as editors do
    qtbot.waitUntil(lambda: "more" in window.form.state.form.root.by_name)
    assert window.form.value()["name"] == "kept"
    assert not any("not JSON" in text for text in shown(window))


def test_several_schemas_are_a_list_to_choose_from(opened: Any, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(schema(**{f"field_{name}": {"type": "string"}}))
    (tmp_path / "values").mkdir()
    (tmp_path / "values" / "b.json").write_text('{"field_b": "given"}')
    window = opened(tmp_path, values=tmp_path / "values")
    assert window.form.value() == {}
    window.findChild(QListWidget).setCurrentRow(1)
    assert window.form.value() == {"field_b": "given"}
    assert window.windowTitle().startswith("b")


def shown(window: QWidget) -> list[str]:
    from PySide6.QtWidgets import QLabel

    return [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
