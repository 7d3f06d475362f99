"""The fake engine as the gallery shows it: with the sources, forms and providers that there really are.

Tests of single pages have small schemas of their own; a picture must show what people will see, and in a language that
the catalogues know.
"""

from __future__ import annotations

from functools import lru_cache

from app.api import ConnectorView, ProviderView
from app.connections.catalogue import Catalogue
from app.engine.accounts import provider_views
from connectors.sdk import Json
from tests.widgets.fake_engine import FakeEngine, replace

__all__ = ["GalleryEngine"]

BROKEN = "It can't be loaded: ModuleNotFoundError: No module named 'gopherlib'"


@lru_cache
def catalogue() -> Catalogue:
    """The built-in sources."""
    return Catalogue.load()


class GalleryEngine(FakeEngine):
    """The same connections, of real source types."""

    def __init__(self, *, empty: bool = False, now: float | None = None) -> None:
        super().__init__(empty=empty, now=now)
        self.preview = replace(self.preview, changed=["Prefix"])
        types = {view.type: view for view in catalogue().views({})}
        for view in list(self._connections.values()):
            kind = types[view.type]
            config, secrets = sample(view.type, view.name)
            self.put(replace(view, type_title=kind.title, icon=kind.icon, config=config, secrets=secrets))
        for account in list(self.account_list.values()):
            provider = next(each for each in provider_views() if each.id == account.provider)
            self.account_list[account.id] = replace(account, provider_title=provider.title)

    async def connectors(self) -> list[ConnectorView]:
        """All, and one that is broken."""
        self._called("connectors")
        configured: dict[str, int] = {}
        for view in self._connections.values():
            configured[view.type] = configured.get(view.type, 0) + 1
        return [*catalogue().views(configured), ConnectorView(type="gopher", title="gopher", problem=BROKEN)]

    async def connector_schema(self, type: str) -> dict[str, Json]:
        """The real one."""
        self._called("connector_schema", type)
        return catalogue().get(type).schema

    async def providers(self) -> list[ProviderView]:
        """The real ones."""
        self._called("providers")
        return provider_views()


def sample(type: str, name: str) -> tuple[dict[str, Json], dict[str, str]]:
    """A configuration that fits the type, and which of its secrets are set."""
    match type:
        case "s3":
            auth: dict[str, Json] = {"method": "access_key", "aws_access_key_id": "AKIADEMO"}
            return {"bucket_name": name.lower(), "auth": auth}, {"/auth/aws_secret_access_key": "set in keyring"}
        case "webdav":
            return {"url": "https://dav.example.com/handbook"}, {}
        case "rss":
            return {"url": "https://news.example.com/feed.xml"}, {}
        case "rest_api":
            return {"url": "https://support.example.com/api/tickets"}, {}
        case "folder":
            return {"path": "/srv/company"}, {}
        case _:
            return {}, {}
