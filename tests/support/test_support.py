"""The watch over leaks, the canary and the servers do see what they are there for."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.canary import Canary
from tests.support.rclone import RcloneFactory, Request, rclone_binary

GUARDS = "from tests.conftest import nothing_leaks, stays_on_this_machine\n"


@pytest.fixture(autouse=True)
def nothing_leaks() -> None:
    """The tests inside these tests leak on purpose, and watch over themselves."""


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param(
            """
            async def forgets():
                asyncio.create_task(asyncio.Event().wait(), name="forgotten")
            asyncio.run(forgets())
            """,
            "*Leaked task 'forgotten'*cancel and await it.",
            id="task-of-asyncio-run",
        ),
        pytest.param(
            """
            loop = asyncio.new_event_loop()
            kept.append(loop.create_task(asyncio.sleep(0), name="forgotten"))
            loop.close()
            """,
            "*Leaked task 'forgotten'*",
            id="task-of-another-loop",
        ),
        pytest.param(
            """
            async def fails():
                raise ValueError
            async def forgets():
                asyncio.create_task(fails())
                await asyncio.sleep(0)
                await asyncio.sleep(0)
            asyncio.run(forgets())
            """,
            "*asyncio complains: Task exception was never retrieved*",
            id="exception-nobody-looked-at",
        ),
        pytest.param(
            """
            threading.Thread(target=gate.wait, name="forgotten").start()
            """,
            "*Leaked thread 'forgotten': join it.*",
            id="thread",
        ),
        pytest.param(
            """
            with contextlib.suppress(OSError):
                socket.create_connection(("192.0.2.1", 80), timeout=1)
            """,
            "*Connections beyond loopback: 192.0.2.1:80*",
            id="connection-to-the-world",
        ),
    ],
)
def test_what_is_left_behind_is_reported(pytester: pytest.Pytester, body: str, complaint: str) -> None:
    pytester.makeconftest(GUARDS)
    pytester.makepyfile(
        "import asyncio, contextlib, pytest, socket, threading\n"
        "kept, gate = [], threading.Event()\n"
        "@pytest.fixture(scope='module', autouse=True)\n"
        "def release():\n    yield\n    gate.set()\n    for task in kept:\n"
        "        task._log_destroy_pending = False\n        task.get_coro().close()\n"
        f"def test_it():{body}\n"
        "def test_the_next_one():\n    pass\n"
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines([complaint])


def test_a_name_of_the_world_is_unknown() -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("example.com", 80), timeout=1)


@pytest.mark.parametrize("before", ["", "u:", "us:", "use:"])
def test_a_canary_is_found_in_base64_whatever_stands_before(canary: Canary, profile: Path, before: str) -> None:
    profile.mkdir()
    (profile / "notes.bin").write_bytes(base64.b64encode(f"{before}{canary.value} and more".encode()))
    assert any("base64" in leak for leak in canary.leaks(profile))


def test_a_canary_is_found_in_output_files_and_names(
    canary: Canary, profile: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (profile / "deep").mkdir(parents=True)
    canary.check(profile)
    print(json.dumps({"key": canary.value}))
    assert canary.leaks() == ["stdout holds the secret as text", "stdout holds the secret JSON-escaped"]
    canary.check(profile)  # what was printed is looked at once
    (profile / "deep" / quote(canary.value, safe="")).touch()
    assert canary.leaks(profile)
    caplog.handler.stream.write(canary.value)
    assert any(leak.startswith("the log") for leak in canary.leaks())


def test_s3_server_tells_its_requests(rclone_s3: RcloneFactory, tmp_path: Path) -> None:
    (tmp_path / "bucket" / "deep").mkdir(parents=True)
    (tmp_path / "bucket" / "deep" / "a b.txt").write_text("hello")
    server = rclone_s3(tmp_path)
    with pytest.raises(urllib.error.HTTPError):  # unsigned, so not let in
        urllib.request.urlopen(f"{server.url}/bucket", timeout=10)
    remote = (
        f":s3,provider=Rclone,access_key_id={server.user},secret_access_key={server.secret},endpoint='{server.url}'"
    )
    for verb, path, answer in (("lsf", "bucket/deep", b"a b.txt\n"), ("cat", "bucket/deep/a b.txt", b"hello")):
        client = [rclone_binary(), "--config", "", verb, f"{remote}:{path}"]
        assert subprocess.run(client, capture_output=True, check=True, timeout=20).stdout == answer
    assert Request("LIST", "bucket/deep/") in server.requests()
    assert server.requests()[-1] == Request("GET", "bucket/deep/a b.txt")


def test_webdav_server_tells_its_requests(rclone_webdav: RcloneFactory, tmp_path: Path) -> None:
    (tmp_path / "a b.txt").write_text("hello")
    server = rclone_webdav(tmp_path)
    credential = base64.b64encode(f"{server.user}:{server.secret}".encode()).decode()
    request = urllib.request.Request(f"{server.url}/a%20b.txt", headers={"Authorization": f"Basic {credential}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.read() == b"hello"
    server.stop()
    assert server.requests() == [Request("GET", "/a b.txt")]
