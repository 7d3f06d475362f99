"""What a sign-in is wanted for, as whoever opens the panel says it, and as the engine is asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.api import AccountView, SignInRequest


@dataclass(frozen=True, slots=True)
class ScopeWanted:
    """A permission, and what it is asked for in words."""

    name: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class SignInWanted:
    """`provider` "": the person chooses. `account`: sign in to this one again, and keep what it was allowed."""

    provider: str = ""
    scopes: tuple[ScopeWanted, ...] = ()
    account: AccountView | None = None

    def names(self) -> list[str]:
        """Every permission to ask for."""
        known = self.account.scopes if self.account is not None else []
        return list(dict.fromkeys([*known, *(scope.name for scope in self.scopes)]))

    def again(self) -> SignInRequest:
        """The request that signs in to the account once more, with its own client."""
        from app.api import SignInRequest

        assert self.account is not None
        return SignInRequest(provider=self.account.provider, client_of=self.account.id, scopes=self.names())
