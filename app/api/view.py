"""The base of every shape that crosses the engine's border."""

from __future__ import annotations

from typing import Any

import msgspec


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every shape that crosses the engine's border."""

    def __repr__(self) -> str:
        """Without the secrets that are on their way to the vault: a repr ends in logs and tracebacks."""
        fields = ", ".join(f"{name}={_masked(getattr(self, name))!r}" for name in self.__struct_fields__)
        return f"{type(self).__name__}({fields})"


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return "value:***" if value.startswith("value:") else value
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    return value
