"""What a connector is, as data: the spec, and the vocabulary of its config model.

The config model is pydantic; the JSON Schema it emits IS the plugin schema, from which form, CLI, validation and docs
derive. `option()` is `pydantic.Field` with the words a form needs, so that each option is defined once.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from connectors.sdk.documents import Json


class Capability(StrEnum):
    """What a source can do beyond reading everything."""

    INCREMENTAL = "incremental"  # a pass costs less when little changed
    DELETIONS = "deletions"  # finds what is gone by itself
    ENUMERATE = "enumerate"  # can list ids where read cannot
    ACCESS = "access"  # tells who may see a document
    WATCH = "watch"  # tells when to look again
    WEBHOOKS = "webhooks"
    DISCOVER = "discover"  # offers a tree to choose from
    WRITE = "write"


class RateLimit(msgspec.Struct, frozen=True):
    """At most `requests` per `seconds`, per credential and host."""

    requests: int
    seconds: float


class Endpoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """A host and port that a connection talks to. `typed` means the person wrote it: consent for that host and port,
    private addresses included. `scheme` is "https", "http" or "" for what is not HTTP."""

    host: str
    port: int
    scheme: str = "https"
    typed: bool = False


class SecretRef(msgspec.Struct, frozen=True):
    """Where a secret is kept, never the secret: `keyring:ID` (our vault), `env:NAME` or `file:PATH`."""

    ref: str

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(value: Any) -> SecretRef:
            if isinstance(value, SecretRef):
                return value
            if isinstance(value, dict) and set(value) == {"$secret"} and isinstance(value["$secret"], str):
                return SecretRef(value["$secret"])
            raise ValueError("a secret is stored as a reference: keyring, env:NAME or file:PATH")

        return core_schema.no_info_plain_validator_function(
            read,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda ref: {"$secret": ref.ref}),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "format": "password", "writeOnly": True}


Secret = SecretRef
"""The type of a secret field in a config model. Its schema is a write-only password; its value is only a reference."""

AuthKind = Literal[
    "none",
    "basic",
    "digest",
    "bearer",
    "header",
    "aws_sigv4",
    "oauth2_client_credentials",
    "google_service_account",
    "account",
]


class AccountScope(msgspec.Struct, frozen=True):
    """A permission that a source asks an account for, and what it needs it for, in words. Without one that is not
    `needed` it works all the same. `option` is the title of the option that wants it, "" where signing in does."""

    name: str
    purpose: str = ""
    needed: bool = True
    option: str = ""


class Authorization(msgspec.Struct, frozen=True, kw_only=True):
    """How the host is to authorise this connection's requests: the way and the references, never a value.

    `params` per kind (S = SecretRef):
    basic, digest: username, password S · bearer: token S, git_user? · header: name, value S ·
    aws_sigv4: access_key_id, secret_access_key S, session_token S?, region, service ·
    oauth2_client_credentials: token_url, client_id, client_secret S, scope?, audience?, client_auth ("basic"|"post") ·
    google_service_account: key S (the JSON), scope, subject? ·
    account: account (the id of a signed-in account), git_user?
    `git_user`: Git over HTTP takes no bearer but the token as the password of this user (gitprotocol-http).
    `scopes` are what an account has to allow (`wanted_scopes`).
    `hosts` are the only `host` or `host:port` a credential is sent to; "*.example.com" covers subdomains.
    """

    kind: AuthKind
    params: dict[str, str | SecretRef | None]
    hosts: tuple[str, ...]
    scopes: tuple[AccountScope, ...] = ()


class SourceSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A source type as the catalogue shows it. `type` is the stable key, `icon` a file name in resources/icons without
    its ending, `hosts` the fixed hosts it talks to ("*.amazonaws.com"), `keywords` what else people search for."""

    type: str
    title: str
    summary: str
    group: str
    icon: str
    version: str = "1.0.0"
    config_version: int = 1
    checkpoint_version: int = 1
    auth: tuple[AuthKind, ...] = ("none",)
    capabilities: frozenset[Capability] = frozenset()
    hosts: tuple[str, ...] = ()
    rate_limits: tuple[RateLimit, ...] = ()
    keywords: tuple[str, ...] = ()
    docs_url: str = ""


