"""Signing in, and who is signed in."""

from __future__ import annotations

from typing import Literal

from app.api.view import View


class ProviderView(View, frozen=True, kw_only=True):
    """Where one can sign in. `needs` are the values to give besides the client, such as an issuer; `defaults` those
    that may be given, such as the host of a server of one's own. `scopes` maps its permissions to what each is for.
    The notes are the vendor's peculiarities: about the redirect address, and how to withdraw an access that no app
    can."""

    id: str
    title: str
    protocol: Literal["oidc", "oauth2"]
    needs: list[str] = []
    defaults: dict[str, str] = {}
    scopes: dict[str, str] = {}
    secret: Literal["none", "optional", "required"] = "none"
    device: bool = False
    without_person: list[Literal["assertion", "client_credentials"]] = []
    redirect_uri: str = ""
    redirect_note: str = ""
    revoke_note: str = ""
    setup: str = ""
    setup_url: str = ""


class AccountView(View, frozen=True, kw_only=True):
    """A signed-in identity, never a token. `person` is its name; `reason` says why it must sign in again; `details` is
    what else the provider told, such as the person's own server. Another `grant` than a person's: an app's own."""

    id: str
    name: str
    provider: str
    provider_title: str
    issuer: str = ""
    subject: str = ""
    person: str = ""
    email: str = ""
    scopes: list[str] = []
    state: Literal["ok", "sign_in_again"] = "ok"
    reason: str = ""
    signed_in_at: float = 0.0
    renewed_at: float | None = None
    expires_at: float | None = None
    can_renew: bool = False
    grant: Literal["person", "assertion", "client_credentials"] = "person"
    details: dict[str, str] = {}


class AccountRequest(View, frozen=True, kw_only=True):
    """An app that signs in as itself: by the `key` that it signs with (RFC 7523), or without one by its secret. Both
    are `value:TEXT` (goes into the vault), `env:NAME` or `file:PATH`. `act_for` is the person or organisation that it
    stands in for, where the provider knows that; the client's id may come from the key's file."""

    provider: str
    key: str = ""
    key_id: str = ""
    act_for: str = ""
    client_id: str = ""
    client_secret: str = ""
    variables: dict[str, str] = {}
    scopes: list[str] = []
    name: str = ""


class SignInRequest(View, frozen=True, kw_only=True):
    """What to sign in to. `client_secret` is `value:TEXT` (goes into the vault), `env:NAME` or `file:PATH`; `variables`
    are the provider's needs; `redirect_host` and `redirect_path` are for clients that were registered with others.
    `client_of` is an account whose client, secret and variables are used in place of those given here: to sign in to it
    again, or to a second one."""

    provider: str
    client_id: str = ""
    client_of: str = ""
    client_secret: str = ""
    variables: dict[str, str] = {}
    scopes: list[str] = []
    name: str = ""
    device: bool = False
    redirect_host: str = ""
    redirect_path: str = ""
    redirect_port: int = 0
    timeout: float = 300.0


class SignInStep(View, frozen=True, kw_only=True):
    """First what to show ("authorize": open `url`, or enter `user_code` there), last the account ("signed_in")."""

    kind: Literal["authorize", "signed_in"]
    sign_in: str
    url: str = ""
    redirect_uri: str = ""
    user_code: str = ""
    expires_in: float = 0.0
    account: AccountView | None = None


class SignedOut(View, frozen=True, kw_only=True):
    """`revoked`: the provider confirmed it. It is forgotten here in any case."""

    account: str
    revoked: bool
