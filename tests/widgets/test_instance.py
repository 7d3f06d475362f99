"""One window a profile: real processes, the second of which hands over and ends."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gallery.legible import illegible
from tests.widgets.conftest import Run, until
from widgets.instance import Instance, hand_over, socket_name
from widgets.unanswered import Unanswered

ROOT = Path(__file__).resolve().parents[2]
FIRST = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from widgets.instance import Instance
app = QCoreApplication([])
instance = Instance(Path(sys.argv[1]))
assert instance.first()
assert instance.listen()
instance.asked.connect(lambda target: print("asked", target, flush=True))
print("listening", flush=True)
app.exec()
"""


@contextmanager
def first(profile: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", FIRST, str(profile)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "listening\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "r"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder) if len(str(folder)) <= 60 else "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


def test_a_second_start_hands_over_and_the_first_hears_it(tmp_path: Path) -> None:
    with first(tmp_path) as process:
        assert not Instance(tmp_path).first()
        assert hand_over(tmp_path, "Company Wiki")
        assert process.stdout is not None
        assert process.stdout.readline() == "asked Company Wiki\n"
        assert hand_over(tmp_path)
        assert process.stdout.readline().strip() == "asked"


def test_only_its_user_can_reach_it(tmp_path: Path) -> None:
    with first(tmp_path):
        socket = Path(socket_name(tmp_path))
        assert not stat.S_IMODE(socket.stat().st_mode) & 0o077
        assert not stat.S_IMODE(socket.parent.stat().st_mode) & 0o077
        assert socket.parent.stat().st_uid == os.getuid()


def test_another_profile_is_another_window(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with first(tmp_path):
        instance = Instance(other)
        assert instance.first()
        instance.close()


def test_what_a_killed_window_left_is_taken_over(run: Run, tmp_path: Path) -> None:
    with first(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert Path(socket_name(tmp_path)).exists(), "the socket was left behind"
    heard: list[str] = []

    async def main() -> None:
        instance = Instance(tmp_path)
        assert instance.first()
        assert instance.listen()
        instance.asked.connect(heard.append)
        socket = QLocalSocket()
        socket.connectToServer(socket_name(tmp_path))
        socket.write(json.dumps({"open": "c2"}).encode() + b"\n")
        socket.flush()
        await until(lambda: heard)
        instance.close()

    run(main())
    assert heard == ["c2"]


@pytest.mark.parametrize("line", [b"nonsense\n", b"[]\n", b'{"close": true}\n', b"\xff\n", b"x" * 70_000])
def test_what_is_not_understood_is_dropped(run: Run, tmp_path: Path, line: bytes) -> None:
    heard: list[str] = []

    async def main() -> None:
        instance = Instance(tmp_path)
        assert instance.first()
        assert instance.listen()
        instance.asked.connect(heard.append)
        socket = QLocalSocket()
        socket.connectToServer(socket_name(tmp_path))
        socket.write(line)
        socket.flush()
        await until(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)
        instance.close()

    run(main())
    assert heard == []


def test_the_real_window_comes_forward_and_a_second_one_never_opens(tmp_path: Path) -> None:
    """Two real starts of the app on one profile, with its real engine; then a third after the first was killed."""
    profile = tmp_path / "p"
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "HEADWATER_VAULT_PASSPHRASE": "a passphrase for this window",
    }
    command = [sys.executable, "-m", "widgets.main", "--profile", str(profile)]
    window = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 30
        while not (profile / "engine.json").exists() and time.monotonic() < end:
            time.sleep(0.05)
        for words in ([], ["open", "Company Wiki"], ["headwater://run/1"]):
            done = subprocess.run(
                [*command, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30
            )
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert window.poll() is None
        wrong = subprocess.run(
            [*command, "open"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30
        )
        assert wrong.returncode == 2
        assert "open NAME" in wrong.stderr
    finally:
        window.send_signal(signal.SIGTERM)
        _out, error = window.communicate(timeout=30)
    assert window.returncode == 0, error


def start(profile: Path) -> subprocess.Popen[str]:
    """The real app on a profile."""
    return subprocess.Popen(
        [sys.executable, "-m", "widgets.main", "--profile", str(profile)],
        cwd=ROOT,
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "HEADWATER_VAULT_PASSPHRASE": "a passphrase for this window",
        },
        stderr=subprocess.PIPE,
        text=True,
    )


def answers(profile: Path, window: subprocess.Popen[str]) -> bool:
    """Wait until this window listens, or has ended."""
    end = time.monotonic() + 30
    while window.poll() is None and time.monotonic() < end:
        if Instance(profile).holder() == window.pid and hand_over(profile):
            return True
        time.sleep(0.02)
    return False


def test_of_two_starts_at_once_one_stays_and_after_its_death_another_starts(tmp_path: Path) -> None:
    profile = tmp_path / "p"
    both = [start(profile), start(profile)]
    try:
        end = time.monotonic() + 30
        while all(window.poll() is None for window in both) and time.monotonic() < end:
            time.sleep(0.02)
        (gone,) = [window for window in both if window.poll() is not None]
        (left,) = [window for window in both if window.poll() is None]
        assert (gone.returncode, gone.communicate()[1]) == (0, "")
        assert answers(profile, left)
        left.kill()
        left.communicate()
        both.append(start(profile))
        assert answers(profile, both[-1]), "what the killed one left is no obstacle"
        both[-1].send_signal(signal.SIGTERM)
        said = both[-1].communicate(timeout=30)[1]
        assert [line for line in said.splitlines() if not line.startswith("This plugin does not support")] == []
        assert both[-1].returncode == 0
    finally:
        for window in both:
            if window.poll() is None:
                window.kill()
                window.communicate()


def test_a_window_that_hangs_is_said_and_ended_if_that_is_wanted(
    themed: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widgets.instance.PATIENCE_SECONDS", 0.2)
    with first(tmp_path) as hung:
        hung.send_signal(signal.SIGSTOP)
        instance = Instance(tmp_path)
        assert not instance.first()
        assert instance.holder() == hung.pid
        asked = Unanswered(instance, tmp_path)
        settled: list[bool] = []
        asked.settled.connect(settled.append)
        asked.show()
        asked.wait.click()
        assert settled == [], "it still hangs"
        assert asked.wait.text() == "Wait"
        assert illegible(asked) == []
        asked.end.click()
        qtbot.waitUntil(lambda: settled == [True])
        assert instance.holder() == os.getpid(), "the profile is ours"
        assert hung.wait() == -signal.SIGKILL
        instance.close()
        asked.deleteLater()


def test_a_window_that_answers_after_all_comes_forward(themed: QApplication, tmp_path: Path) -> None:
    with first(tmp_path) as busy:
        instance = Instance(tmp_path)
        asked = Unanswered(instance, tmp_path, "Company Wiki")
        settled: list[bool] = []
        asked.settled.connect(settled.append)
        asked.show()
        asked.wait.click()
        assert settled == [False]
        assert busy.stdout is not None
        assert busy.stdout.readline() == "asked Company Wiki\n"
        left = Unanswered(instance, tmp_path)
        left.settled.connect(settled.append)
        left.show()
        left.close()
        assert settled == [False, False]
        assert busy.poll() is None
        for one in (asked, left):
            one.deleteLater()
