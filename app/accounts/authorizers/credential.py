"""What all authorizers share: reading their parameters, and hiding what they read from every log."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import httpx

from app.accounts.credential import StaticCredential
from connectors.sdk import Authorization, ConfigError, SecretRef

if TYPE_CHECKING:
    from app.accounts.secrets import Secrets
    from app.network import AwsCredentials, Network


class Credential:
    """Base of the authorizers: reads secrets when they are first needed, and again when the server refuses them."""

    def __init__(self, authorization: Authorization, secrets: Secrets, network: Network) -> None:
        self.hosts = authorization.hosts
        self.account = f"{authorization.kind} {_digest(authorization)}"
        self._kind = authorization.kind
        self._params = authorization.params
        self._secrets = secrets
        self._remember = network.redactor.remember
        self._read: dict[str, str] = {}

    async def authorize(self, request: httpx.Request) -> None:
        """Put the credential on the request."""
        raise NotImplementedError

    async def refused(self, response: httpx.Response) -> bool:
        """Read the secrets again: someone may have replaced them while this ran. True when one is another now."""
        before, self._read = self._read, {}
        for name in before:
            await self._secret(name)
        return self._read != before

    async def aws_credentials(self) -> AwsCredentials:
        """Only an AWS key pair can sign for a bucket."""
        raise ConfigError(
            "This kind of credential can't open a bucket",
            where=self._kind,
            remedy="Use an access key and its secret.",
            code="credential_kind",
        )

    def _text(self, name: str, default: str | None = None) -> str:
        value = self._params.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise ConfigError(f"The credential has no {name.replace('_', ' ')}", where=self._kind, remedy="Enter it.")
        return value

    async def _secret(self, name: str) -> str:
        if name not in self._read:
            ref = self._params.get(name)
            if not isinstance(ref, SecretRef):
                raise ConfigError(
                    f"The credential has no {name.replace('_', ' ')}",
                    where=self._kind,
                    remedy="Enter it.",
                    code="secret_missing",
                )
            async with StaticCredential(ref, self._secrets) as held:
                self._read[name] = self._remember(await held.get())
        return self._read[name]

    async def _optional_secret(self, name: str) -> str | None:
        return await self._secret(name) if self._params.get(name) is not None else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.account!r})"


def _digest(authorization: Authorization) -> str:
    """A name for the credential that is the same for two connections that use it, and tells nothing."""
    parts = [f"{name}={value}" for name, value in sorted(authorization.params.items())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
