"""What of the settings concerns the window: read before the engine is there, followed from then on, in every part."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.api import SettingsEdit
from app.settings.early import Early
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import window
from widgets import theme
from widgets.parts import label
from widgets.preferences import at_start


@pytest.fixture(autouse=True)
def usual_look(themed: QApplication) -> Iterator[None]:
    """A test that changes the look leaves it as it was."""
    yield
    theme.apply(themed, "light", text_size=100, reduced_motion=False)


def test_the_window_is_dressed_before_the_engine_is_there(themed: QApplication, tmp_path: Path) -> None:
    written = {"appearance": {"scheme": "dark", "text_size": 150, "reduced_motion": True}}
    (tmp_path / "settings.json").write_text(json.dumps(written))
    early = at_start(themed, tmp_path)
    assert early == Early(scheme="dark", text_size=150, reduced_motion=True)
    assert theme.tokens().dark
    assert theme.font("body").pixelSize() == 20
    assert theme.motion_ms() == 0


def test_the_start_reads_the_file_without_the_model(tmp_path: Path) -> None:
    code = "import sys, widgets.preferences; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_change_from_elsewhere_reaches_the_whole_window(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        async with window(engine, tmp_path) as shell:
            width = shell.rail.width()
            values = {"appearance.scheme": "dark", "appearance.text_size": 125, "startup.keep_running": True}
            await engine.edit_settings(SettingsEdit(values={**values, "startup.notifications": False}))
            await until(lambda: theme.tokens().dark)
            assert theme.text_size() == 125
            assert shell.keep_running
            assert not shell.preferences.now.notifications
            await until(lambda: shell.rail.width() > width)

    run(body())


def test_colours_chosen_by_a_command_are_kept(run: Run, engine: FakeEngine, tmp_path: Path) -> None:
    async def body() -> None:
        async with window(engine, tmp_path) as shell:
            assert shell.served.run(shell.served.commands["view.dark"])
            assert theme.tokens().dark, "at once, whatever the engine does"
            await until(lambda: engine.settings_store.settings.appearance.scheme == "dark")
            assert shell.scheme == "dark"

    run(body())


@pytest.mark.parametrize("role", ["title", "section", "body", "strong", "detail", "mono"])
def test_text_grows_and_shrinks_live(themed: QApplication, role: theme.FontRole) -> None:
    made = label("text", role)
    odd = QPushButton("own")
    font = theme.font("title")
    font.setPixelSize(26)
    odd.setFont(font)
    usual, width = made.font().pixelSize(), made.sizeHint().width()
    for percent in (200, 110, 175, 125, 150, 100):
        theme.apply(themed, "light", text_size=percent)
        assert made.font().pixelSize() == theme.scaled(usual)
        assert odd.font().pixelSize() == theme.scaled(26)
        assert label("new", role).font().pixelSize() == made.font().pixelSize()
        assert made.font().bold() == label("new", role).font().bold()
    assert made.sizeHint().width() == width


def test_a_widget_that_was_given_another_font_meanwhile_keeps_it(themed: QApplication) -> None:
    made = label("text", "body")
    theme.apply(themed, "light", text_size=200)
    made.setFont(theme.font("title"))
    theme.apply(themed, "light", text_size=100)
    assert made.font().pixelSize() == 20


def test_text_grows_in_what_was_polished_anew(themed: QApplication) -> None:
    made = QPushButton("text")
    made.setFont(theme.font("detail"))
    made.ensurePolished()
    made.setProperty("kind", "link")
    theme.repolish(made)
    theme.apply(themed, "light", text_size=200)
    assert made.font().pixelSize() == 24


def test_rows_and_controls_grow_with_their_text(themed: QApplication) -> None:
    button = QPushButton("text")
    button.ensurePolished()
    rows, tall, height = theme.ROW, theme.ROW_TALL, button.sizeHint().height()
    theme.apply(themed, "light", text_size=200)
    assert theme.ROW - rows >= 13
    assert theme.ROW_TALL - tall >= 26
    assert button.sizeHint().height() - height >= 13


def test_nothing_moves_where_motion_is_reduced(themed: QApplication) -> None:
    effect = Qt.UIEffect.UI_AnimateMenu
    usual, flash = themed.isEffectEnabled(effect), themed.cursorFlashTime()
    theme.apply(themed, "light", reduced_motion=True)
    assert theme.motion_ms() == 0
    assert not themed.isEffectEnabled(effect)
    assert themed.cursorFlashTime() == 0
    theme.apply(themed, "light", reduced_motion=False)
    assert theme.motion_ms() > 0
    assert (themed.isEffectEnabled(effect), themed.cursorFlashTime()) == (usual, flash)


@pytest.mark.point(40)
def test_colours_follow_in_widgets_that_exist(themed: QApplication) -> None:
    made = QLabel("text")
    made.ensurePolished()
    light = made.palette().windowText().color().name()
    theme.apply(themed, "dark")
    assert made.palette().windowText().color().name() != light
