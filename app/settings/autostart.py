"""Starting at sign-in, with what each system has for it: a desktop entry (XDG autostart), a value under the user's Run
key on Windows, a launch agent on macOS.

One entry a profile folder, so that two profiles do not take each other's place.
"""

from __future__ import annotations

import hashlib
import os
import plistlib
import shlex
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from connectors.sdk import PermanentError

NAME = "Headwater"
RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"


def start_command(profile: Path, *, hidden: bool) -> list[str]:
    """The command that opens this profile's window: the installed one, or this checkout's."""
    words = ["--profile", str(profile), *(["--hidden"] if hidden else [])]
    if getattr(sys, "frozen", False):
        return [sys.executable, *words]
    beside = Path(sys.executable).with_name("headwater.exe" if sys.platform == "win32" else "headwater")
    if beside.exists():
        return [str(beside), *words]
    return [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(_root())!r}); {_MAIN}", *words]


_MAIN = "from widgets.main import main; sys.exit(main())"


def _root() -> Path:
    return Path(__file__).resolve().parents[2]


def set_autostart(profile: Path, wanted: bool, *, hidden: bool = True) -> None:
    """Make or remove the entry. Raises PermanentError when the system refuses."""
    try:
        if not wanted:
            _remove(profile)
        else:
            _add(profile, start_command(profile, hidden=hidden))
    except OSError as error:
        raise PermanentError(
            "Starting at sign-in could not be changed",
            where=entry(profile),
            remedy="Check that you may write there.",
            detail=str(error),
            code="autostart_refused",
        ) from error


def is_set(profile: Path) -> bool:
    """Whether there is an entry: the person may have removed it in the system's own settings."""
    if sys.platform == "win32":
        return _registered(_name(profile))
    return Path(entry(profile)).is_file()


def entry(profile: Path) -> str:
    """Where the entry stands."""
    name = _name(profile)
    if sys.platform == "win32":
        return f"HKEY_CURRENT_USER\\{RUN_KEY}\\{name}"
    if sys.platform == "darwin":
        return str(Path.home() / "Library" / "LaunchAgents" / f"{name.lower()}.plist")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return str(config / "autostart" / f"{name.lower()}.desktop")


def desktop_entry(command: Sequence[str]) -> str:
    """The entry of a Linux desktop. A word is quoted as the desktop entry specification wants it."""
    return "\n".join(
        (
            "[Desktop Entry]",
            "Type=Application",
            "Version=1.0",
            f"Name={NAME}",
            "Comment=Keeps the sources of your knowledge base up to date",
            "Icon=headwater",
            "Terminal=false",
            f"Exec={' '.join(map(_quoted, command))}",
            "",
        )
    )


def launch_agent(label: str, command: Sequence[str]) -> bytes:
    """The launch agent of macOS."""
    return plistlib.dumps(
        {"Label": label, "ProgramArguments": list(command), "RunAtLoad": True, "ProcessType": "Interactive"}
    )


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`").replace("$", "\\$")
    # A backslash counts twice: once in the entry's string, once in its quoted argument. % begins a field code.
    escaped = escaped.replace("\\", "\\\\").replace("%", "%%")
    plain = bool(word) and shlex.quote(word) == word and "%" not in word
    return word if plain else f'"{escaped}"'


def _name(profile: Path) -> str:
    """The default profile's entry has the app's own name; another one's tells which it is."""
    import platformdirs

    if profile == Path(platformdirs.user_data_dir(NAME, appauthor=False)):
        return NAME
    return f"{NAME}-{hashlib.sha256(str(profile).encode()).hexdigest()[:8]}"


def _add(profile: Path, command: Sequence[str]) -> None:
    if sys.platform == "win32":
        import winreg

        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, RUN_KEY) as key:
            winreg.SetValueEx(key, _name(profile), 0, winreg.REG_SZ, subprocess.list2cmdline(command))
        return
    path = Path(entry(profile))
    path.parent.mkdir(parents=True, exist_ok=True)
    if sys.platform == "darwin":
        path.write_bytes(launch_agent(path.stem, command))
    else:
        path.write_text(desktop_entry(command), encoding="utf-8")


def _remove(profile: Path) -> None:
    if sys.platform == "win32":
        import winreg

        with (
            suppress(FileNotFoundError),
            winreg.OpenKey(winreg.HKEY_CURRENT_USER, RUN_KEY, 0, winreg.KEY_SET_VALUE) as key,
        ):
            winreg.DeleteValue(key, _name(profile))
        return
    Path(entry(profile)).unlink(missing_ok=True)


def _registered(name: str) -> bool:
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, RUN_KEY) as key:
                winreg.QueryValueEx(key, name)
        except FileNotFoundError:
            return False
        return True
    return False
