"""The contract of a destination: where a delivery writes what changed in the library.

At least once and idempotent: `apply` may see a change again and must answer the same receipt. The first destination
types follow in a later version; the shape is set here so that the library's change log can be delivered unchanged.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar, Generic, Literal, TypeVar

import msgspec

from connectors.sdk.checks import CheckStep, Probe, run_probes
from connectors.sdk.context import Context, State
from connectors.sdk.documents import Access, Content, DocumentRef
from connectors.sdk.errors import ErrorInfo
from connectors.sdk.spec import Authorization, ConnectorConfig, Endpoint, SourceSpec

C = TypeVar("C", bound=ConnectorConfig)


class Delivered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change on its way out. `seq` is its number in the library's change log."""

    seq: int
    document_id: str
    kind: Literal["content", "metadata", "access", "delete"]
    ref: DocumentRef | None = None
    sha256: str | None = None
    access: Access | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one change: the id at the destination, or the error that kept it out."""

    seq: int
    remote_id: str | None = None
    error: ErrorInfo | None = None


class Bodies:
    """Reads the content of a batch's documents on demand; given to `apply` by the host."""

    async def open(self, sha256: str) -> Content:
        raise KeyError(sha256)


class Destination(ABC, Generic[C]):
    """One configured destination."""

    spec: ClassVar[SourceSpec]
    Config: ClassVar[type[ConnectorConfig]]

    def __init__(self, config: C, context: Context) -> None:
        self.config = config
        self.context = context

    @classmethod
    def endpoints(cls, config: Any) -> Sequence[Endpoint]:
        """The addresses this config talks to."""
        return ()

    @classmethod
    def authorization(cls, config: Any) -> Authorization | None:
        """How requests are to be authorised."""
        return None

    @abstractmethod
    def probes(self) -> Sequence[Probe]:
        """The steps of a test."""

    def check(self) -> AsyncIterator[CheckStep]:
        """The probes run in order, as live steps."""
        return run_probes(self.probes())

    @abstractmethod
    async def apply(self, batch: Sequence[Delivered], bodies: Bodies, state: State) -> list[Receipt]:
        """Write a batch; one receipt per change, in order. Raises only for what concerns the whole batch."""
