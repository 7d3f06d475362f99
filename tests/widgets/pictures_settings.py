"""Pictures of the settings: `python -m tests.widgets.pictures_settings DIR [PERCENT...] [SECTION...] [SCHEME...]`."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from app.api import SettingsEdit
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import idle, press, settings
from widgets import theme
from widgets.loop import run
from widgets.pages.page import Place
from widgets.shell import Shell

SECTIONS = ("appearance", "language", "startup", "library", "network", "vault", "diagnostics", "about", "search")
SIZES = {100: (1180, 760), 200: (1180, 760), 201: (900, 600)}


async def paint(app: QApplication, name: str, scheme: theme.Scheme, percent: int, folder: Path) -> None:
    """One section."""
    theme.apply(app, scheme, text_size=100)
    engine = FakeEngine()
    with tempfile.TemporaryDirectory() as profile:
        shell = Shell(settings(Path(profile)))
        shell.resize(*SIZES[percent])
        shell.show()
        if name == "network":
            await engine.edit_settings(
                SettingsEdit(
                    values={"network.proxy": "manual", "network.proxy_url": "http://proxy.example.com:3128"},
                    secrets={"/network/proxy_password": "value:x"},
                )
            )
        shell.attach(cast(Any, engine))
        shell.go(Place("settings", tab="appearance" if name == "search" else name))
        await idle(shell)
        if percent > 100:
            await engine.edit_settings(SettingsEdit(values={"appearance.text_size": 200, "appearance.scheme": scheme}))
        for _ in range(20):
            await asyncio.sleep(0.02)
        page = cast(Any, shell.current)
        if name == "diagnostics":
            press(page, "gather_diagnostics")
        if name == "search":
            page.search.setText("pro")
        if name == "network" and percent == 100:
            form = page.forms["network"]
            form.form.state.set(("proxy_url",), "socks5://x")
            form.flush()
        for _ in range(20):
            await asyncio.sleep(0.02)
        file = folder / f"settings-{name}-{scheme}-{percent}.png"
        shell.grab().save(str(file))
        print(file)
        await shell.detach()
        shell.finish()
        shell.deleteLater()
    theme.apply(app, scheme, text_size=100)


async def main(app: QApplication, folder: Path, words: list[str]) -> None:
    """All that were asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = [int(word) for word in words if word.isdecimal()] or list(SIZES)
    schemes = [word for word in words if word in ("light", "dark")] or ["light", "dark"]
    for name in [word for word in words if word in SECTIONS] or SECTIONS:
        for scheme in schemes:
            for percent in sizes:
                await paint(app, name, cast(theme.Scheme, scheme), percent, folder)


if __name__ == "__main__":
    application = QApplication([])
    run(application, main(application, Path(sys.argv[1]), sys.argv[2:]))
