"""AWS Signature Version 4, by botocore's signer alone: no ambient credentials, none of its clients or retries."""

from __future__ import annotations

import logging
from urllib.parse import quote_from_bytes, unquote_to_bytes

import httpx
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from app.accounts.authorizers.credential import Credential
from app.network import AwsCredentials

logging.getLogger("botocore").setLevel(logging.WARNING)  # its signer logs whole requests, session token included


class AwsSigV4(Credential):
    """An access key pair that signs each request; the secret itself is never sent."""

    _signer: SigV4Auth | None = None

    async def authorize(self, request: httpx.Request) -> None:
        if self._signer is None:
            keys = await self.aws_credentials()
            service = self._text("service", "s3")
            kind = S3SigV4Auth if service == "s3" else SigV4Auth
            self._signer = kind(Credentials(*keys), service, self._text("region"))
        signed = AWSRequest(
            method=request.method,
            url=_canonical(request.url) if isinstance(self._signer, S3SigV4Auth) else str(request.url),
            data=request.content,
            headers={name: request.headers[name] for name in _signed_names(request)},
        )
        self._signer.add_auth(signed)
        for name in ("Authorization", "X-Amz-Date", "X-Amz-Content-SHA256", "X-Amz-Security-Token"):
            if name in signed.headers:
                request.headers[name] = signed.headers[name]

    async def refused(self, response: httpx.Response) -> bool:
        self._signer = None
        return await super().refused(response)

    async def aws_credentials(self) -> AwsCredentials:
        """The key pair, for a client that signs by itself."""
        return AwsCredentials(
            self._text("access_key_id"),
            await self._secret("secret_access_key"),
            await self._optional_secret("session_token"),
        )


def _canonical(url: httpx.URL) -> str:
    """The URL as an object store signs it: decoded and written in one way, whatever way it was sent (`%2E%2E`)."""
    path, question_mark, query = url.raw_path.decode("ascii").partition("?")
    path = quote_from_bytes(unquote_to_bytes(path), safe="/~")
    return f"{url.scheme}://{url.netloc.decode('ascii')}{path}{question_mark}{query}"


def _signed_names(request: httpx.Request) -> list[str]:
    """Headers that a proxy or the transport may rewrite on the way are better not signed."""
    return [name for name in request.headers if name == "content-type" or name.startswith("x-amz-")]
