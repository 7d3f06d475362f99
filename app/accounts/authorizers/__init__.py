"""How each kind of credential gets onto a request. `authorizer` picks the one that an `Authorization` asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.accounts.authorizers.credential import Credential
from app.accounts.secrets import Secrets
from app.network import Authorizer, Network
from connectors.sdk import Authorization

if TYPE_CHECKING:
    from app.accounts.oauth.accounts import Accounts


def authorizer(
    authorization: Authorization | None, secrets: Secrets, network: Network, accounts: Accounts | None = None
) -> Authorizer | None:
    """The authorizer for a connection's `Authorization`; None when its requests need no credential."""
    if authorization is None or authorization.kind == "none":
        return None
    if authorization.kind == "account":
        from app.accounts.authorizers.account import SignedInAccount

        return SignedInAccount(authorization, secrets, network, accounts)
    return _kind(authorization.kind)(authorization, secrets, network)


def _kind(kind: str) -> type[Credential]:
    # Imported when first used: botocore and joserfc take longer to import than most connections take to test.
    if kind == "aws_sigv4":
        from app.accounts.authorizers.aws import AwsSigV4

        return AwsSigV4
    if kind == "oauth2_client_credentials":
        from app.accounts.authorizers.token import ClientCredentials

        return ClientCredentials
    if kind == "google_service_account":
        from app.accounts.authorizers.google import GoogleServiceAccount

        return GoogleServiceAccount
    from app.accounts.authorizers import static

    return {"basic": static.Basic, "digest": static.Digest, "bearer": static.Bearer, "header": static.Header}[kind]
