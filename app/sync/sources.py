"""Opens a configured source: its type, its config in today's form, its credential, and a context of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from app.accounts import Secrets, authorizer
from app.accounts.oauth.accounts import Accounts
from app.connections import Catalogue
from app.connections.catalogue import ConnectorType
from app.connections.config import secret_titles, validate
from app.forms.migrate import migrate
from app.network import Network
from connectors.sdk import ConfigError, ConnectorConfig, Endpoint, Json, Log, Source


def migrated(type: ConnectorType, config: dict[str, Json], version: int) -> dict[str, Json]:
    """A config of an older version in today's form: the connector's own way first, then the steps its schema lists.
    Raises ConfigError when it can't be brought over."""
    own = type.source.migrate_config(dict(config), version)
    brought: dict[str, Json] = migrate(type.schema, own, version).config
    return brought


class Sources:
    """Makes sources for runs, tests and forms."""

    def __init__(
        self,
        catalogue: Catalogue,
        network: Network,
        secrets: Secrets,
        accounts: Accounts | None = None,
        *,
        resident: bool = False,
    ) -> None:
        self.catalogue = catalogue
        self.network = network
        self.secrets = secrets
        self.accounts = accounts
        self.resident = resident
        """Whether the engine stays until it is told to go, so that a run may wait for a person as long as it takes."""

    def config(self, type: str, config: dict[str, Json], version: int) -> tuple[ConnectorType, ConnectorConfig]:
        """The validated config, migrated from the version it was stored under. Raises ConfigError, NotFound."""
        found = self.catalogue.get(type)
        if version > found.spec.config_version:
            raise ConfigError(
                f"This connection was written for a newer “{found.spec.title}” (format {version})",
                where=type,
                remedy="Update the app or the extension that brings this source.",
                code="config_too_new",
            )
        if version < found.spec.config_version:
            config = migrated(found, config, version)
        return found, validate(found, config)

    def endpoints(self, type: ConnectorType, config: ConnectorConfig) -> list[Endpoint]:
        return list(type.source.endpoints(config))

    @asynccontextmanager
    async def open(
        self, type: ConnectorType, config: ConnectorConfig, *, name: str, log: Log, secrets: Secrets | None = None
    ) -> AsyncIterator[Source[Any]]:
        """The source, ready to read; its sockets are closed at the end. `name` tells connections apart in limits."""
        titled = (secrets or self.secrets).titled(secret_titles(type, config.model_dump(mode="json", by_alias=True)))
        context = self.network.open(
            spec=type.spec,
            endpoints=type.source.endpoints(config),
            authorizer=authorizer(type.source.authorization(config), titled, self.network, self.accounts),
            log=log,
            name=name,
        )
        try:
            async with type.source(config, context) as source:
                yield source
        finally:
            await context.close()
