"""What builds the fields within a field: the pieces that make one kind of field each are lent it, and know no more."""

from __future__ import annotations

from typing import Protocol

from app.forms.schema import Reader
from app.forms.spec import FieldSpec
from app.forms.values import Json

__all__ = ["Builder"]


class Builder(Protocol):
    """`collapses`: optional fields are folded away."""

    reader: Reader
    collapses: bool

    def field(self, name: str, schema: Json, *, required: bool, depth: int, tag_key: str = "") -> FieldSpec:
        """One field. `tag_key` names the discriminator among an object's properties, which is not shown."""
        ...
