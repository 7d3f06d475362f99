"""A planted secret, and the search for it wherever it must not be.

    def test_the_vault_keeps_it(canary, profile):
        ...                                   # use canary.value as a password, token or key
        canary.check(profile)                 # log, stdout, stderr, and every file under the folder

The search knows the value as text, URL-encoded, JSON-escaped, and in base64 at any offset (as in a Basic header).
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus


def forms(value: str) -> dict[str, bytes]:
    """The shapes in which a secret may leak, by name."""
    raw = value.encode()
    found = {
        "as text": raw,
        "URL-encoded": quote(value, safe="").encode(),
        "URL-encoded as a form": quote_plus(value).encode(),
        "JSON-escaped": json.dumps(value)[1:-1].encode(),
        "in hex": raw.hex().encode(),
        "in UTF-16": value.encode("utf-16-le"),
    }
    for offset in range(3):
        # What stands before decides how the bits fall; the first and last characters also depend on the neighbours.
        encoded = base64.b64encode(b"\0" * offset + raw)
        inner = encoded[(0, 2, 3)[offset] : len(encoded) - (0, 3, 2)[(len(raw) + offset) % 3] or None]
        found[f"in base64 (offset {offset})"] = inner.rstrip(b"=")
        found[f"in URL-safe base64 (offset {offset})"] = inner.rstrip(b"=").replace(b"+", b"-").replace(b"/", b"_")
    return found


@dataclass(frozen=True)
class Canary:
    """The planted value. `outputs` is asked for what was logged and printed so far."""

    outputs: Callable[[], dict[str, str]]
    value: str = field(default_factory=lambda: f"canary/{secrets.token_hex(6)}+{secrets.token_hex(6)}?=")

    def leaks(self, *folders: Path, texts: dict[str, str] | None = None) -> list[str]:
        """Where it was found, as sentences."""
        places = {name: text.encode() for name, text in {**self.outputs(), **(texts or {})}.items()}
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                places[f"the name of {path}"] = str(path.relative_to(folder)).encode()
                if path.is_file():
                    places[str(path)] = path.read_bytes()
        return [
            f"{place} holds the secret {shape}"
            for place, content in places.items()
            for shape, needle in forms(self.value).items()
            if needle in content
        ]

    def check(self, *folders: Path, texts: dict[str, str] | None = None) -> None:
        """Fail the test if the secret is in the log, on stdout or stderr, in `texts`, or in a file under a folder."""
        found = self.leaks(*folders, texts=texts)
        assert not found, "\n".join(found)
