"""What a pasted text says, before any form is asked: a list of named values, perhaps in several readings.

One text can often be read in more than one way: the path of a URL is a bucket for one form and part of the address for
another. So a reading is a list of alternatives, and the form decides which it understands best.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.forms.values import Json

ORIGINS = (
    *("connection string", "key file", "account name", "access key id", "secret access key"),
    *("bucket", "container", "database", "endpoint", "host", "jurisdiction", "namespace", "owner", "password", "path"),
    *("port", "prefix", "region", "repository", "scheme", "user"),
)
"""What we call a value whose text has no name for it: to be translated, unlike a name that stands there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One named value. `names` are what it may be called, the best first; `origin` is what the text calls it."""

    names: tuple[str, ...]
    value: Json = field(repr=False)  # may be a secret, whatever it is called
    origin: str
    tokens: tuple[str, ...] = ()
    """Where it lay in pasted JSON."""
    implied: bool = False
    """It follows from something else in the text, so nobody misses it if no field wants it."""
    sure: bool = False
    """A rule made for just such a text found it."""
    secret_only: bool = False
    """It has a password in it, so no field may take it that shows its value."""


Entries = tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text taken apart. `kind` says what it was; `skipped` counts lines that say nothing."""

    kind: str
    alternatives: tuple[Entries, ...] = ()
    skipped: int = 0
