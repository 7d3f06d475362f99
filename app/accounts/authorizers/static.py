"""Credentials that are sent as they are: basic, bearer, header; and digest, which answers a challenge."""

from __future__ import annotations

import base64

import httpx

from app.accounts.authorizers.credential import Credential
from app.accounts.authorizers.token_header import put_token
from connectors.sdk import ConfigError


class Basic(Credential):
    """User name and password (RFC 7617)."""

    _header = ""

    async def authorize(self, request: httpx.Request) -> None:
        if not self._header:
            pair = f"{self._text('username')}:{await self._secret('password')}"
            self._header = f"Basic {self._remember(base64.b64encode(pair.encode()).decode())}"
        request.headers["authorization"] = self._header

    async def refused(self, response: httpx.Response) -> bool:
        self._header = ""
        return await super().refused(response)


class Bearer(Credential):
    """A token (RFC 6750; with `git_user` also for Git over HTTP)."""

    async def authorize(self, request: httpx.Request) -> None:
        token = _header_value(await self._secret("token"))
        put_token(request, token, self._text("git_user", ""), self._remember)


class Header(Credential):
    """A key in a header of the server's choice."""

    async def authorize(self, request: httpx.Request) -> None:
        request.headers[self._text("name")] = _header_value(await self._secret("value"))


class Digest(Credential):
    """User name and password, proven without sending the password (RFC 7616)."""

    _auth: httpx.DigestAuth | None = None

    async def authorize(self, request: httpx.Request) -> None:
        if self._auth is None:
            self._auth = httpx.DigestAuth(self._text("username"), await self._secret("password"))
        next(self._auth.auth_flow(request))  # adds the header once a challenge is known

    async def refused(self, response: httpx.Response) -> bool:
        """Take up the challenge; False when the proof itself was refused."""
        if self._auth is None:
            return False
        stale = "stale=true" in response.headers.get("www-authenticate", "").lower().replace('"', "")
        if "authorization" in response.request.headers and not stale:
            return False
        flow = self._auth.auth_flow(response.request)
        next(flow)
        try:
            flow.send(response)
        except (StopIteration, httpx.ProtocolError):  # no digest challenge, or a broken one
            return False
        return True


def _header_value(secret: str) -> str:
    if any(character in secret for character in "\r\n\0") or not secret.isascii():
        raise ConfigError(
            "The secret holds characters that can't be sent in a header",
            remedy="Copy it again, without line breaks.",
            code="secret_invalid",
        )
    return secret.strip()
