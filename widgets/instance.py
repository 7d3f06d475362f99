"""One window a profile: a second start hands over what it was asked for to the first, and ends.

A lock file in the profile decides who is first; it names its process, so that one left by a crash is taken over. The
first listens on a local socket that its user alone can reach, and whose name is made from the profile's path.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCryptographicHash, QDir, QLockFile, QObject, QStandardPaths, QSysInfo, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalSocket

__all__ = ["Instance", "hand_over"]

PATIENCE_SECONDS = 5.0
"""How long the first may take until it listens and answers."""
STEP_MS = 200
LONGEST = 64 * 1024
LONGEST_FOLDER = 60
ANSWER = b"ok\n"
TOKEN = "XDG_ACTIVATION_TOKEN"
"""With this a Wayland desktop lets another process raise a window."""


class Instance(QObject):
    """The profile's window. `first` says whether this process is it; `listen` once it can answer."""

    asked = Signal(str)
    """Another start wants the window to come forward, and to open this (or nothing)."""

    def __init__(self, profile: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = socket_name(profile)
        self._lock = QLockFile(str(profile / "window.lock"))
        self._lock.setStaleLockTime(0)  # a lock is stale when its process is gone, however old it is
        self._server: Any = None

    def first(self) -> bool:
        """Take the lock. A profile where nothing can be written is not contended for: its engine will say why."""
        if self._lock.tryLock(0):
            return True
        return self._lock.error() != QLockFile.LockError.LockFailedError

    def holder(self) -> int:
        """The process that has the lock, by its id; 0 if that is not known, or if it is on another machine."""
        pid, host, _program = self._lock.getLockInfo()
        return int(pid) if host == QSysInfo.machineHostName() else 0

    def listen(self) -> bool:
        """Answer other starts from now on. Nobody else does: we hold the lock, so what is there is left over."""
        from PySide6.QtNetwork import QLocalServer

        if not self._name:
            return False
        QLocalServer.removeServer(self._name)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)
        return bool(self._server.listen(self._name))

    def close(self) -> None:
        """Another start may be the first now."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.unlock()

    def _accept(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            if socket.canReadLine():
                self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > LONGEST:
                socket.abort()
            return
        line = bytes(socket.readLine(LONGEST).data())
        try:
            message = json.loads(line)
            target, token = str(message["open"]), str(message.get("token", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            socket.abort()
            return
        socket.write(ANSWER)
        socket.flush()
        socket.disconnectFromServer()
        if token:
            os.environ[TOKEN] = token
        self.asked.emit(target)


def hand_over(profile: Path, target: str = "") -> bool:
    """Ask the window that has the profile to come forward and open `target`; whether it answered.

    Blocks: it is called before there is a loop, in a process that has nothing else to do."""
    from PySide6.QtNetwork import QLocalSocket

    name = socket_name(profile)
    line = json.dumps({"open": target, "token": os.environ.get(TOKEN, "")}).encode() + b"\n"
    end = time.monotonic() + PATIENCE_SECONDS
    while name and time.monotonic() < end:
        socket = QLocalSocket()
        socket.connectToServer(name)
        if socket.waitForConnected(STEP_MS):
            socket.write(line)
            socket.waitForBytesWritten(STEP_MS)
            while time.monotonic() < end and socket.state() == QLocalSocket.LocalSocketState.ConnectedState:
                if socket.canReadLine() or socket.waitForReadyRead(STEP_MS):
                    break
            if bytes(socket.readAll().data()) == ANSWER:
                return True
        socket.abort()
        time.sleep(STEP_MS / 1000)  # it is starting: it has the lock and does not listen yet
    return False


def socket_name(profile: Path) -> str:
    """Where the profile's window listens: in a folder of this user's own, or a pipe with the user in its name. Empty
    where there is no such folder."""
    path = os.fsencode(os.path.realpath(profile))
    digest = QCryptographicHash.hash(path, QCryptographicHash.Algorithm.Sha256).toHex().toStdString()[:16]
    if sys.platform == "win32":
        return f"headwater-{os.environ.get('USERNAME', '')}-{digest}"
    return next((str(folder / digest) for folder in _folders() if _is_ours(folder)), "")


def _folders() -> Iterator[Path]:
    """Where a socket may stand: its path must be short, so the profile itself will not do."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    cache = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation)
    for place in (runtime, cache):
        if place and len(place) <= LONGEST_FOLDER:
            yield Path(place) / "headwater"
    yield Path(QDir.tempPath()) / f"headwater-{os.getuid()}"


def _is_ours(folder: Path) -> bool:
    """Make it if need be; whether nobody else can look into it or put something there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not stat.S_IMODE(about.st_mode) & 0o077
