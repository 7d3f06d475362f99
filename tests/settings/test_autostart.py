"""Starting at sign-in: the entry that each system reads."""

from __future__ import annotations

import configparser
import plistlib
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings.autostart import desktop_entry, entry, is_set, launch_agent, set_autostart, start_command

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads an XDG desktop entry")


def exec_words(text: str) -> list[str]:
    """What a desktop makes of Exec: the string is unescaped, a shell's quotes are read, %% is a percent sign."""
    parser = configparser.RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text)
    line = parser["Desktop Entry"]["Exec"].replace("\\\\", "\\")
    said = subprocess.run(["/bin/sh", "-c", f"printf '%s\\0' {line}"], capture_output=True, text=True, check=True)
    return [word.replace("%%", "%") for word in said.stdout.split("\0")[:-1]]


@linux
def test_the_entry_comes_and_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    profile = tmp_path / "my profile"
    assert not is_set(profile)
    set_autostart(profile, True, hidden=True)
    text = Path(entry(profile)).read_text(encoding="utf-8")
    assert is_set(profile)
    assert exec_words(text) == start_command(profile, hidden=True)
    assert exec_words(text)[-3:] == ["--profile", str(profile), "--hidden"]
    set_autostart(profile, True, hidden=False)
    assert "--hidden" not in exec_words(Path(entry(profile)).read_text(encoding="utf-8"))
    assert not is_set(tmp_path / "another profile")
    set_autostart(profile, False)
    set_autostart(profile, False)
    assert not is_set(profile)


@linux
def test_the_command_starts_this_app_from_anywhere(tmp_path: Path) -> None:
    words = [*start_command(tmp_path, hidden=True), "--help"]
    said = subprocess.run(words, cwd="/", capture_output=True, text=True, check=True, timeout=60)
    assert "--hidden" in said.stdout


@linux
@pytest.mark.parametrize("word", ["plain", "with space", 'a "quote"', "100%", "back\\slash", "$HOME", "`id`", "", "ü"])
def test_every_word_reaches_the_program_as_it_is(word: str) -> None:
    text = desktop_entry(["/usr/bin/headwater", word])
    assert exec_words(text) == ["/usr/bin/headwater", word]


def test_the_launch_agent_runs_at_sign_in() -> None:
    read = plistlib.loads(launch_agent("headwater", ["/Applications/Headwater", "--profile", "/a b"]))
    assert read["RunAtLoad"] is True
    assert read["ProgramArguments"] == ["/Applications/Headwater", "--profile", "/a b"]
