"""What a form asks of its connector, answered by the engine for the values the form has now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.api import CheckTarget, EngineApi
    from connectors.sdk import Node, Option

__all__ = ["EngineServices"]


class EngineServices:
    """`FormServices` over the engine. `target` answers the connection or draft as it stands in the form."""

    def __init__(self, client: EngineApi, target: Callable[[], CheckTarget]) -> None:
        self.client = client
        self._target = target

    async def options(self, source: str, values: dict[str, Any]) -> list[Option]:
        """The choices of a field."""
        return await self.client.options(self._target(), source)

    async def discover(self, parent: str | None) -> list[Node]:
        """What can be picked below a node."""
        return await self.client.discover(self._target(), parent)
