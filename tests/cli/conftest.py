"""headwaterctl as a script sees it: arguments, exit status, stdout and stderr; each JSON line is held to its schema."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs
import pytest

from app.cli.main import main
from app.cli.schemas import schemas

ROOT = Path(__file__).parents[2]
VALIDATORS = {name: jsonschema_rs.validator_for(schema) for name, schema in schemas().items()}


@dataclass(frozen=True)
class Result:
    """What a command left."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines, each valid by the schema that is published for it."""
        found = [json.loads(line) for line in self.out.splitlines()]
        for line in found:
            name = f"event:{line['event']}" if "event" in line else f"kind:{line['kind']}"
            VALIDATORS[name].validate(line)
        return found

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document."""
        (found,) = self.lines
        return found


class Ctl:
    """Runs commands on one profile."""

    def __init__(self, profile: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.profile = profile
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self._started: list[subprocess.Popen[str]] = []

    def __call__(self, *arguments: str, stdin: str = "") -> Result:
        """In this process."""
        self._capsys.readouterr()
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        status = main(["--profile", str(self.profile), *arguments])
        captured = self._capsys.readouterr()
        return Result(status, captured.out, captured.err)

    def done(self, *arguments: str, stdin: str = "") -> Result:
        """In this process, and it must succeed."""
        result = self(*arguments, stdin=stdin)
        assert result.status == 0, result
        return result

    def process(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """In a process of its own, for signals and for what runs beside it."""
        command = [sys.executable, "-m", "app.cli.main", "--profile", str(self.profile), *arguments]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120"}
        # A shell that runs the tests in the background lets them ignore Ctrl-C, and their children would inherit that.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **streams)
        finally:
            signal.signal(signal.SIGINT, before)
        self._started.append(process)
        return process

    def close(self) -> None:
        """End what a failed test has left."""
        for process in self._started:
            with process:
                process.kill()


@pytest.fixture
def ctl(profile: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Ctl]:
    """`ctl("connection", "list", "--json").document`."""
    found = Ctl(profile, capsys, monkeypatch)
    yield found
    found.close()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Three documents in a folder."""
    root = tmp_path / "tree"
    (root / "deep").mkdir(parents=True)
    (root / "leave.txt").write_text("Parental leave lasts as long as it needs to.")
    (root / "travel.md").write_text("# Travel\n\nTake the train.")
    (root / "deep" / "keys.txt").write_text("The keys hang behind the door.")
    return root


@dataclass
class SlowApi:
    """A JSON API whose second page comes when it is let."""

    url: str
    asked: threading.Event
    gate: threading.Event


@pytest.fixture
def slow_api() -> Iterator[SlowApi]:
    """Two pages of two items; the second waits for `gate`, `asked` tells that somebody wants it."""
    api = SlowApi("", threading.Event(), threading.Event())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
            if page == 2:
                api.asked.set()
                api.gate.wait(60)
            items = [{"id": f"{page}-{number}", "title": f"Item {page}-{number}"} for number in (1, 2)]
            body = json.dumps({"items": items if page < 3 else []}).encode()
            try:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # who asked has been interrupted

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_port}/items"
    serving = threading.Thread(target=server.serve_forever, args=(0.05,))
    serving.start()
    yield api
    api.gate.set()
    server.shutdown()
    server.server_close()
    serving.join()
