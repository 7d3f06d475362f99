"""Google service accounts: a signed statement about oneself is exchanged for a token (RFC 7523)."""

from __future__ import annotations

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from app.accounts.authorizers.token import Grant, TokenCredential, secure_url
from connectors.sdk import ConfigError

_LIFETIME = 3600


class _Key(msgspec.Struct):
    """What of the downloaded key file is used."""

    client_email: str
    private_key: str
    token_uri: str
    private_key_id: str = ""
    type: str = ""


class GoogleServiceAccount(TokenCredential):
    """Signs in with the key of a service account, for itself or, with `subject`, for a person of its domain."""

    async def _grant(self) -> Grant:
        text = await self._secret("key")
        try:
            key = msgspec.json.decode(text, type=_Key)
        except msgspec.DecodeError as error:
            raise _bad_key("it is not the JSON file that Google offers for download", str(error)) from None
        if key.type != "service_account":
            raise _bad_key(f"it is of type {key.type!r}")
        self._remember(key.private_key)
        now = int(self._clock.now())
        claims = {
            "iss": key.client_email,
            "scope": self._text("scope"),
            "aud": key.token_uri,
            "iat": now,
            "exp": now + _LIFETIME,
        }
        if self._params.get("subject"):
            claims["sub"] = self._text("subject")
        header = {"alg": "RS256", "typ": "JWT", "kid": key.private_key_id}
        try:
            assertion = jwt.encode(header, claims, RSAKey.import_key(key.private_key), algorithms=["RS256"])
        except (ValueError, TypeError, JoseError):
            raise _bad_key("its private_key is damaged") from None
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": self._remember(assertion)}
        return Grant(secure_url(key.token_uri), form, {})


def _bad_key(why: str, detail: str = "") -> ConfigError:
    return ConfigError(
        f"This is not the key of a service account: {why}",
        where="google_service_account",
        remedy="In the Google Cloud console make a key of type JSON for the service account, and enter that file.",
        detail=detail,
        code="service_account_key_invalid",
    )
