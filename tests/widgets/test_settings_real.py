"""The settings page over the real engine: window, file and command line agree, and the wire carries it all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.engine.process import EngineProcess
from tests.widgets.conftest import Run, until
from tests.widgets.window import press, settings
from widgets import theme
from widgets.pages.page import Place
from widgets.shell import Shell

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def usual_look(themed: QApplication) -> Any:
    """A test that changes the look leaves it as it was."""
    yield
    theme.apply(themed, "light", text_size=100, reduced_motion=False)


def ctl(profile: Path, *words: str) -> None:
    command = [sys.executable, "-m", "app.cli.main", "--profile", str(profile), "settings", *words]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)


def test_window_file_and_command_line_agree(run: Run, profile: Path) -> None:
    profile.mkdir()

    async def body() -> None:
        import asyncio

        engine = EngineProcess(profile)
        await engine.start()
        shell = Shell(settings(profile))
        try:
            shell.show()
            shell.attach(engine.api)
            shell.go(Place("settings", tab="appearance"))
            await until(lambda: shell.current is not None)
            page: Any = shell.current
            await until(lambda: "appearance" in page.forms and page.forms["appearance"].isVisible())
            press(page, "field:/scheme=dark")
            await until(lambda: theme.tokens().dark)
            assert json.loads((profile / "settings.json").read_text())["appearance"] == {"scheme": "dark"}
            await asyncio.to_thread(ctl, profile, "set", "appearance.scheme=light", "appearance.text_size=125")
            await until(lambda: theme.text_size() == 125 and not theme.tokens().dark)
            await until(lambda: page.forms["appearance"].form.value()["text_size"] == 125)
            press(page, "section_diagnostics")
            press(page, "gather_diagnostics")
            await until(lambda: page.diagnostics.list.count() >= 9)
            assert page.diagnostics.files[0].name == "versions.json"
        finally:
            await shell.detach()
            shell.finish()
            shell.deleteLater()
            await engine.close()

    run(body())
