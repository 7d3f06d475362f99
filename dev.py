#!/usr/bin/env python3
"""Set up Headwater on this machine and start a part of it.

    python3 dev.py demo            the main job on built-in sources, in the window or, without a screen, in the terminal
    python3 dev.py run             the app; run form SCHEMA... shows the form of a plugin's schema
    python3 dev.py ctl ...         the command line, headwaterctl
    python3 dev.py test [...]      all checks as in CI; with arguments only pytest with these

On Windows write `py dev.py demo`. The first call installs what is missing (system libraries where the system has
apt-get, packages into .venv); the next ones start at once.

Only the standard library, and one file: it must run before anything is installed, and it is the one place that knows
what a machine needs. CI calls the same commands.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed-lock"
LOCK = ROOT / "requirements.lock"
LOCK_DEV = ROOT / "requirements-dev.lock"  # a superset of LOCK with the same versions
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
OLDEST = (3, 11)
INTERRUPTED = 130

# What each part needs from the system beside Python: a shared library, a program or a file, and its Debian package.
QT_LIBRARIES = {  # Qt loads libEGL and libGL even without a screen
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
SCREEN_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-image.so.0": "libxcb-image0",
}
# A virtual screen with a window manager and a keyboard, what a screen reader reads from, two fonts for pictures that
# are the same everywhere, a real keyring service on a bus of its own, a browser to sign in with, a Git server.
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "xauth": "xauth",
    "openbox": "openbox",
    "xdotool": "xdotool",
    "/usr/libexec/at-spi-bus-launcher": "at-spi2-core",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "fonts-dejavu-core",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf": "fonts-droid-fallback",
    "dbus-run-session": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "chromium": "chromium",
    "git": "git",
}

CHECKS = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["lint-imports", "--no-logo"], ["pytest"])


def main(argv: list[str]) -> int:
    """Do what the first word says; the other words belong to what is started."""
    verbs = {"demo": demo, "run": run, "ctl": ctl, "test": test}
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(str(__doc__).split("\n\nOnly")[0])
        return 0 if argv else 2
    if argv[0] not in verbs:
        fail(f"There is no command {argv[0]!r}.", "Use demo, run, ctl or test; --help tells what they do.", status=2)
    if sys.version_info < OLDEST:
        fail(
            f"Python {platform.python_version()} is too old: Headwater needs {OLDEST[0]}.{OLDEST[1]} or newer.",
            "Install a newer Python (python.org, or your system's packages) and start this file with it.",
        )
    return verbs[argv[0]](argv[1:])


# --- the four verbs --------------------------------------------------------------------------------------------------


def demo(args: list[str]) -> int:
    """The window on the demo's profile, or the same job in the terminal."""
    if not has_screen():
        prepare(LOCK, {})
        return start("app.demo", args)
    prepare(LOCK, {**QT_LIBRARIES, **SCREEN_LIBRARIES})
    return start("widgets.main", ["--demo", *args])


def run(args: list[str]) -> int:
    """The app's window."""
    if has_screen():
        prepare(LOCK, {**QT_LIBRARIES, **SCREEN_LIBRARIES})
    else:
        if args[:1] != ["form"]:  # which says itself what it needs a screen for
            say("No screen here (DISPLAY and WAYLAND_DISPLAY are empty): the window stays invisible.")
            say("For the terminal there is: python3 dev.py ctl --help")
        prepare(LOCK, QT_LIBRARIES)
    return start("widgets.main", args)


def ctl(args: list[str]) -> int:
    """The command line. It never needs Qt."""
    prepare(LOCK, {})
    return start("app.cli.main", args)


def test(args: list[str]) -> int:
    """All checks, the cheap ones first; with arguments only pytest."""
    prepare(LOCK_DEV, {**QT_LIBRARIES, **SCREEN_LIBRARIES, **TEST_PROGRAMS})
    if args:
        return start("pytest", args)
    for tool, *options in CHECKS:
        say(" ".join([tool, *options]) + " ...")
        status = wait([str(PYTHON.parent / tool), *options])
        if status == INTERRUPTED:
            return status
        if status:
            say(f"{' '.join([tool, *options])} failed. The checks after it were not run.")
            return status
    say("All checks passed.")
    return 0


# --- what the machine has ---------------------------------------------------------------------------------------------


