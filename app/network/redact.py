"""Keeps secrets out of everything that is shown or stored: logs, error details, addresses.

Two layers: the values that were really used in this process, in the forms in which they travel, and patterns of
credentials that nobody told us about (a server may echo a token it was sent).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus, urlsplit

import msgspec

from connectors.sdk import Json, Log

MASK = "•••"

_SHORTEST = 6  # masking shorter values would shred ordinary text and say more than it hides
_PATTERNS = (
    (re.compile(r"(?i)\b(bearer)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"(?i)\b(basic|token)\s+(?=\S*[0-9+/=])[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]*)?"), MASK),
    (re.compile(r"\b(?:sk-|ghp_|gho_|github_pat_|xox[abposr]-)[A-Za-z0-9_-]{8,}"), MASK),
    (re.compile(r"(?i)\b((?:[a-z]+_)?(?:token|secret|password|assertion))=[^&\s\"'<>]{4,}"), rf"\1={MASK}"),
    (re.compile(r"(?i)(?<=[?&])(code|sig|(?:api_?|x-amz-)?(?:key|signature))=[^&\s\"'<>]{4,}"), rf"\1={MASK}"),
)


class Redactor:
    """Knows the secrets in use and takes them out of text."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def remember(self, secret: str) -> str:
        """Hide this value from now on, also as base64, URL-encoded and in JSON. Returns it, for use in place."""
        for form in {secret, *secret.splitlines()}:
            if len(form) < _SHORTEST:
                continue
            raw = form.encode()
            self._known.update(
                (form, quote(form, safe=""), quote_plus(form), _in_json(form), base64.b64encode(raw).decode())
            )
        return secret

    def redact(self, text: str) -> str:
        """The text without any known secret or anything that looks like one."""
        for secret in sorted(self._known, key=len, reverse=True):
            if secret in text:
                text = text.replace(secret, MASK)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text

    def __repr__(self) -> str:
        return f"Redactor({len(self._known)} values)"


def _in_json(text: str) -> str:
    return msgspec.json.encode(text).decode()[1:-1]


class RedactedLog:
    """A connection's log without secrets, whatever its connector writes into it."""

    def __init__(self, log: Log, redactor: Redactor) -> None:
        self._log = log
        self._redactor = redactor

    def debug(self, message: str, **fields: Json) -> None:
        self._log.debug(self._redactor.redact(message), **self._redacted(fields))

    def info(self, message: str, **fields: Json) -> None:
        self._log.info(self._redactor.redact(message), **self._redacted(fields))

    def warning(self, message: str, **fields: Json) -> None:
        self._log.warning(self._redactor.redact(message), **self._redacted(fields))

    def _redacted(self, fields: dict[str, Json]) -> dict[str, Json]:
        return {name: _mapped(value, self._redactor.redact) for name, value in fields.items()}


def _mapped(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    if isinstance(value, dict):
        return {name: _mapped(item, change) for name, item in value.items()}
    return value


def public_url(url: str) -> str:
    """An address to show: scheme, host, port and path, without user, query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:  # no address at all, so nothing tells where in it a password may stand
        return MASK
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
