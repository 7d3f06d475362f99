"""The demo as a person meets it: from start to the next command, once more with what was kept, and stopped midway."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from app.demo.profile import MARK, prepare_profile
from connectors.sdk import ConfigError, TransientError

ROOT = Path(__file__).resolve().parents[2]


def command(profile: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "app.demo", "--profile", str(profile), *more]


def ports(profile: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((profile / "demo" / "ports.json").read_text(encoding="utf-8"))
    return found


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_tests_syncs_searches_and_says_what_next(profile: Path) -> None:
    done = subprocess.run(command(profile), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "112 documents from 4 sources" in done.stdout
    assert "failed" not in done.stdout
    for source in ("Handbook", "Mail archive", "Support tickets", "News"):
        assert f"  {source}\n" in done.stdout.partition("\nSearch")[2], f"{source} answers the question, too"
    assert f"--profile {profile}" in done.stdout.strip().splitlines()[-1]
    assert not any(listening(port) for port in ports(profile).values())
    first = ports(profile)

    again = subprocess.run(command(profile, "--keep"), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "112 documents from 4 sources" in again.stdout
    assert ports(profile) == first


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent to a whole console there")
def test_ctrl_c_ends_it_cleanly(profile: Path) -> None:
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command(profile), cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith("Test"):
                break
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert running.returncode == 130, out + err
    assert "Stopped" in out
    assert "Traceback" not in err
    assert not any(listening(port) for port in ports(profile).values())


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        prepare_profile(mine)
    assert caught.value.where == str(mine)
    assert [file.name for file in mine.iterdir()] == ["thesis.txt"]
    with pytest.raises(ConfigError):
        prepare_profile(mine / "thesis.txt")


def test_a_profile_in_use_is_not_emptied(tmp_path: Path) -> None:
    profile = tmp_path / "demo"
    prepare_profile(profile)
    (profile / "library.db").touch()
    with filelock.FileLock(profile / "engine.lock"), pytest.raises(TransientError) as caught:
        prepare_profile(profile)
    assert caught.value.remedy
    assert (profile / "library.db").exists()


def test_its_own_profile_is_emptied_unless_kept(tmp_path: Path) -> None:
    profile = tmp_path / "demo"
    prepare_profile(profile)
    (profile / "library.db").touch()
    prepare_profile(profile, keep=True)
    assert (profile / "library.db").exists()
    prepare_profile(profile)
    assert [file.name for file in profile.iterdir()] == [MARK]
