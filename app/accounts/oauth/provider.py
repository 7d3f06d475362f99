"""A provider as data: where a person signs in, what its answers look like, and how it differs from the standards.

One JSON file per provider in resources/providers; `facts` name the vendor's page for everything that a file says, and a
file that says what no page backs is refused.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from string import Template
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.sdk import ConfigError, NotFound

FOLDER = Path(__file__).parents[3] / "resources" / "providers"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Redirect(_Data):
    """Which address the provider may send the browser back to. `ports`: any, or those to register. Not `supported`: the
    provider wants an https address, which a desktop app has not; `note` says why, and what to do instead."""

    supported: bool = True
    host: Literal["127.0.0.1", "localhost", "[::1]"] = "127.0.0.1"
    path: str = "/callback"
    ports: Literal["any"] | tuple[int, ...] = "any"
    note: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """What to register at the provider, exactly as it is sent; without a port where the provider ignores it."""
        if not self.supported:
            return ()
        ports = [""] if self.ports == "any" else [f":{port}" for port in self.ports]
        return tuple(f"http://{self.host}{port}{self.path}" for port in ports)


class Scope(_Data):
    """A permission, what it is asked for, and which others it `includes`: who was allowed it has those too."""

    name: str
    purpose: str
    includes: tuple[str, ...] = ()


class Profile(_Data):
    """Who signed in, where the provider is no OpenID provider: an address, and where in its answer each thing stands
    (JSON pointers; the first that holds something counts). `body` is sent as JSON, nothing without it."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, str] = {}
    body: dict[str, str] = {}
    subject: str = "/id"
    name: tuple[str, ...] = ("/name",)
    email: tuple[str, ...] = ("/email",)


class Revocation(_Data):
    """How tokens are taken back; as RFC 7009 does it unless said otherwise. `url` is the metadata's where it is empty,
    and may hold `${client_id}`. `send`: in a form or JSON under `parameter`, or as the request's own bearer. `each`
    token by itself, or only the first of `kinds` that there is, with which the others fall."""

    url: str = ""
    method: Literal["POST", "DELETE"] = "POST"
    send: Literal["form", "json", "bearer"] = "form"
    parameter: str = "token"
    kinds: tuple[Literal["refresh_token", "access_token"], ...] = ("refresh_token", "access_token")
    each: bool = True
    client_auth: Literal["same", "basic"] = "same"


class Assertion(_Data):
    """How an app without a person signs a statement about itself (RFC 7523). `use`: as a grant of its own (2.1), or to
    show which client asks for client credentials (2.2). `audience` is the token address where it is empty, `lifetime`
    is in seconds, `thumbprint` the header that names the certificate. `scope`: a claim, in the form, or not told;
    `scopes` are those that are asked for if none are given. `key_file`: where each part stands in the file that the
    vendor offers for download (JSON pointers), and `key_marks` what tells that file from others."""

    use: Literal["grant", "client"] = "grant"
    audience: str = ""
    lifetime: int = Field(default=300, ge=10, le=3600)
    algorithm: Literal["RS256", "PS256", "ES256"] = "RS256"
    subject: Literal["required", "optional", "client"] = "optional"
    claims: dict[str, str] = {}
    person_claims: dict[str, str] = {}
    """In place of `claims` where it acts for a person that was named."""
    scope: Literal["claim", "form", "none"] = "form"
    scopes: tuple[str, ...] = ()
    with_client: bool = False
    """Whether the client and its secret go along."""
    thumbprint: Literal["", "x5t#S256"] = ""
    key_file: dict[
        Literal["private_key", "passphrase", "key_id", "client_id", "client_secret", "subject", "token_url"], str
    ] = {}
    key_marks: dict[str, str] = {}
    setup: str = ""


class Fact(_Data):
    """Where the vendor documents something that is said here; `fields` are those of the file that rest on it."""

    about: str = Field(min_length=1)
    source: str = Field(pattern=r"^https://")
    fields: tuple[str, ...] = Field(min_length=1)


_PLAIN = frozenset({"id", "title", "protocol", "vendor", "facts", "setup", "patterns", "revoke_note"})
"""Fields that are no claims about the vendor's server."""


