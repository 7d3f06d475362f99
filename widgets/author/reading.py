"""Reads what an author names: schema files and folders of them, names of installed connectors, and values to set.

Other people's files come in every state; whatever is wrong with one is told in one sentence as `Unreadable`.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

JSON_SUFFIXES = (".json",)
YAML_SUFFIXES = (".yaml", ".yml")
SUFFIXES = (*JSON_SUFFIXES, *YAML_SUFFIXES)
_SPECIFICATION = "connection_specification"


class Unreadable(Exception):
    """A file that cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Source:
    """One schema as it was named on the command line. `file` is None for an installed connector."""

    name: str
    file: Path | None

    @property
    def stem(self) -> str:
        """What its values and its picture are called after."""
        return self.file.stem if self.file is not None else self.name

    def read(self) -> Any:
        """The schema. Raises Unreadable."""
        return unwrapped(read_document(self.file)) if self.file is not None else _installed(self.name)


def sources(names: Iterable[str]) -> Iterator[Source]:
    """What the names stand for: a folder for the schema files in it, anything that is no file for a connector."""
    for name in names:
        file = Path(name)
        if file.is_dir():
            found = sorted(one for one in file.iterdir() if one.suffix.lower() in SUFFIXES and one.is_file())
            yield from (Source(str(one), one) for one in found)
        elif file.exists() or file.suffix.lower() in SUFFIXES or len(file.parts) > 1:
            yield Source(name, file)
        else:
            yield Source(name, None)


def values_for(source: Source, values: Path | None) -> Any:
    """The value to set into a schema's form; None if there is none. In a folder it is the file of the same stem."""
    if values is None:
        return None
    if not values.is_dir():
        return read_document(values)
    for suffix in SUFFIXES:
        file = values / f"{source.stem}{suffix}"
        if file.is_file():
            return read_document(file)
    return None


def read_document(file: Path) -> Any:
    """A JSON or YAML file as data. Raises Unreadable."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unreadable(f"The file can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise Unreadable("The file is not text in UTF-8") from None
    try:
        return _read_yaml(text) if file.suffix.lower() in YAML_SUFFIXES else json.loads(text)
    except RecursionError:
        raise Unreadable("The file is nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"The file is not JSON: {error}") from None


def _read_yaml(text: str) -> Any:
    yaml, loader = _yaml()
    try:
        # By way of JSON, so that keys are text and an alias to itself is refused.
        return json.loads(json.dumps(yaml.load(text, Loader=loader)))
    except (yaml.YAMLError, TypeError, ValueError) as error:
        raise Unreadable(f"The file is not YAML: {' '.join(str(error).split())}") from None


@cache
def _yaml() -> tuple[Any, Any]:
    """The YAML library and a safe loader that leaves dates as the text they are, as JSON Schema does."""
    try:
        yaml: Any = importlib.import_module("yaml")
    except ImportError:
        raise Unreadable("To read YAML the package PyYAML has to be installed") from None
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in base.yaml_implicit_resolvers.items()
    }
    return yaml, type("PlainLoader", (base,), {"yaml_implicit_resolvers": resolvers})


def unwrapped(document: Any) -> Any:
    """The specification in a declarative connector's manifest; any other document as it is."""
    inner = document.get("spec") if isinstance(document, dict) else None
    return inner if isinstance(inner, dict) and _SPECIFICATION in inner else document


def _installed(name: str) -> Any:
    catalogue = _catalogue()
    found = catalogue.find(name)
    if found is None:
        raise Unreadable("There is no such file, and no installed connector of this name")
    return found.schema


@cache
def _catalogue() -> Any:
    from app.connections.catalogue import Catalogue

    return Catalogue.load()
