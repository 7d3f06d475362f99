"""The search for secrets finds what it is there to find: in each place, and in each shape."""

from __future__ import annotations

import base64
import logging
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from app.accounts.oauth.errors import refusal
from tests.support.planted import Planted, plant

SECRET = "a-token/planted+by=the test"
LEAKS: dict[str, tuple[str, Callable[[Path, str], object]]] = {
    "a file": ("notes.txt", lambda folder, text: (folder / "notes.txt").write_text(text)),
    "a file's name": ("the name of", lambda folder, text: (folder / text.replace("/", "_")).write_text("")),
    "the log": ("log", lambda folder, text: logging.getLogger("any").debug(text)),
    "stdout": ("stdout", lambda folder, text: print(text)),
    "stderr": ("stderr", lambda folder, text: print(text, file=sys.stderr)),
    "an error": ("an error", lambda folder, text: refusal("invalid_grant", detail=text)),
}
SHAPES: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "in an address": lambda text: "?code=" + quote(text, safe=""),
    "in a header": lambda text: base64.b64encode(f"client:{text}".encode()).decode(),
}


def found(planted: Planted, folder: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> str:
    captured = capfd.readouterr()
    leaks = planted.leaks(folder, log=caplog.text, stdout=captured.out, stderr=captured.err)
    planted.secrets.clear()  # what this test has leaked on purpose is not held against it
    return "\n".join(leaks)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("place", LEAKS)
def test_a_leak_is_found(
    place: str,
    shape: str,
    planted: Planted,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    named, leak = LEAKS[place]
    secret = SECRET.replace("/", "-") if place == "a file's name" else SECRET
    plant(token=secret)
    assert not planted.leaks(tmp_path)
    leak(tmp_path, SHAPES[shape](secret))
    assert named in found(planted, tmp_path, caplog, capfd)


def test_a_row_that_stands_only_in_the_journal_of_a_database_is_found(
    planted: Planted, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    plant(token=SECRET)
    with sqlite3.connect(tmp_path / "some.db") as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE t (x)")
        database.execute("INSERT INTO t VALUES (?)", (SECRET,))
        database.commit()
        assert "some.db-wal holds a token as text" in found(planted, tmp_path, caplog, capfd)
    database.close()


def test_a_word_that_is_too_short_to_be_a_secret_is_not_searched_for(planted: Planted) -> None:
    plant(code="c-1")
    assert planted.secrets == {}
