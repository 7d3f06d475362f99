"""What the first frame waits for, and what the window needs of its Qt."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from widgets.collector import Collector

FIRST_FRAME = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
import widgets.main
from widgets import theme
from widgets.shell import Shell
app = QApplication([])
theme.apply(app, "light")
shell = Shell(QSettings(sys.argv[1], QSettings.Format.IniFormat))
shell.painted.connect(lambda: app.exit(0))
shell.show()
app.exec()
print(*sorted(name for name in sys.modules if "." not in name or name.startswith(("app.", "widgets."))))
"""


def test_the_first_frame_waits_for_qt_and_the_standard_library_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME, str(tmp_path / "window.ini")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=Path(__file__).resolve().parents[2],
    )
    loaded = set(done.stdout.split())
    assert "widgets.shell" in loaded
    heavy = {"app.api", "connectors", "pydantic", "msgspec", "httpx", "aiohttp", "keyring", "authlib", "cryptography"}
    heavy |= {"asyncio", "qasync", "ssl", "hashlib", "widgets.palette", "widgets.commands", "widgets.parts.panels"}
    pages = {name for name in loaded if name.startswith("widgets.pages.") and name != "widgets.pages.page"}
    assert not loaded & heavy
    assert not pages
    assert "widgets.form" not in loaded


SOURCES_KEPT = """
import linecache
import widgets.main, widgets.session, widgets.pages.sources, app.api, connectors.sdk
print(len([name for name in linecache.cache if "/app/" in name or "/widgets/" in name or "/connectors/" in name]))
"""


def test_no_module_is_read_in_search_of_pysides_features(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SOURCES_KEPT],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=Path(__file__).resolve().parents[2],
    )
    assert int(done.stdout) == 0


def test_qt_keeps_count_of_none(qapp: QApplication) -> None:
    """PySide6 6.12 on Python 3.11 loses a reference to None in calls like these, and dies of it within seconds."""

    class Timed(QObject):
        def timerEvent(self, event: QEvent) -> None:
            pass

    timed = Timed()

    def probe() -> None:
        timed.killTimer(timed.startTimer(10_000))
        qapp.processEvents()
        timed.setObjectName("x")
        timed.blockSignals(False)

    probe()
    gc.collect()
    before = sys.getrefcount(None)
    for _ in range(300):
        probe()
    gc.collect()
    lost = before - sys.getrefcount(None)
    # On Python 3.12 and later None is immortal and its count says nothing.
    assert abs(lost) < 100


def test_garbage_is_collected_on_the_windows_thread_alone(qapp: QApplication) -> None:
    class Loop:
        def __init__(self) -> None:
            self.itself = self

    threads: list[str] = []

    def told(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            threads.append(threading.current_thread().name)

    collector = Collector()
    gc.enable()  # as in a process that no test prepared
    collector.start()
    gc.callbacks.append(told)
    try:
        worker = threading.Thread(target=lambda: [Loop() for _ in range(20_000)], name="engine")
        worker.start()
        worker.join()
        assert threads == []
        loop = QEventLoop()
        QTimer.singleShot(1, loop.quit)
        loop.exec()  # comes to rest before the timer is due
        assert threads == [threading.current_thread().name]
        assert not gc.isenabled()
    finally:
        gc.callbacks.remove(told)
        collector.stop()
    assert gc.isenabled()
