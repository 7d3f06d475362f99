"""The window comes back where it can be reached, whatever has become of the monitor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QRect

from widgets.geometry import reachable

ROOT = Path(__file__).resolve().parents[2]
LAPTOP, DESK = QRect(0, 0, 1920, 1080), QRect(1920, 0, 2560, 1440)
START = """
import sys
from PySide6.QtCore import QRect, QSettings, QTimer
from PySide6.QtWidgets import QApplication
from widgets.shell import Shell
app = QApplication([])
shell = Shell(QSettings(sys.argv[1], QSettings.Format.IniFormat))
shell.show()
def put():
    if len(sys.argv) > 2:
        shell.setGeometry(QRect(*map(int, sys.argv[2:])))
    QTimer.singleShot(100, look)
def look():
    box = shell.geometry()
    print(box.x(), box.y(), box.width(), box.height())
    shell.arrival.save()
    app.exit(0)
QTimer.singleShot(100, put)
app.exec()
"""


@pytest.mark.point(44)
@pytest.mark.parametrize(
    ("frame", "screens", "expected"),
    [
        (QRect(100, 100, 1180, 760), [LAPTOP], QRect(100, 100, 1180, 760)),
        (QRect(2400, 100, 1180, 760), [LAPTOP, DESK], QRect(2400, 100, 1180, 760)),
        (QRect(1800, 100, 1180, 760), [LAPTOP, DESK], QRect(1800, 100, 1180, 760)),
        (QRect(-1100, 100, 1180, 760), [LAPTOP], None),
        (QRect(2400, 100, 1180, 760), [LAPTOP], None),
        (QRect(100, -400, 1180, 760), [LAPTOP], None),
        (QRect(100, 1070, 1180, 760), [LAPTOP], None),
        (QRect(2400, 100, 2500, 1400), [LAPTOP], None),
        (QRect(100, 100, 1180, 760), [], QRect(100, 100, 1180, 760)),
    ],
)
def test_a_window_whose_title_can_not_be_reached_is_moved(
    frame: QRect, screens: list[QRect], expected: QRect | None
) -> None:
    found = reachable(frame, screens)
    if expected is not None:
        assert found == expected
    else:
        assert screens[0].contains(found)
        assert found.size() == frame.size().boundedTo(screens[0].size())


@pytest.mark.point(44)
def test_a_monitor_that_was_unplugged_between_two_starts(tmp_path: Path) -> None:
    both = [_screen("laptop", 0, 1920, 1080), _screen("desk", 1920, 2560, 1440)]

    def start(screens: list[dict[str, object]], *box: int) -> QRect:
        config = tmp_path / "screens.json"
        config.write_text(json.dumps({"synchronousWindowSystemEvents": False, "screens": screens}))
        done = subprocess.run(
            [sys.executable, "-c", START, str(tmp_path / "window.ini"), *map(str, box)],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={config}"},
            cwd=ROOT,
        )
        return QRect(*map(int, done.stdout.split()))

    assert start(both, 2600, 200, 1180, 760) == QRect(2600, 200, 1180, 760)
    assert start(both) == QRect(2600, 200, 1180, 760), "it comes back to the monitor it stood on"
    alone = start(both[:1])
    assert LAPTOP.contains(alone), "the monitor is gone"
    assert (alone.width(), alone.height()) == (1180, 760)


def _screen(name: str, x: int, width: int, height: int) -> dict[str, object]:
    return {
        "name": name,
        "x": x,
        "y": 0,
        "width": width,
        "height": height,
        "logicalDpi": 96,
        "logicalBaseDpi": 96,
        "dpr": 1,
    }
