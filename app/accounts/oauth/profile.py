"""Who signed in at a provider that is no OpenID provider: read from its own address for it."""

from __future__ import annotations

import json
from typing import Any

from app.accounts.oauth.errors import refusal
from app.accounts.oauth.identity import Identity, is_subject, one_line
from app.accounts.oauth.provider import Provider
from app.accounts.oauth.tokens import Tokens, at
from app.accounts.oauth.wire import ProviderHttp


async def read_profile(http: ProviderHttp, provider: Provider, tokens: Tokens) -> Identity:
    """The person; without an address for it, an identity that only names the provider. Raises SignInError."""
    profile, issuer = provider.profile, provider.issuer or provider.token_url
    if profile is None:
        return Identity(issuer=issuer, subject="")
    if profile.method == "GET":
        reply = await http.get(profile.url, token=tokens.access_token, headers=profile.headers)
    else:
        headers = {**profile.headers, "authorization": f"Bearer {tokens.access_token}"}
        reply = await http.post(profile.url, profile.body, headers=headers, json=bool(profile.body), repeat=True)
    subject = at(reply.data, profile.subject)
    subject = str(subject) if isinstance(subject, int) and not isinstance(subject, bool) else subject
    if reply.status >= 400 or not is_subject(subject):
        raise refusal("profile_unreadable", where=provider.title, detail=f"status {reply.status}")
    return Identity(
        issuer=issuer,
        subject=subject,
        name=_text(reply.data, profile.name),
        email=_text(reply.data, profile.email),
    )


def _text(data: Any, pointers: tuple[str, ...]) -> str:
    """The first of them that holds something."""
    found = next((value for pointer in pointers if (value := at(data, pointer)) not in (None, "")), "")
    return one_line(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False))
