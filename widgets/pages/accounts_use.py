"""Which connections use an account: those whose config holds its id, wherever the connector's form put it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.api import ConnectionView

__all__ = ["uses"]


def uses(account: str, connections: list[ConnectionView]) -> list[ConnectionView]:
    """Those of them, by name. Ids are random, so that no other value is taken for one."""
    found = [connection for connection in connections if _holds(connection.config, account)]
    return sorted(found, key=lambda connection: connection.name.casefold())


def _holds(value: Any, text: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(one, text) for one in value.values())
    if isinstance(value, list):
        return any(_holds(one, text) for one in value)
    return bool(value == text)
