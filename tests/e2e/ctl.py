"""headwaterctl as a person runs it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.rclone import RcloneServer

SECRET_NAME = "E2E_SECRET_KEY"


class Ctl:
    """Runs commands on one profile; `secret` is in their environment as E2E_SECRET_KEY."""

    def __init__(self, profile: Path, secret: str = "") -> None:
        self.profile = profile
        self._environ = {**os.environ, "PYTHONPATH": os.getcwd(), SECRET_NAME: secret}

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command and go on."""
        return subprocess.Popen(
            [sys.executable, "-m", "app.cli.main", "--profile", str(self.profile), *words],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, status: int = 0) -> str:
        """Run to the end; the standard output. Fails when the exit status is another one."""
        process = self.start(*words)
        out, err = process.communicate(timeout=100)
        assert process.returncode == status, f"{words}: {process.returncode}\n{out}\n{err}"
        return out

    def json(self, *words: str, status: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", status=status))

    def lines(self, *words: str, status: int = 0) -> list[Any]:
        return [json.loads(line) for line in self.run(*words, "--json", status=status).splitlines()]

    def add_s3(self, server: RcloneServer, name: str, bucket: str, tmp_path: Path) -> None:
        """A connection to a bucket of a real server, its secret key from the environment."""
        config = tmp_path / f"{name}.json"
        config.write_text(
            json.dumps(
                {
                    "bucket_name": bucket,
                    "endpoint_url": server.url,
                    "addressing_style": "path",
                    "auth": {"method": "access_key", "aws_access_key_id": server.user},
                }
            )
        )
        secret = f"aws_secret_access_key=env:{SECRET_NAME}"
        self.run("connection", "add", "--type", "s3", "--name", name, "--config", str(config), "--secret", secret)


def files(folder: Path) -> dict[str, bytes]:
    """Relative path -> bytes of every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
