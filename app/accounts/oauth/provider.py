"""A provider as data: where a person signs in, what its answers look like, and how it differs from the standards.

One JSON file per provider in resources/providers; `facts` name the vendor's page for everything that is not standard.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from string import Template
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.sdk import ConfigError, NotFound

FOLDER = Path(__file__).parents[3] / "resources" / "providers"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Redirect(_Data):
    """Which address the provider may send the browser back to. `ports`: any, or those to register. Not `supported`: the
    provider wants an https address, which a desktop app has not; `note` says what to do instead."""

    supported: bool = True
    host: Literal["127.0.0.1", "localhost", "[::1]"] = "127.0.0.1"
    path: str = "/callback"
    ports: Literal["any"] | tuple[int, ...] = "any"
    note: str = ""


class Scope(_Data):
    """A permission, and what it is asked for."""

    name: str
    purpose: str


class Profile(_Data):
    """Who signed in, where the provider is no OpenID provider: an address, and where in its answer each thing stands
    (JSON pointers)."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, str] = {}
    subject: str = "/id"
    name: str = "/name"
    email: str = "/email"


class Revocation(_Data):
    """How a token is taken back. `token` sends it as RFC 7009 does; `github` deletes the app's grant."""

    url: str
    style: Literal["rfc7009", "bearer_post", "github"] = "rfc7009"


class Fact(_Data):
    """Where something that is said here is documented by the vendor."""

    about: str
    source: str = Field(pattern=r"^https://")


class Provider(_Data):
    """How to sign in somewhere. Addresses may hold `${name}` of `variables`, such as a tenant or a subdomain."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    protocol: Literal["oidc", "oauth2"]
    issuer: str = ""
    issuer_template: bool = False
    authorize_url: str = ""
    token_url: str = ""
    device_url: str = ""
    redirect: Redirect = Redirect()
    pkce: Literal["required", "supported", "none"] = "required"
    client_auth: Literal["none", "basic", "post"] = "none"
    secret: Literal["none", "optional", "required"] = "none"
    body: Literal["form", "json"] = "form"
    token_headers: dict[str, str] = {}
    token_path: str = ""
    token_types: tuple[str, ...] = ("bearer",)
    refresh: Literal["none", "static", "rotating"] = "rotating"
    scope_separator: str = " "
    base_scopes: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = ()
    authorize_params: dict[str, str] = {}
    profile: Profile | None = None
    revocation: Revocation | None = None
    variables: dict[str, str] = {}
    setup_url: str = ""
    setup: str = ""
    facts: tuple[Fact, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Provider:
        if self.protocol == "oauth2" and self.id != "oauth2" and not (self.authorize_url or self.device_url):
            raise ValueError("a provider without OpenID discovery names its addresses")
        return self

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that have no default: what has to be entered."""
        urls = [self.issuer, self.authorize_url, self.token_url, self.device_url]
        names = [name for url in urls for name in Template(url).get_identifiers()]
        return tuple(dict.fromkeys(name for name in names if name not in self.variables))

    def filled(self, values: dict[str, str]) -> Provider:
        """With its variables filled in, `values` before the defaults. Raises ConfigError for one that is missing."""
        known = {**self.variables, **{name: value for name, value in values.items() if value}}

        def fill(url: str) -> str:
            try:
                return Template(url).substitute(known)
            except KeyError as error:
                name = str(error.args[0])
                raise ConfigError(
                    f"{self.title} needs to know its {name.replace('_', ' ')}",
                    where=self.id,
                    remedy="Enter it.",
                    code="provider_variable_missing",
                ) from None

        changes: dict[str, object] = {
            name: fill(getattr(self, name)) for name in ("issuer", "authorize_url", "token_url", "device_url")
        }
        if self.profile is not None:
            changes["profile"] = self.profile.model_copy(update={"url": fill(self.profile.url)})
        if self.revocation is not None:
            changes["revocation"] = self.revocation.model_copy(update={"url": fill(self.revocation.url)})
        return self.model_copy(update=changes)


@cache
def providers(folder: Path = FOLDER) -> dict[str, Provider]:
    """All that are known, by id. Raises ConfigError for a file that is not one."""
    found = {}
    for file in sorted(folder.glob("*.json")):
        try:
            provider = Provider.model_validate(json.loads(file.read_text(encoding="utf-8")))
        except (ValueError, ValidationError) as error:
            raise ConfigError(
                "This is no description of a provider",
                where=str(file),
                remedy="Correct the file, or remove it.",
                detail=str(error)[:1000],
                code="provider_invalid",
            ) from error
        found[provider.id] = provider
    return found


def provider(id: str) -> Provider:
    """One of them. Raises NotFound, naming the others."""
    known = providers()
    if id not in known:
        raise NotFound(
            f"There is no provider “{id}”",
            where=id,
            remedy=f"Choose one of: {', '.join(known)}.",
            code="provider_unknown",
        )
    return known[id]
