"""What was recognised in a pasted text, as data for a preview. No repr of it holds a pasted value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.forms.problems import FieldError
from app.forms.secrets import SecretSlot
from app.forms.spec import FieldSpec
from app.forms.values import Json, Path

How = Literal["name", "title", "alias", "ending", "branch"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One field and what it would become. Of a union it is the branch: `value` is its place."""

    path: Path
    pointer: str
    spec: FieldSpec = field(repr=False)
    origin: str
    """What the text calls it."""
    how: How
    value: Json = field(repr=False)
    slot: SecretSlot | None = None
    """For a secret, in place of `value`."""
    masked: bool = False
    """Whether the preview shows dots, for a secret and for what is called like one."""
    unchanged: bool = False
    """The field holds just this already."""

    @property
    def label(self) -> str:
        """The field's title."""
        return self.spec.label


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something in the text that went nowhere: no field for it (`label` is ""), or one that can't take it."""

    origin: str
    label: str = ""
    error: FieldError | None = None
    """What the field's schema says against it, where it got that far."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """Everything about one pasted text. `kind` is "" for one that is none of the kinds we read."""

    kind: str = ""
    findings: Sequence[Finding] = ()
    leftovers: Sequence[Leftover] = ()
    skipped: int = 0
    """Lines that could not be read."""

    @property
    def changes(self) -> tuple[Finding, ...]:
        """What would be changed."""
        return tuple(finding for finding in self.findings if not finding.unchanged)
