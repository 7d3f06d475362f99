"""The ways to sign in at an API, as fields of the form and as what the host is told to do. Never a secret's value."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from connectors.sdk import AccountScope, Authorization, ConnectorConfig, Secret, option
from connectors.sources._web import WebAddress


class NoAuth(ConnectorConfig):
    """A public API."""

    model_config = ConfigDict(title="None")

    method: Literal["none"] = "none"

    def authorization(self, host: str) -> Authorization | None:
        return None


class ApiKeyHeader(ConnectorConfig):
    """A key in a header of the API's choosing."""

    model_config = ConfigDict(title="API key in a header")

    method: Literal["api_key_header"] = "api_key_header"
    header_name: str = option(
        "X-API-Key", title="Header", effect="tuning", order=1, pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
    )
    api_key: Secret = option(
        ...,
        title="API key",
        help="The whole value of the header, with a word before the key if the API wants one.",
        effect="tuning",
        order=2,
    )

    def authorization(self, host: str) -> Authorization | None:
        return Authorization(kind="header", params={"name": self.header_name, "value": self.api_key}, hosts=(host,))


class Bearer(ConnectorConfig):
    """A fixed token."""

    model_config = ConfigDict(title="Bearer token")

    method: Literal["bearer"] = "bearer"
    token: Secret = option(..., title="Token", effect="tuning", order=1)

    def authorization(self, host: str) -> Authorization | None:
        return Authorization(kind="bearer", params={"token": self.token}, hosts=(host,))


class Basic(ConnectorConfig):
    """User name and password."""

    model_config = ConfigDict(title="User name and password")

    method: Literal["basic"] = "basic"
    username: str = option(..., title="User name", effect="tuning", order=1)
    password: Secret = option(..., title="Password", effect="tuning", order=2)

    def authorization(self, host: str) -> Authorization | None:
        return Authorization(kind="basic", params={"username": self.username, "password": self.password}, hosts=(host,))


class ClientCredentials(ConnectorConfig):
    """OAuth 2: the app signs in as itself."""

    model_config = ConfigDict(title="OAuth 2 client credentials")

    method: Literal["oauth2_client_credentials"] = "oauth2_client_credentials"
    token_url: WebAddress = option(
        ..., title="Token address", effect="tuning", order=1, examples=["https://login.example.com/oauth2/token"]
    )
    client_id: str = option(..., title="Client ID", effect="tuning", order=2, min_length=1)
    client_secret: Secret = option(..., title="Client secret", effect="tuning", order=3)
    scope: str = option("", title="Scope", help="Several are separated by spaces.", effect="tuning", order=4)
    audience: str = option(
        "", title="Audience", help="Some providers want the API's name here.", effect="tuning", order=5, advanced=True
    )
    client_auth: Literal["basic", "post"] = option(
        "basic",
        title="Client sends its secret",
        effect="tuning",
        order=6,
        advanced=True,
        labels={"basic": "In the Authorization header", "post": "In the request's body"},
    )

    def authorization(self, host: str) -> Authorization | None:
        return Authorization(
            kind="oauth2_client_credentials",
            params={
                "token_url": self.token_url,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "scope": self.scope or None,
                "audience": self.audience or None,
                "client_auth": self.client_auth,
            },
            hosts=(host,),
        )


class SignedIn(ConnectorConfig):
    """A person's own access, from a sign-in in the browser."""

    model_config = ConfigDict(title="Signed-in account")

    method: Literal["account"] = "account"
    account: str = option(
        ...,
        title="Account",
        help="At any provider; its access is renewed while syncs run.",
        effect="tuning",
        order=1,
        min_length=1,
        account="",
    )
    scopes: str = option(
        "",
        title="Needed scopes",
        help="Several are separated by spaces. Empty: whatever it has.",
        effect="tuning",
        order=2,
    )

    def authorization(self, host: str) -> Authorization | None:
        scopes = tuple(AccountScope(name) for name in self.scopes.split())
        return Authorization(kind="account", params={"account": self.account}, hosts=(host,), scopes=scopes)


Auth = Annotated[NoAuth | ApiKeyHeader | Bearer | Basic | ClientCredentials | SignedIn, Field(discriminator="method")]
