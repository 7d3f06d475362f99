"""Real S3 and WebDAV servers on loopback, over a plain folder.

Tests take the fixture `rclone_s3` or `rclone_webdav` and call it with a folder:

    def test_lists_a_bucket(rclone_s3, tmp_path):
        (tmp_path / "bucket").mkdir()                  # each folder under the root is a bucket
        server = rclone_s3(tmp_path)
        ...                                            # server.url, server.user, server.secret
        assert server.requests()[-1] == Request("GET", "bucket/key")

A server sees changes of the folder at once, may be started as often as a test likes, and ends with the test. Code that
is no test (a bench, a script) uses `serve`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

USER = "headwater-test"
SECRET = "a-secret-of-the-tests"
_STARTED = re.compile(r"(?:Starting s3 server|WebDav Server started) on \[(https?://[^/\]]+)")
_S3_REQUEST = re.compile(
    r"serve s3: (LIST|[A-Z]+) (?:BUCKETS?|OBJECT|VERSION)(?:\s+Bucket:)? ?(\S*)(?: Object:)? ?(.*)$"
)
_S3_LIST = re.compile(r"serve s3: bucketname: (\S+) prefix: prefix:\"(.*?)\"(?:, delim:| page:)")
_DAV_REQUEST = re.compile(r"INFO  : /(/.*): ([A-Z]+) from [0-9.:\[\]a-f]+$")


class Request(NamedTuple):
    """A request that a server has answered. S3: method LIST with `bucket/prefix`, else GET, HEAD, PUT, DELETE with
    `bucket/key`. WebDAV: the HTTP method with the path."""

    method: str
    path: str


@dataclass(frozen=True)
class RcloneServer:
    """A running server. `user` and `secret` are the access key pair, or the name and password."""

    url: str
    user: str
    secret: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rpartition(":")[2])

    def requests(self) -> list[Request]:
        """What was asked so far and let in, oldest first. A WebDAV request is noted when it was answered."""
        found: list[Request] = []
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            if match := _S3_LIST.search(line):
                found.append(Request("LIST", f"{match[1]}/{match[2]}"))
            elif match := _DAV_REQUEST.search(line):
                found.append(Request(match[2], match[1]))
            elif (match := _S3_REQUEST.search(line)) and match[1] != "LIST":
                found.append(Request(match[1], f"{match[2]}/{match[3]}"))
        return found

    def stop(self) -> None:
        """End it at once, as a server that dies does. Safe to call twice."""
        self.process.kill()
        self.process.wait()


class RcloneFactory(Protocol):
    """What the fixtures give: start a server over a folder. `options` are further rclone flags."""

    def __call__(
        self, root: Path, *, user: str = USER, secret: str = SECRET, options: Sequence[str] = ()
    ) -> RcloneServer: ...


def rclone_binary() -> str:
    """The rclone that came with the test packages, or the machine's."""
    beside = shutil.which("rclone", path=str(Path(sys.executable).parent)) or shutil.which("rclone")
    if beside is None:
        raise RuntimeError("rclone is missing: `python3 dev.py test` installs it with the other test packages.")
    return beside


@contextmanager
def serve(
    kind: Literal["s3", "webdav"],
    root: Path,
    *,
    log: Path,
    user: str = USER,
    secret: str = SECRET,
    options: Sequence[str] = (),
    verbose: bool = True,
) -> Iterator[RcloneServer]:
    """A server over `root` on a free port. Ready when it yields. `verbose` off: no `requests()`, for benches."""
    identity = ["--auth-key", f"{user},{secret}"] if kind == "s3" else ["--user", user, "--pass", secret]
    command = [rclone_binary(), "serve", kind, str(root), "--addr", "127.0.0.1:0", *identity]
    command += ["--config", "", "--dir-cache-time", "0", *(["-vv"] if verbose else []), *options]
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT)
    server = RcloneServer(_wait_for_url(process, log), user, secret, log, process)
    try:
        yield server
    finally:
        server.stop()


def _wait_for_url(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        ended = process.poll()
        written = log.read_text(encoding="utf-8", errors="replace")
        if match := _STARTED.search(written):
            return match[1]
        if ended is not None:
            break
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise RuntimeError(f"rclone did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")