class Provider(_Data):
    """How to sign in somewhere. Addresses may hold `${name}` of `variables`, such as a tenant or a subdomain."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    vendor: tuple[str, ...] = ()
    """The domains of the vendor's own pages."""
    protocol: Literal["oidc", "oauth2"]
    issuer: str = ""
    issuer_pattern: str = ""
    """What the issuer calls itself where that depends on who signs in: `{tenantid}` stands for the token's `tid`."""
    authorize_url: str = ""
    token_url: str = ""
    device_url: str = ""
    device: bool = True
    """Whether its device flow, if it has one, is for clients such as this app."""
    assertion: Assertion | None = None
    """How an app signs in by its own key."""
    client_credentials: bool = False
    """Whether an app signs in by its secret alone (RFC 6749 4.4)."""
    device_secret: bool = True
    """Whether a client that needs a secret needs it for the device flow too."""
    redirect: Redirect = Redirect()
    pkce: Literal["required", "supported", "none"] = "required"
    client_auth: Literal["none", "basic", "post"] = "none"
    secret: Literal["none", "optional", "required"] = "none"
    body: Literal["form", "json"] = "form"
    token_headers: dict[str, str] = {}
    token_path: str = ""
    """Where in the answer to a code the tokens stand, and in the answer to a refresh token (JSON pointers)."""
    refresh_path: str = ""
    token_types: tuple[str, ...] = ("bearer",)
    keep: dict[str, str] = {}
    """What else of the token answer is kept with the tokens: a name, and where it stands (JSON pointers)."""
    errors: dict[str, str] = {}
    """The vendor's words for what a standard calls otherwise."""
    error_paths: tuple[str, ...] = ("/error",)
    refresh: Literal["none", "static", "rotating"] = "rotating"
    scope_parameter: str = "scope"
    """How the scopes are asked for; "" where they are fixed when the client is registered."""
    scope_separator: str = " "
    scope_field: str = "scope"
    """Where the answer says which scopes were granted."""
    exchange_scope: bool = False
    """Whether the scopes go with the code to the token endpoint too."""
    base_scopes: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = ()
    authorize_params: dict[str, str] = {}
    profile: Profile | None = None
    revocation: Revocation | None = None
    revoke_note: str = ""
    """How a person takes the access back where the vendor lets no app do it."""
    variables: dict[str, str] = {}
    patterns: dict[str, str] = {}
    """What a variable must look like: it decides where secrets go."""
    setup_url: str = ""
    setup: str = ""
    facts: tuple[Fact, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Provider:
        if self.protocol == "oauth2" and self.id != "oauth2" and not (self.authorize_url or self.device_url):
            raise ValueError("a provider without OpenID discovery names its addresses")
        return self

    @property
    def uncited(self) -> tuple[str, ...]:
        """The fields of the file that no page of the vendor backs."""
        backed = {name for fact in self.facts if self._vendors(fact.source) for name in fact.fields}
        return tuple(sorted(self.model_fields_set - _PLAIN - backed))

    def _vendors(self, url: str) -> bool:
        host = urlsplit(url).hostname or ""
        return any(host == domain or host.endswith("." + domain) for domain in self.vendor)

    @property
    def by_device(self) -> bool:
        """Whether one can sign in by a code on another device, as far as the file tells."""
        return self.device and (bool(self.device_url) or self.protocol == "oidc")

    def needs_secret(self, *, device: bool) -> bool:
        """Whether the client can't do without its secret."""
        return self.secret == "required" and (self.device_secret or not device)

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that have no default: what has to be entered."""
        urls = [self.issuer, self.authorize_url, self.token_url, self.device_url]
        names = [name for url in urls for name in Template(url).get_identifiers()]
        return tuple(dict.fromkeys(name for name in names if name not in self.variables))

    @property
    def without_person(self) -> tuple[Literal["assertion", "client_credentials"], ...]:
        """How an app can sign in as itself."""
        by_key: tuple[Literal["assertion"], ...] = ("assertion",) if self.assertion is not None else ()
        return (*by_key, *(("client_credentials",) if self.client_credentials else ()))

    def unattended(self) -> Provider:
        """As an app without a person needs it: nobody opens a page."""
        return self.model_copy(update={"authorize_url": "", "device_url": "", "profile": None})

    def filled(self, values: dict[str, str]) -> Provider:
        """With its variables filled in, `values` before the defaults. Raises ConfigError for one that is missing."""
        known = {**self.variables, **{name: value for name, value in values.items() if value}}
        for name, pattern in self.patterns.items():
            if name in known and not re.fullmatch(pattern, known[name]):
                raise ConfigError(
                    f"{self.title} has no such {name.replace('_', ' ')}",
                    where=known[name],
                    remedy="Enter it as the provider writes it, without https:// and without what follows it.",
                    code="provider_variable_invalid",
                )
        known["client_id"] = "${client_id}"  # filled in when it is used

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
        if self.assertion is not None:
            audience = fill(self.assertion.audience)
            changes["assertion"] = self.assertion.model_copy(update={"audience": audience})
        return self.model_copy(update=changes)


_added: list[Path] = []


def add_providers(folder: Path) -> None:
    """Let an extension's folder of such files count too. Raises ConfigError for one that is none, or that calls itself
    as another does: it would decide where the secrets of that one's accounts go."""
    known = providers()
    for id, described in read_providers(folder).items():
        if id in known:
            raise ConfigError(
                f"There is a provider “{id}” already",
                where=str(folder / f"{id}.json"),
                remedy="Give the extension's provider another id.",
                detail=described.title,
                code="provider_taken",
            )
    _added.append(folder)
    providers.cache_clear()


def remove_providers(folder: Path) -> None:
    """An extension's folder is gone."""
    _added.remove(folder)
    providers.cache_clear()


@cache
def providers() -> dict[str, Provider]:
    """All that are known, by id. Raises ConfigError for a file that is not one."""
    return {id: described for folder in (FOLDER, *_added) for id, described in read_providers(folder).items()}


def read_providers(folder: Path) -> dict[str, Provider]:
    """Those of one folder, by id. Raises ConfigError for a file that is not one."""
    found = {}
    for file in sorted(folder.glob("*.json")):
        try:
            provider = Provider.model_validate(json.loads(file.read_text(encoding="utf-8")))
            if provider.uncited:
                raise ValueError(f"No page of the vendor is cited for {', '.join(provider.uncited)}")
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
