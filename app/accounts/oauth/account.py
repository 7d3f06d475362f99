"""Accounts as they are kept: what may be shown of one, and its tokens, sealed in the vault's own file."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Literal

import apsw
import msgspec

from app.accounts.oauth.tokens import Tokens
from app.accounts.vault import Sealed, Vault
from connectors.sdk import ConfigError, NotFound

if TYPE_CHECKING:
    from connectors.sdk import Clock

State = Literal["ok", "sign_in_again"]
GrantKind = Literal["person", "assertion", "client_credentials"]


class Account(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A signed-in identity: a person's, or with another `grant` an app's own, by the `key` that it signs with or its
    secret. Nothing here is secret: `client_secret` and `key` are references (`keyring:`, `env:`, `file:`), `variables`
    fill the provider's addresses, and `details` is what else the provider told, such as the person's own server. Times
    are UTC epoch seconds."""

    id: str
    provider: str
    name: str
    issuer: str = ""
    subject: str = ""
    person: str = ""
    email: str = ""
    scopes: tuple[str, ...] = ()
    client_id: str = ""
    client_secret: str = ""
    client_auth: str = "none"
    variables: dict[str, str] = {}
    grant: GrantKind = "person"
    key: str = ""
    key_id: str = ""
    act_for: str = ""
    details: dict[str, str] = {}
    state: State = "ok"
    reason: str = ""
    signed_in_at: float = 0.0
    renewed_at: float | None = None
    expires_at: float | None = None
    can_renew: bool = False


class Kept(msgspec.Struct, frozen=True):
    """An account with its tokens. `renewing_since`: a renewal began then and was not recorded to its end."""

    account: Account
    tokens: Tokens
    revision: int
    renewing_since: float | None


class AccountStore:
    """The accounts of a profile. Several processes may use it at once; a renewal is locked by who renews."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    async def all(self) -> list[Account]:
        """Every account, by name."""
        rows = await self._vault.run(
            lambda db: db.execute("SELECT public FROM accounts ORDER BY name COLLATE NOCASE").fetchall()
        )
        return [msgspec.json.decode(str(row[0]), type=Account) for row in rows]

    async def find(self, ref: str) -> Account:
        """By name or id. Raises NotFound, naming the others."""
        known = await self.all()
        for account in known:
            if ref == account.id or ref.casefold() == account.name.casefold():
                return account
        names = ", ".join(account.name for account in known)
        raise NotFound(
            f"There is no account “{ref}”",
            where=ref,
            remedy=f"Choose one of: {names}." if known else "Sign in first.",
            code="account_unknown",
        )

    async def get(self, id: str) -> Kept:
        """An account with its tokens. Raises NotFound, AuthError."""

        async def read() -> tuple[Sealed, str, tuple[Account, int, float | None]]:
            row = await self._vault.run(
                lambda db: db.execute(
                    "SELECT public, key_id, nonce, sealed, revision, renewing_since FROM accounts WHERE id = ?", (id,)
                ).fetchone()
            )
            if row is None:
                raise NotFound("This account was removed", where=id, remedy="Sign in again.", code="account_unknown")
            account = msgspec.json.decode(row[0], type=Account)
            return Sealed(row[1], row[2], row[3]), _bound(account), (account, row[4], row[5])

        plain, (account, revision, renewing_since) = await self._vault.fetch(read)
        return Kept(account, msgspec.json.decode(plain, type=Tokens), revision, renewing_since)

    async def put(self, account: Account, tokens: Tokens) -> Account:
        """Store a sign-in: a new account, or the same one again. In one commit, which also ends a renewal."""
        account = msgspec.structs.replace(
            account,
            expires_at=tokens.expires_at,
            can_renew=bool(tokens.refresh_token) or account.grant != "person",
            scopes=tokens.scopes,
            details=tokens.kept,
        )
        public, now = msgspec.json.encode(account).decode(), self._clock.now()

        def write(db: apsw.Connection, sealed: Sealed) -> None:
            values = (account.provider, account.name, public, *sealed, now)
            db.execute(
                "INSERT INTO accounts (id, provider, name, public, key_id, nonce, sealed, revision, updated_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, "
                "name = excluded.name, public = excluded.public, key_id = excluded.key_id, nonce = excluded.nonce, "
                "sealed = excluded.sealed, updated_at = excluded.updated_at, revision = revision + 1, "
                "renewing_since = NULL",
                (account.id, *values),
            )

        try:
            await self._vault.store(msgspec.json.encode(tokens), _bound(account), write)
        except Exception as error:
            if "accounts.name" not in str(getattr(error, "detail", "")) + str(error):
                raise
            raise ConfigError(
                "There is an account of this name", where=account.name, remedy="Choose another name.", code="name_taken"
            ) from None
        return account

    async def begin_renewal(self, id: str) -> None:
        """Note that a renewal is about to be sent: if this process dies before it is recorded, the next one knows."""
        now = self._clock.now()
        await self._vault.run(lambda db: db.execute("UPDATE accounts SET renewing_since = ? WHERE id = ?", (now, id)))

    async def end_renewal(self, id: str) -> None:
        """The renewal was not done, and nothing was spent by it."""
        await self._vault.run(lambda db: db.execute("UPDATE accounts SET renewing_since = NULL WHERE id = ?", (id,)))

    async def change(self, account: Account) -> None:
        """Store what is shown of an account; its tokens stay."""
        text = msgspec.json.encode(account).decode()
        await self._vault.run(
            lambda db: db.execute(
                "UPDATE accounts SET public = ?, name = ?, revision = revision + 1, renewing_since = NULL WHERE id = ?",
                (text, account.name, account.id),
            )
        )

    async def delete(self, id: str) -> None:
        """Forget an account and its tokens."""
        await self._vault.run(lambda db: db.execute("DELETE FROM accounts WHERE id = ?", (id,)))


def new_id() -> str:
    """An id for a new account."""
    return f"acc_{secrets.token_hex(6)}"


def _bound(account: Account) -> str:
    """What an account's tokens are sealed to: moved to another row or provider, they do not open."""
    return f"{account.provider}|{account.id}|tokens"
