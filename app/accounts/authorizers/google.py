"""Google service accounts: a signed statement about oneself is exchanged for a token (RFC 7523)."""

from __future__ import annotations

from app.accounts.authorizers.token import Grant, TokenCredential, secure_url
from app.accounts.oauth.assertion import bad_key, grant_form, read_key, statement
from app.accounts.oauth.provider import provider
from connectors.sdk import N_


class GoogleServiceAccount(TokenCredential):
    """Signs in with the key of a service account, for itself or, with `subject`, for a person of its domain."""

    async def _grant(self) -> Grant:
        google = provider("google")
        key = read_key(await self._secret("key"), google)
        for secret in key.secrets:
            self._remember(secret)
        if not key.client_id or not key.token_url:
            raise bad_key(google, N_("it does not say which account it is of: enter the whole file"))
        scopes = tuple(self._text("scope").split())
        signed = statement(
            google,
            key,
            audience=key.token_url,
            client_id=key.client_id,
            act_for=self._text("subject", ""),
            scopes=scopes,
            now=self._clock.now(),
        )
        return Grant(secure_url(key.token_url), grant_form(google, self._remember(signed), scopes), {})
