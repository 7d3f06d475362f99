"""A host's library in memory over a fake GitHub: one catalog per partition, filled run by run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from connectors.sdk import Clock, Json, Partition
from connectors.sdk.testing import Catalog, collect
from connectors.sources.github import GitHubSource
from tests.connectors.github.fake import TOKEN, FakeGitHub
from tests.support.context import connected

EVERYTHING = ("issues", "pull_requests", "discussions", "releases", "wiki", "files")


def run(github: FakeGitHub, test: Callable[[FakeGitHub], Awaitable[None]]) -> None:
    """The test with the server, in a loop of its own."""

    async def main() -> None:
        async with github.serving():
            await test(github)

    asyncio.run(main())


def config(github: FakeGitHub, *wanted: str, **fields: Json) -> dict[str, Json]:
    """A stored config that wants so much."""
    return {
        "base_url": github.address,
        "auth": {"method": "token"},
        "repositories": ["octo-org/handbook"],
        **{part: part in (wanted or EVERYTHING) for part in EVERYTHING},
        **fields,
    }


def opened(given: dict[str, Json], *, clock: Clock | None = None) -> Any:
    """The source of this config."""
    return connected(GitHubSource, given, secrets={"/auth/token": TOKEN}, clock=clock)


class Library:
    """What a host knows after some runs."""

    def __init__(self) -> None:
        self.catalogs: dict[str, Catalog] = {}

    async def sync(
        self, given: dict[str, Json], *, clock: Clock | None = None, stop_after: int | None = None
    ) -> Library:
        """One run over all partitions; pages, failures and fetches are those of this run."""
        async with opened(given, clock=clock) as source:
            for partition in await source.partitions():
                catalog = self.catalogs.setdefault(partition.id, Catalog())
                for kept in (catalog.pages, catalog.failures, catalog.fetched):
                    kept.clear()
                committed = [catalog.copy()]
                try:
                    await collect(
                        source, catalog=catalog, partition=partition, stop_after=stop_after, snapshots=committed
                    )
                except BaseException:
                    catalog.state = committed[-1].state  # what is written for a page is kept with that page alone
                    raise
        return self

    async def reconcile(self, given: dict[str, Json]) -> None:
        """Drops what the source does not enumerate, as a reconciling run does."""
        async with opened(given) as source:
            for partition in [Partition(each) for each in self.catalogs]:
                there = {ref.source_id async for found in source.enumerate(partition) for ref in found}
                documents = self.catalogs[partition.id].documents
                for source_id in set(documents) - there:
                    del documents[source_id]

    @property
    def documents(self) -> dict[str, str | None]:
        """The fingerprint of each."""
        return {
            source_id: stored.fingerprint
            for catalog in self.catalogs.values()
            for source_id, stored in catalog.documents.items()
        }

    @property
    def fetched(self) -> list[str]:
        return [source_id for catalog in self.catalogs.values() for source_id in catalog.fetched]

    @property
    def codes(self) -> list[str]:
        """What went wrong with single items."""
        return [failure.error.code for catalog in self.catalogs.values() for failure in catalog.failures]

    def changes(self, kind: type) -> list[Any]:
        """The changes of a kind that the last run told."""
        pages = [page for catalog in self.catalogs.values() for page in catalog.pages]
        return [change for page in pages for change in page.changes if isinstance(change, kind)]
