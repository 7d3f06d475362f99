"""Who an account is."""

from __future__ import annotations

import msgspec


class Identity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person or service at a provider. (issuer, subject) says who it is; the rest is for reading."""

    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    email_verified: bool | None = None
