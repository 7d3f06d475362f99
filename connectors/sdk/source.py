"""The contract of a source: the class every connector subclasses.

A source is made for one connection with its validated config and a context, used as an async context manager, and
thrown away. It keeps nothing between runs but checkpoints and `state`. It never retries, sleeps for rate limits, or
touches a credential: the host does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from connectors.sdk.checks import CheckStep, Probe, run_probes
from connectors.sdk.context import Context, State
from connectors.sdk.documents import Content, DocumentRef, Json, Node, Option, Page, Partition, SlimRef
from connectors.sdk.errors import PermanentError
from connectors.sdk.spec import Authorization, ConnectorConfig, Endpoint, SourceSpec

C = TypeVar("C", bound=ConnectorConfig)


class Source(ABC, Generic[C]):
    """One configured source. Subclasses set `spec` and `Config` and implement `probes`, `read` and `fetch`."""

    spec: ClassVar[SourceSpec]
    Config: ClassVar[type[ConnectorConfig]]

    def __init__(self, config: C, context: Context) -> None:
        self.config = config
        self.context = context

    async def __aenter__(self) -> Source[C]:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    @classmethod
    def endpoints(cls, config: Any) -> Sequence[Endpoint]:
        """The addresses this config talks to, the typed ones first. Pure. The guard and the network probes use it."""
        return ()

    @classmethod
    def authorization(cls, config: Any) -> Authorization | None:
        """How requests are to be authorised. Pure; None for a source that needs no credential."""
        return None

    @classmethod
    def migrate_config(cls, old: dict[str, Json], version: int) -> dict[str, Json]:
        """A config stored under `version` as one of `spec.config_version`. Pure.

        Raises ConfigError when it can't be brought over."""
        return old

    @classmethod
    def migrate_checkpoint(cls, old: dict[str, Json], version: int) -> dict[str, Json] | None:
        """A checkpoint of another version as one of ours; None when it can't be read: a full fingerprint pass then."""
        return None

    @abstractmethod
    def probes(self) -> Sequence[Probe]:
        """The steps of a connection test above the network: sign-in, permission, listing. The same code as the sync."""

    def check(self, *, skip: bool = False) -> AsyncIterator[CheckStep]:
        """The probes run in order, as live steps."""
        return run_probes(self.probes(), skip=skip)

    async def health(self) -> CheckStep:
        """Cheap and periodic: the first probe."""
        steps = [step async for step in run_probes(self.probes()[:1])]
        if not steps:
            raise PermanentError("This source names no probe", where=self.spec.type)
        return steps[-1]

    async def discover(self, parent: str | None) -> list[Node]:
        """What can be picked below `parent` (a node's id), or at the top for None. Lazy: one level a call."""
        return []

    async def options(self, source: str, values: dict[str, Json]) -> list[Option]:
        """Live choices for the form field whose `x-options` names `source`, with the form's values so far."""
        return []

    async def partitions(self) -> list[Partition]:
        """Independent slices; the default is one."""
        return [Partition()]

    @abstractmethod
    def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        """Pages from `checkpoint` on (None: from the start, state empty or to be distrusted).

        An async generator; the host may close it after any page and go on later from that page's checkpoint. The
        checkpoint of the last page is what the next pass begins with. Ends when there is nothing more for now."""

    @abstractmethod
    async def fetch(self, ref: DocumentRef) -> Content:
        """The document's content. Many run at once. Raises NotFound for what vanished, else the family."""

    def enumerate(self, partition: Partition) -> AsyncIterator[list[SlimRef]]:
        """All ids, for sources whose `read` tells only what changed (Capability.ENUMERATE)."""
        raise PermanentError("This source can't enumerate its documents", where=self.spec.type)

    async def handle_event(self, event: dict[str, Json]) -> list[SlimRef]:
        """A verified webhook: what to look at again."""
        return []

    def watch(self) -> AsyncIterator[None]:
        """Yields whenever something may have changed (Capability.WATCH); the host then starts a run, debounced."""
        raise PermanentError("This source can't be watched", where=self.spec.type)
