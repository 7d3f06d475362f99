"""What a form may ask of the outside: live choices and the tree of what can be picked, both answered by a connector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from connectors.sdk import Node, Option

if TYPE_CHECKING:
    from app.api import EngineApi


class FormServices(Protocol):
    """Given by the page that shows the form. Failures raise the one error family; both calls may be cancelled."""

    @property
    def client(self) -> EngineApi | None:
        """Who knows the accounts and signs in; None where nobody does."""
        ...

    async def options(self, source: str, values: dict[str, Any]) -> list[Option]:
        """The choices of a field whose schema names the option source, with the form's values so far."""
        ...

    async def discover(self, parent: str | None) -> list[Node]:
        """What can be picked below a node's id, or at the top."""
        ...
