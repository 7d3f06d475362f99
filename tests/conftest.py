"""Fixtures of all rooms, and what holds for every test.

Every test: Qt draws offscreen, a Qt warning fails (pytest-qt), a leaked task or thread fails, no connection leaves the
machine, and the developer's own profile and keyring are out of reach.

To ask for: `profile`, `canary`, `rclone_s3`, `rclone_webdav`; for widgets pytest-qt's `qtbot` and `qapp`.
Coroutines are run with `asyncio.run(...)` inside a plain test.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import pytest

from tests.support import leaks, network
from tests.support.canary import Canary
from tests.support.rclone import SECRET, USER, RcloneFactory, RcloneServer, serve

pytest_plugins = ["pytester"]

# Before Qt and keyring are imported by anybody.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"


@pytest.fixture(scope="session", autouse=True)
def away_from_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Point the platform's data, config and cache folders, and so the default profile, to a temporary place."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
            patch.setenv(name, str(home / name.lower()))
        for name in ("HEADWATER_VAULT_PASSPHRASE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        yield


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """Fail the test that leaves an asyncio task or a non-daemon thread running."""
    with leaks.watch() as found:
        yield
    if found:
        pytest.fail("\n".join(found), pytrace=False)


@pytest.fixture(autouse=True)
def stays_on_this_machine() -> Iterator[None]:
    """Fail the test that connects to anything but loopback; names other than localhost do not resolve."""
    with network.loopback_only() as refused:
        yield
    if refused:
        pytest.fail(f"Connections beyond loopback: {', '.join(refused)}", pytrace=False)


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A place for a profile. The folder is not made yet, as on a first start."""
    return tmp_path / "profile"


@pytest.fixture
def canary(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Canary:
    """A secret to plant, and `check(folder, ...)` to prove that it is nowhere. See tests/support/canary.py."""
    caplog.set_level(logging.DEBUG)
    # Only one of the two can capture; what the test has read from it already is not seen again here.
    output = request.getfixturevalue("capsys" if "capsys" in request.fixturenames else "capfd")

    def outputs() -> dict[str, str]:
        captured = output.readouterr()
        return {"the log": caplog.text, "stdout": captured.out, "stderr": captured.err}

    return Canary(outputs)


@pytest.fixture
def rclone_s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RcloneFactory]:
    """Start real S3 servers over folders: `rclone_s3(root)`. See tests/support/rclone.py."""
    yield from _servers("s3", tmp_path_factory)


@pytest.fixture
def rclone_webdav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RcloneFactory]:
    """Start real WebDAV servers over folders: `rclone_webdav(root)`. See tests/support/rclone.py."""
    yield from _servers("webdav", tmp_path_factory)


def _servers(kind: Literal["s3", "webdav"], temporary: pytest.TempPathFactory) -> Iterator[RcloneFactory]:
    with ExitStack() as running:

        def start(root: Path, *, user: str = USER, secret: str = SECRET, options: Sequence[str] = ()) -> RcloneServer:
            log = temporary.mktemp("rclone") / f"{kind}.log"
            return running.enter_context(serve(kind, root, log=log, user=user, secret=secret, options=options))

        yield start
