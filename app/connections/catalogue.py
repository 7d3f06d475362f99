"""Which source types there are: every module below `connectors.sources`, and packages that register themselves.

Nothing here knows a type by name. One that can't be loaded is listed with its problem, and the app starts all the same.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.metadata
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

from app.api import ConnectorView
from connectors.sdk import N_, Json, NotFound, Source, SourceSpec

PACKAGE = "connectors.sources"
ENTRY_POINTS = "headwater.sources"


@dataclass(frozen=True)
class ConnectorType:
    """A loaded source type."""

    source: type[Source[Any]]

    @property
    def spec(self) -> SourceSpec:
        return self.source.spec

    @cached_property
    def schema(self) -> dict[str, Json]:
        """The JSON Schema of its config."""
        return self.source.Config.model_json_schema()


class Catalogue:
    """The source types of this installation."""

    def __init__(self, types: dict[str, ConnectorType], problems: dict[str, str]) -> None:
        self._types = types
        self._problems = problems

    @classmethod
    def load(cls, package: str = PACKAGE) -> Catalogue:
        """Import everything there is. Never raises: what fails is a problem with a name."""
        types: dict[str, ConnectorType] = {}
        problems: dict[str, str] = {}
        for name, load in _candidates(package):
            try:
                for source in _sources(load()):
                    if source.spec.type in types:
                        problems[name] = N_(f"Its type “{source.spec.type}” is already provided by another one.")
                        continue
                    types[source.spec.type] = ConnectorType(source)
            except Exception as error:
                problems[name] = N_(f"It can't be loaded: {type(error).__name__}: {error}")
        return cls(types, problems)

    def get(self, type: str) -> ConnectorType:
        """Raises NotFound, naming close ones."""
        found = self._types.get(type)
        if found is None:
            close = difflib.get_close_matches(type, self._types, 3, 0.5)
            remedy = f"Did you mean {', '.join(close)}?" if close else "`headwaterctl connectors list` shows all."
            raise NotFound("There is no such source type", where=type, remedy=remedy, code="unknown_type")
        return found

    def find(self, type: str) -> ConnectorType | None:
        return self._types.get(type)

    def views(self, configured: dict[str, int]) -> list[ConnectorView]:
        """The catalogue's entries by title; `configured` counts connections per type."""
        views = [_view(item, configured.get(name, 0)) for name, item in self._types.items()]
        views += [ConnectorView(type=name, title=name, problem=problem) for name, problem in self._problems.items()]
        return sorted(views, key=lambda view: (bool(view.problem), view.title.casefold()))


def _candidates(package: str) -> Iterator[tuple[str, Any]]:
    root = importlib.import_module(package)
    for module in pkgutil.iter_modules(root.__path__):
        if not module.name.startswith("_"):
            yield module.name, lambda name=f"{package}.{module.name}": importlib.import_module(name)
    for entry in importlib.metadata.entry_points(group=ENTRY_POINTS):
        yield entry.name, entry.load


def _sources(loaded: Any) -> Iterator[type[Source[Any]]]:
    if isinstance(loaded, ModuleType):
        for name in getattr(loaded, "__all__", ()):
            item = getattr(loaded, name)
            if isinstance(item, type) and issubclass(item, Source) and hasattr(item, "spec"):
                yield item
    elif isinstance(loaded, type) and issubclass(loaded, Source):
        yield loaded
    else:
        raise TypeError("a source entry point names a module or a Source class")


def _view(item: ConnectorType, configured: int) -> ConnectorView:
    spec = item.spec
    return ConnectorView(
        type=spec.type,
        title=spec.title,
        summary=spec.summary,
        group=spec.group,
        icon=spec.icon,
        version=spec.version,
        config_version=spec.config_version,
        auth=list(spec.auth),
        capabilities=sorted(spec.capabilities),
        keywords=list(spec.keywords),
        docs_url=spec.docs_url,
        configured=configured,
    )
