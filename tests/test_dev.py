"""dev.py on a machine that lacks something: it says what, and what to do. The good way is run on a bare machine."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """dev.py as a module, over an empty folder, where running a program is a failure unless the test says otherwise."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, value in {"ROOT": tmp_path, "VENV": tmp_path / ".venv", "STAMP": tmp_path / ".venv" / "stamp"}.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.chdir(tmp_path)
    return module


def failing(dev: ModuleType, capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stopped:
        dev.main(list(args))
    return int(stopped.value.code or 0), capsys.readouterr().err


def test_an_unknown_command_is_wrong_usage(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = failing(dev, capsys, "tset")
    assert status == 2
    assert "'tset'" in said
    assert "demo, run, ctl or test" in said


def test_an_old_python_is_told_the_version_it_needs(
    dev: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "OLDEST", (9, 9))
    status, said = failing(dev, capsys, "demo")
    assert status == 1
    assert "needs 9.9 or newer" in said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="system packages are a matter of Linux")
def test_an_ordinary_user_gets_the_exact_line(
    dev: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "QT_LIBRARIES", {"libno-such-thing.so.1": "libno-such-thing1"})
    monkeypatch.setattr(dev.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    status, said = failing(dev, capsys, "run")
    assert status == 1
    assert "lacks libno-such-thing.so.1" in said
    assert "\n  sudo apt-get install --yes --no-install-recommends libno-such-thing1\n" in said


def test_a_failed_installation_leaves_no_stamp(
    dev: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "missing_packages", lambda needs: {})
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    monkeypatch.setattr(
        dev.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, "ERROR: Connection refused")
    )
    status, said = failing(dev, capsys, "ctl", "--help")
    assert status == 1
    assert "Connection refused" in said
    assert "Check the network" in said
    assert not dev.STAMP.exists()


def test_the_second_call_installs_nothing(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    def install(lock: Path) -> None:
        made.append(lock)
        dev.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        dev.PYTHON.touch()

    monkeypatch.setattr(dev, "install_python_packages", install)
    dev.prepare(dev.LOCK, {})
    dev.prepare(dev.LOCK, {})
    assert made == [dev.LOCK]
    dev.prepare(dev.LOCK_DEV, {})
    dev.prepare(dev.LOCK, {})  # what tests need includes what the app needs
    assert made == [dev.LOCK, dev.LOCK_DEV]
    dev.PYTHON.unlink()
    dev.prepare(dev.LOCK, {})
    assert len(made) == 3


def test_the_test_lock_includes_the_app_lock_and_no_address() -> None:
    def pins(name: str) -> set[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://", text)
        return set(re.findall(r"^([a-z0-9._-]+==[^\s;\\]+)", text, re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_help_needs_nothing_installed() -> None:
    command = [sys.executable, "-S", "-I", str(ROOT / "dev.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30, env={**os.environ})
    for verb in ("demo", "run", "ctl", "test"):
        assert f"python3 dev.py {verb}" in done.stdout