class ConnectorConfig(BaseModel):
    """Base of every config model: frozen, unknown names refused (a typo is an error, not a silent default), and an
    error's text never repeats what was typed (it may be a secret in the wrong place)."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False, hide_input_in_errors=True)


class FileFilters(ConnectorConfig):
    """The filters every source of files offers; nested as `filters` in a config."""

    model_config = ConfigDict(title="Filters", json_schema_extra={"description": "Which of the files are synced."})

    include: Annotated[
        list[str],
        Field(title="Include", description="Only paths that match one of these, e.g. `docs/**/*.md`. Empty: all."),
    ] = Field(default=[], json_schema_extra={"x-effect": "scope"})
    exclude: Annotated[
        list[str], Field(title="Exclude", description="Leave out paths that match one of these, e.g. `**/.git/**`.")
    ] = Field(default=[], json_schema_extra={"x-effect": "scope"})
    max_bytes: Annotated[
        int, Field(title="Largest file", description="Larger files are skipped with a warning.", ge=1)
    ] = Field(default=100 * 1024 * 1024, json_schema_extra={"x-effect": "scope", "x-unit": "bytes"})


def option(
    default: Any = ...,
    *,
    title: str,
    help: str = "",
    effect: Literal["scope", "tuning"] = "scope",
    order: int | None = None,
    group: str | None = None,
    advanced: bool = False,
    multiline: bool = False,
    examples: list[Json] | None = None,
    options: str | None = None,
    depends: tuple[str, ...] = (),
    tree: bool = False,
    path: Literal["file", "folder", "save"] | None = None,
    unit: str | None = None,
    labels: dict[str, str] | None = None,
    account: str | None = None,
    scopes: tuple[AccountScope, ...] = (),
    pattern_message: str | None = None,
    **constraints: Any,
) -> Any:
    """A config field. `effect`: a "scope" change starts a new checkpoint epoch, a "tuning" change takes effect on the
    next page. `options` names a live source of choices (`Source.options`), `depends` the pointers it needs, `tree` that
    it is picked from `Source.discover`. `labels` gives each enum value a title. `account` is a provider whose accounts
    the field chooses from ("": any). `scopes` are what the account has to allow: for the account's own field always,
    for any other as long as it is switched on or filled in. Further keywords go to pydantic."""
    extra: dict[str, Json] = {"x-effect": effect}
    if order is not None:
        extra["order"] = order
    if group is not None:
        extra["group"] = group
    if advanced:
        extra["x-advanced"] = True
    if multiline:
        extra["multiline"] = True
    if options is not None:
        extra["x-options"] = {"source": options, "depends": list(depends), "allowCustom": True}
    if tree:
        extra["x-tree"] = True
    if path is not None:
        extra["x-path"] = {"kind": path}
    if unit is not None:
        extra["x-unit"] = unit
    if labels is not None:
        extra["x-enum-labels"] = labels
    told: list[Json] = [msgspec.to_builtins(scope) for scope in scopes]
    if account is not None:
        extra["x-account"] = {"provider": account, "scopes": told}
    elif told:
        extra["x-scopes"] = told
    if pattern_message is not None:
        extra["patternErrorMessage"] = pattern_message
    return Field(
        default,
        title=title,
        description=help or None,
        examples=examples,
        json_schema_extra=extra,
        **constraints,
    )


def wanted_scopes(config: BaseModel) -> tuple[AccountScope, ...]:
    """What the chosen options of a config want an account to allow, each once; what one option needs is needed."""
    found: dict[str, AccountScope] = {}
    for scope in _scopes(config):
        known = found.get(scope.name)
        if known is None or (scope.needed and not known.needed):
            found[scope.name] = scope
    return tuple(found.values())


def _scopes(config: BaseModel) -> Iterator[AccountScope]:
    for name, field in type(config).model_fields.items():
        value = getattr(config, name)
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        if value and "x-account" in extra:
            yield from msgspec.convert(extra["x-account"], _Asked).scopes
        if value and "x-scopes" in extra:
            for scope in msgspec.convert(extra["x-scopes"], list[AccountScope]):
                yield msgspec.structs.replace(scope, option=field.title or name)
        if isinstance(value, BaseModel):
            yield from _scopes(value)


class _Asked(msgspec.Struct):
    scopes: list[AccountScope] = []
