"""How a request gets its credential: the protocol that the accounts room implements.

The network knows only this much, so that credentials live in one room and no connector ever meets one.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import httpx


class AwsCredentials(NamedTuple):
    """What signs a request in the AWS way, for clients that sign by themselves."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None

    def __repr__(self) -> str:
        return f"AwsCredentials({self.access_key_id!r}, ...)"


class Authorizer(Protocol):
    """One credential. `account` names it for rate limits and is no secret; `hosts` are the only `host`, `host:port` or
    `*.domain` it is sent to."""

    account: str
    hosts: tuple[str, ...]

    async def authorize(self, request: httpx.Request) -> None:
        """Put the credential on the request. Raises AuthError, ConfigError."""
        ...

    async def refused(self, response: httpx.Response) -> bool:
        """The server answered 401. True when a fresh credential is at hand, so that trying once more makes sense."""
        ...

    async def aws_credentials(self) -> AwsCredentials:
        """The key pair itself. Raises ConfigError where the credential is of another kind."""
        ...
