"""After every test of sign-ins: no secret that was handed out or shown in it is readable anywhere.

The fakes call `plant` with each token, code, verifier and client secret that they issue or are shown. The fixture
`planted`, which a folder's conftest makes its own, then searches each of them, in every shape it may leak in, in all
files under the test's folder (databases and their journals too), the log down to DEBUG, what was printed, and in every
error that was made, shown or not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sdk import HeadwaterError
from tests.support.canary import forms

SHORTEST = 8
"""A shorter value stands in ordinary text by chance."""
MOST = 24
"""Of each kind, the first and the last so many are searched for."""


class Planted:
    """The secrets of one test, and where to search for them."""

    def __init__(self) -> None:
        self.secrets: dict[str, dict[str, None]] = {}
        self.texts: list[str] = []
        self.errors: list[HeadwaterError] = []
        self.apart: set[Path] = set()
        """Files in which the test itself has put a secret."""

    def leaks(self, folder: Path, **texts: str) -> list[str]:
        """Where one was found, as sentences."""
        places = {name: text.encode() for name, text in texts.items()}
        places["what another process printed"] = "\n".join(self.texts).encode()
        places["an error"] = "\n".join(f"{error!r} {error.info()!r} {vars(error)}" for error in self.errors).encode()
        for path in folder.rglob("*"):
            places[f"the name of {path.name}"] = str(path.relative_to(folder)).encode()
            if path.is_file() and path not in self.apart:
                places[path.name] = path.read_bytes()
        return [
            f"{place} holds a {kind} {shape}"
            for kind, values in self.secrets.items()
            for value in dict.fromkeys([*list(values)[:MOST], *list(values)[-MOST:]])
            for shape, needle in forms(value).items()
            for place, content in places.items()
            if needle in content
        ]


_now = Planted()


def plant(**secrets: str | None) -> None:
    """These must show nowhere; the names say what they are. Called by servers, from whatever thread."""
    for kind, value in secrets.items():
        if value and len(value) >= SHORTEST:
            _now.secrets.setdefault(kind.replace("_", " "), {})[value] = None


def plant_request(form: dict[str, Any], authorization: str = "") -> None:
    """What a client shows at a token endpoint or an API."""
    names = ("code", "refresh_token", "code_verifier", "client_secret", "assertion", "client_assertion", "device_code")
    plant(**{name: form[name] for name in names if isinstance(form.get(name), str)})
    plant(authorization=authorization.partition(" ")[2])


def plant_answer(answer: Any) -> None:
    """What a token endpoint hands out."""
    if isinstance(answer, dict):
        names = ("access_token", "refresh_token", "id_token", "device_code")
        plant(**{name: answer[name] for name in names if isinstance(answer.get(name), str)})
        for part in answer.values():
            plant_answer(part)


@pytest.fixture(autouse=True)
def planted(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Planted]:
    """The search, after the test."""
    global _now
    caplog.set_level(logging.DEBUG)
    output = request.getfixturevalue("capsys" if "capsys" in request.fixturenames else "capfd")
    _now = here = Planted()
    begin: Callable[..., None] = HeadwaterError.__init__

    def remember(self: HeadwaterError, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        here.errors.append(self)

    monkeypatch.setattr(HeadwaterError, "__init__", remember)
    yield here
    captured = output.readouterr()
    found = here.leaks(tmp_path, log=caplog.text, stdout=captured.out, stderr=captured.err)
    if found:
        pytest.fail("\n".join(dict.fromkeys(found)), pytrace=False)
