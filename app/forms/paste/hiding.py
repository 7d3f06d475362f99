"""What must not be seen of a pasted text: the user-info of anything like a URL, and parameters such as a signature.

A parser can be wrong about a text that breaks the rules (a password with an @ or a slash that nobody encoded), so there
are two guards: `separate` takes a URL's credentials out, or refuses where it can't be sure; and `veiled` looks at every
value once more, whoever found it, and lets what still holds a credential go only where nothing is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from app.forms.paste.entries import Entry
from app.forms.paste.names import is_secret_name, words
from app.forms.secrets import reference_of
from app.forms.values import Json

VEIL = "•••"
_AUTHORITY = re.compile(r"[^/?#\\]*")
_HOST_AND_PORT = re.compile(r"(?:\[[^\]@]*\]|[^:\[\]@]*)(?::\d*)?")
_USER_INFO = re.compile(r"(?://|\\\\)[^\s/?#\\]*@|(?://[^\r\n]*:|:(?!//|\s))[^\r\n]*@")
"""Something before an @ that is like user-info: in front of a path, or with a colon in it. What follows a colon and a
space is like it only in a URL; elsewhere it is how people and YAML write `user: ada@example.com`."""
_PARAMETER = re.compile(r"(?:^|[?&;#,\s\"'{])([\w.+\[\]-]{1,80})=")
_TORN = re.compile(r"(?://[^\s;,]*:|(?<!tcp):(?!//|\s|\d+[;,\s]))[^\r\n]*@", re.IGNORECASE)
"""The same, from its colon on; not that of a server and its port, which other pairs may follow."""
_DECODINGS = 3
"""How often a text may be percent-encoded and still be understood."""
_TELLING = re.compile(
    r"password|passwd|passphrase|passcode|secret|token|signature|credential|apikey|accesskey|privatekey"
)
_TELLING_WORDS = frozenset(
    {
        *("pass", "pwd", "pw", "sig", "sas", "auth", "authorization", "code", "jwt", "bearer", "hmac", "otp", "pin"),
        *("session", "sid", "cookie"),
    }
)


@dataclass(frozen=True, slots=True)
class Separated:
    """A URL without its credentials, and these, decoded."""

    bare: str = field(repr=False)
    user: str = field(repr=False, default="")
    password: str = field(repr=False, default="")

    @property
    def has_credentials(self) -> bool:
        """Whether there was anything in front of the host."""
        return bool(self.user or self.password)


def separate(text: str) -> Separated | None:
    """Takes user and password out of a URL. None where it can't be told what belongs to them: an @ in a password that
    was not encoded looks like one in a path."""
    scheme, _, rest = text.partition("://")
    authority = _AUTHORITY.match(rest)
    assert authority is not None
    host, after = authority[0], rest[authority.end() :]
    user_info = ""
    if "@" not in after:
        user_info, _, host = host.rpartition("@")
    elif "@" not in host and ":" in host and not _HOST_AND_PORT.fullmatch(host):
        user_info, _, rest = rest.rpartition("@")  # a secret key with a slash in it
        host, after = rest, ""
    elif "@" in host or ":" in host:
        return None
    if "%" in re.sub(r"\[[^\]]*\]", "", _AUTHORITY.match(host)[0]):  # type: ignore[index]
        return None  # an encoded @ or colon
    user, _, password = user_info.partition(":")
    return Separated(f"{scheme}://{host}{after}", unquote(user), unquote(password))


def is_secret_parameter(name: str) -> bool:
    """Whether what is called so in a URL opens a door: a password, a token, a part of a signature."""
    name = _decoded(name)[-1]
    squashed = re.sub(r"[\W_]", "", name).casefold()
    return bool(
        _TELLING.search(squashed)
        or squashed.startswith(("xamz", "xgoog"))
        or _TELLING_WORDS.intersection(words(name))
        or is_secret_name(name)
    )


def hides(value: Json) -> bool:
    """Whether there is a credential in a text, or in any text of a list or object."""
    if isinstance(value, dict):
        return any(hides(one) for pair in value.items() for one in pair)
    if isinstance(value, list):
        return any(hides(one) for one in value)
    return isinstance(value, str) and any(_gives_away(text) for text in _decoded(value))


def has_user_info(text: str) -> bool:
    """Whether there is something like `user:password@` anywhere in a text."""
    return any(_USER_INFO.search(one) for one in _decoded(text))


def veiled(entry: Entry, text: str) -> Entry:
    """An entry of a text as it may be seen. One with a credential goes to secret fields only, and by a name that has
    none."""
    if hides(entry.origin) or any(hides(name) for name in entry.names):
        entry = replace(entry, names=(VEIL,), origin=VEIL, tokens=(), secret_only=True)
    cut_off = isinstance(entry.value, str) and "@" in entry.value and f"{entry.origin}:{entry.value}" in text
    if not cut_off and not hides(entry.value):
        return entry
    # Where a reference leads is shown.
    value = None if reference_of(entry.value) is not None else entry.value
    return replace(entry, value=value, secret_only=True)


def torn(text: str, values: Iterable[Json]) -> bool:
    """Whether a text was cut in the midst of a URL's user-info, so that the pieces no longer look like it."""
    kept = [value for value in values if isinstance(value, str)]
    return any(not any(found[0] in value for value in kept) for found in _TORN.finditer(text))


def _gives_away(text: str) -> bool:
    return bool(_USER_INFO.search(text)) or any(is_secret_parameter(found[1]) for found in _PARAMETER.finditer(text))


def _decoded(text: str) -> list[str]:
    """A text as it is, and what it says behind its encodings."""
    read = [text]
    while len(read) <= _DECODINGS and (plain := unquote(read[-1])) != read[-1]:
        read.append(plain)
    return read