def has_screen() -> bool:
    """Whether a window can be seen."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def environment() -> dict[str, str]:
    """The environment of what is started: imports from this folder, and Qt without a screen where there is none."""
    env = dict(os.environ)
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH", "")]))
    if not has_screen():
        env.setdefault("QT_QPA_PLATFORM", "offscreen")
    return env


def present(need: str) -> bool:
    """Whether a shared library can be loaded, a program found, or a file is there."""
    if need.startswith("/"):
        return Path(need).exists()
    if ".so" not in need:
        return shutil.which(need) is not None
    try:
        ctypes.CDLL(need)
    except OSError:
        return False
    return True


def missing_packages(needs: dict[str, str]) -> dict[str, str]:
    """Those of `needs` that this system has not. Windows and macOS bring what Qt needs."""
    if not sys.platform.startswith("linux"):
        return {}
    missing = {need: package for need, package in needs.items() if not present(need)}
    # Debian ships venv without ensurepip, the half that makes it work.
    if not (PYTHON.exists() or shutil.which("uv") or importlib.util.find_spec("ensurepip")):
        missing["Python's venv module"] = f"python3.{sys.version_info.minor}-venv"
    return missing


def install_system_packages(needs: dict[str, str]) -> None:
    """Install with apt-get as root; as anyone else say the exact line. sudo is never called from here."""
    missing = missing_packages(needs)
    if not missing:
        return
    apt = shutil.which("apt-get")
    if apt is None:
        fail(f"The system lacks {', '.join(missing)}.", "Install the packages that hold them and run this again.")
    line = ["apt-get", "install", "--yes", "--no-install-recommends", *sorted(set(missing.values()))]
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        fail(
            f"The system lacks {', '.join(missing)}.",
            f"Run this line, then the same command again:\n  sudo {' '.join(line)}",
        )
    say(f"Installing {len(line) - 4} system packages ...")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], [*line, "-qq"]):
        done = subprocess.run(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode:
            fail(
                f"{' '.join(command[:2])} failed:\n{tail(done.stdout)}",
                "Check the network and the package sources in /etc/apt, then run the same command again.",
            )
    still = missing_packages(needs)
    if still:
        fail(f"Still missing after the installation: {', '.join(still)}.", "Install what holds them by hand.")


# --- the virtual environment ------------------------------------------------------------------------------------------


def prepare(lock: Path, needs: dict[str, str]) -> None:
    """Bring the machine to where the command can start. The second call finds nothing to do."""
    os.chdir(ROOT)
    install_system_packages(needs)
    wanted = digest(lock)
    installed = STAMP.read_text().strip() if STAMP.exists() and PYTHON.exists() else ""
    if installed not in {wanted, digest(LOCK_DEV)}:
        install_python_packages(lock)
        STAMP.write_text(wanted + "\n")


def digest(lock: Path) -> str:
    """What an environment made from this lock by this Python is known by."""
    return hashlib.sha256(
        lock.read_bytes() + f"{sys.implementation.cache_tag} {platform.machine()}".encode()
    ).hexdigest()


def install_python_packages(lock: Path) -> None:
    """Make .venv and put the locked packages into it, each checked against its hash."""
    started = time.monotonic()
    count = sum(1 for row in lock.read_text(encoding="utf-8").splitlines() if row[:1].isalnum())
    say(f"Installing {count} packages into {VENV.name} (once; some minutes on a slow line) ...")
    STAMP.unlink(missing_ok=True)
    uv = shutil.which("uv")
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "UV_NO_PROGRESS": "1"}
    keep = [] if made_by_this_python() else ["--clear"]
    if uv:
        create = [uv, "venv", "--quiet", "--python", sys.executable, *(keep or ["--allow-existing"]), str(VENV)]
        install = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "-r", str(lock)]
    else:
        create = [sys.executable, "-m", "venv", *keep, str(VENV)]  # on an existing one: adds pip where it is missing
        install = [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]
    for what, command in (("The virtual environment could not be made", create), ("pip could not install", install)):
        done = subprocess.run(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode:
            fail(
                f"{what}:\n{tail(done.stdout)}",
                "Check the network, the proxy (HTTPS_PROXY) and the free space on the disk, then run the same command "
                "again. If that does not help, delete the folder .venv first.",
            )
    say(f"Done in {time.monotonic() - started:.0f} s.")


def made_by_this_python() -> bool:
    """Whether .venv is of the Python that runs this file (or is not there yet)."""
    if not VENV.exists():
        return True
    if not PYTHON.exists():
        return False
    code = "import sys; print(sys.implementation.cache_tag)"
    asked = subprocess.run([str(PYTHON), "-c", code], capture_output=True, text=True, check=False)
    return asked.stdout.strip() == sys.implementation.cache_tag


# --- starting and speaking --------------------------------------------------------------------------------------------


def start(module: str, args: list[str]) -> int:
    """Become the program, so that signals and the exit status are its own."""
    command = [str(PYTHON), "-m", module, *args]
    if not WINDOWS:  # which has no exec that keeps the console
        os.execve(command[0], command, environment())
    return wait(command)


def wait(command: list[str]) -> int:
    """Run a program to its end. Ctrl-C reaches it by itself: leave the time to end cleanly to it."""
    process = subprocess.Popen(command, env=environment())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            return INTERRUPTED


def tail(output: str) -> str:
    """The end of a tool's output, where the reason stands."""
    return "\n".join("  " + row for row in output.strip().splitlines()[-12:])


def say(line: str) -> None:
    """A line about the progress, apart from what the started program prints."""
    print(line, file=sys.stderr, flush=True)


def fail(what: str, remedy: str, status: int = 1) -> NoReturn:
    """Say what is wrong and what to do, and stop."""
    say(f"{what}\n{remedy}")
    sys.exit(status)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
