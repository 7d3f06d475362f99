"""Tokens as they are kept, and reading them from a provider's answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

import msgspec

from app.accounts.oauth.errors import refusal
from app.accounts.oauth.provider import Provider


class Tokens(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a sign-in gave. Times are UTC epoch seconds; `expires_at` None: only a refusal tells. Sealed in the vault,
    and never with the client's secret. `kept`: what else calls need, such as the person's own server. Its repr tells
    nothing."""

    access_token: str
    refresh_token: str = ""
    expires_at: float | None = None
    scopes: tuple[str, ...] = ()
    obtained_at: float = 0.0
    kept: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at}, scopes={self.scopes})"


def read_tokens(
    answer: Mapping[str, Any], provider: Provider, *, asked: tuple[str, ...], now: float, before: Tokens | None = None
) -> Tokens:
    """The tokens of an answer of the token endpoint. `before`: what a refresh began with; what the answer leaves out
    stays (RFC 6749 6). Raises SignInError."""
    body = at(answer, provider.refresh_path if before else provider.token_path)
    if not isinstance(body, Mapping):
        body = {}
    access = body.get("access_token")
    kind = str(body.get("token_type", "bearer")).lower()
    if not isinstance(access, str) or not access.isascii() or not access.isprintable() or not access:
        raise refusal("token_answer_invalid", where=provider.title, detail="it has no access token")
    if kind not in provider.token_types:
        raise refusal("token_answer_invalid", where=provider.title, detail="its token is of an unknown type")
    refresh = body.get("refresh_token")
    scope = body.get(provider.scope_field)
    kept = {name: found for name, path in provider.keep.items() if _shown(found := at(answer, path))}
    return Tokens(
        access_token=access,
        refresh_token=refresh if isinstance(refresh, str) and refresh else before.refresh_token if before else "",
        expires_at=_expiry(body.get("expires_in"), now),
        scopes=_scopes(scope, provider) or (before.scopes if before else asked),
        obtained_at=now,
        kept={**(before.kept if before else {}), **kept},
    )


def at(data: Any, pointer: str) -> Any:
    """What stands in an answer at a JSON pointer, None if nothing does."""
    for part in pointer.split("/")[1:]:
        if isinstance(data, list) and part.isdigit():
            data = data[int(part)] if int(part) < len(data) else None
        else:
            data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _expiry(value: Any, now: float) -> float | None:
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return now + seconds if 0 < seconds < 10 * 365 * 86400 else None


def _scopes(value: Any, provider: Provider) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.replace(provider.scope_separator, " ").replace(",", " ").split(" ")
    if not isinstance(value, list):
        return ()
    return tuple(str(one) for one in value if one and _shown(str(one)))


def _shown(value: Any) -> TypeGuard[str]:
    """Whether it is a text that can be shown: what a provider hides in one is not what it was asked for."""
    return isinstance(value, str) and value.isprintable()
