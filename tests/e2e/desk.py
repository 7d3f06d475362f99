"""A desk of its own for one run: a real X server, a window manager, a session bus with the accessibility bus on it.

Nothing of it is shared with the machine's own session: `with desk() as one:` gives the environment that programs are
started with, and ends what it started.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["Desk", "desk", "needs_desk", "wait"]

PROGRAMS = ("Xvfb", "openbox", "xdotool", "dbus-daemon")
AT_SPI = Path("/usr/libexec/at-spi-bus-launcher")

needs_desk = pytest.mark.skipif(
    sys.platform != "linux" or not AT_SPI.exists() or any(shutil.which(one) is None for one in PROGRAMS),
    reason=f"needs {', '.join(PROGRAMS)} and at-spi2-core",
)


@dataclass(frozen=True)
class Desk:
    """Where a window can be opened."""

    environ: dict[str, str]
    home: Path

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program here. Its output goes to `home`/output.txt."""
        with (self.home / "output.txt").open("ab") as output:
            return subprocess.Popen(command, env=self.environ, stdout=output, stderr=subprocess.STDOUT)

    def open_window(self, profile: Path, *words: str) -> subprocess.Popen[bytes]:
        """Headwater's window on a profile."""
        return self.start(sys.executable, "-m", "widgets.main", "--profile", str(profile), *words)

    def run(self, *command: str) -> str:
        """Run a program to its end; its output."""
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, timeout=30, check=True)
        return done.stdout

    def picture(self, file: Path) -> None:
        """The whole screen."""
        file.parent.mkdir(parents=True, exist_ok=True)
        grab = (
            "import sys; from PySide6.QtGui import QGuiApplication as A; a = A(sys.argv[:1]); "
            "sys.exit(not a.primaryScreen().grabWindow(0).save(sys.argv[1]))"
        )
        self.run(sys.executable, "-c", grab, str(file))

    def said(self) -> str:
        """What the programs wrote."""
        return (self.home / "output.txt").read_text(encoding="utf-8", errors="replace")


@contextmanager
def desk(size: str = "1280x860") -> Iterator[Desk]:
    """Set it up; end it when done."""
    with ExitStack() as ending:
        # Short, because sockets lie in it, and their paths may have 107 letters.
        home = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="desk-", ignore_cleanup_errors=True)))
        environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("QT_", "XDG_", "DBUS_", "WAYLAND_", "AT_SPI_"))
        }
        environ |= {
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "PYTHONPATH": os.getcwd(),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "HEADWATER_VAULT_PASSPHRASE": "a passphrase for this window",
            "LC_ALL": "C.UTF-8",
            "HOME": str(home),
        }
        for name in ("RUNTIME_DIR", "DATA_HOME", "CONFIG_HOME", "CACHE_HOME", "STATE_HOME"):
            folder = home / name.lower()
            folder.mkdir(mode=0o700)
            environ[f"XDG_{name}"] = str(folder)
        environ["DISPLAY"] = f":{_screen(ending, size)}"
        environ["DBUS_SESSION_BUS_ADDRESS"] = _bus(ending, environ)
        made = Desk(environ, home)
        manager = made.start("openbox", "--sm-disable")
        ending.callback(_end, manager)
        yield made


def wait(holds: Callable[[], object], seconds: float = 20, what: str = "") -> None:
    """Until something holds."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError(what or "it did not come to hold")
        time.sleep(0.05)


def _screen(ending: ExitStack, size: str) -> str:
    """Start an X server; the number of its display, which it chooses itself."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ending.callback(_end, server)
    os.close(writing)
    with os.fdopen(reading) as numbers:
        return numbers.readline().strip()


def _bus(ending: ExitStack, environ: dict[str, str]) -> str:
    """Start a session bus, which starts the accessibility bus when it is asked for; its address."""
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    ending.callback(_end, bus)
    assert bus.stdout is not None
    return bus.stdout.readline().strip()


def _end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
