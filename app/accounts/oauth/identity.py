"""Who an account is."""

from __future__ import annotations

import unicodedata
from typing import Any, TypeGuard

import msgspec


def one_line(text: str, longest: int = 200) -> str:
    """Text of anybody's as a name may be: one line without what acts on a terminal, or turns how others read."""
    # The two joiners stay: words of Persian and of Hindi are spelled with them.
    kept = (
        sign if sign.isprintable() or sign in "\u200c\u200d" else " " if _ends_a_word(sign) else "" for sign in text
    )
    return " ".join("".join(kept).split())[:longest]


def is_subject(value: Any) -> TypeGuard[str]:
    """Whether it can say who somebody is: whole, and as it is written (OpenID Connect Core 2)."""
    return isinstance(value, str) and 0 < len(value) <= 255 and value.isprintable()


def _ends_a_word(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Zs")


class Identity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person or service at a provider. (issuer, subject) says who it is; the rest is for reading."""

    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    email_verified: bool | None = None
