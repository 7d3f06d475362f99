"""The vault's passphrase is asked for on a terminal, and only there."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.cli.conftest import Ctl

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")


class Screen:
    """The other side of a terminal: read up to a question, then type. Its last space comes when the echo is off."""

    def __init__(self) -> None:
        self._reader, self.terminal = os.openpty()
        self.seen = ""

    def answer(self, question: str, typed: str) -> None:
        start = len(self.seen)
        while question not in self.seen[start:]:
            self.seen += os.read(self._reader, 4096).decode()
        os.write(self._reader, f"{typed}\n".encode())

    def rest(self) -> None:
        try:
            while chunk := os.read(self._reader, 4096):
                self.seen += chunk.decode()
        except OSError:
            pass  # how Linux says that the other side is closed
        os.close(self._reader)


def start(ctl: Ctl, screen: Screen, *arguments: str) -> subprocess.Popen[str]:
    process = ctl.process(*arguments, stdin=screen.terminal, stdout=screen.terminal, stderr=screen.terminal)
    os.close(screen.terminal)
    return process


def test_a_person_types_the_secret_once_and_chooses_a_passphrase(ctl: Ctl) -> None:
    add = (
        *("connection", "add", "--type", "s3", "--name", "Docs", "--set", "bucket_name=docs"),
        *("--set", "endpoint_url=http://127.0.0.1:1", "--set", "auth.aws_access_key_id=k"),
        *("--set", "auth.method=access_key", "--secret", "aws_secret_access_key=-"),
    )
    screen = Screen()
    process = start(ctl, screen, *add)
    screen.answer("Value of aws_secret_access_key: ", "the-secret-key")
    screen.answer("Choose a passphrase for it: ", "open sesame")
    screen.answer("Repeat for confirmation: ", "open sesame")
    screen.rest()
    assert process.wait(60) == 0, screen.seen
    assert "Docs is added." in screen.seen
    assert "the-secret-key" not in screen.seen
    assert "open sesame" not in screen.seen

    # Without a terminal nobody is asked; with one, the passphrase that was chosen opens the vault.
    assert ctl("connection", "test", "Docs", "--json").status == 1
    screen = Screen()
    process = start(ctl, screen, "connection", "duplicate", "Docs")
    screen.answer("Passphrase of the vault: ", "open sesame")
    screen.rest()
    assert process.wait(60) == 0, screen.seen
    assert "Docs copy is made." in screen.seen
