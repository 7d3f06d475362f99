"""A partition's keyed state during a pass: what is stored, and what was written since the last page."""

from __future__ import annotations

from collections.abc import Iterator


class KeyedState:
    """A `connectors.sdk.State`. Writes made before a page is yielded are taken with it and commit with it."""

    def __init__(self, stored: dict[str, bytes]) -> None:
        self._values = stored
        self._written: dict[str, bytes | None] = {}

    def get(self, key: str) -> bytes | None:
        return self._values.get(key)

    def put(self, key: str, value: bytes) -> None:
        if self._values.get(key) != value:
            self._values[key] = value
            self._written[key] = value

    def delete(self, key: str) -> None:
        if self._values.pop(key, None) is not None:
            self._written[key] = None

    def keys(self, prefix: str = "") -> Iterator[str]:
        return iter([key for key in self._values if key.startswith(prefix)])

    def take(self) -> dict[str, bytes | None]:
        """What was written since the last page."""
        written, self._written = self._written, {}
        return written
