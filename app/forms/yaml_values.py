"""JSON values written as YAML, by the rules of its version 1.2 for JSON: only true, false, null and JSON's own numbers
are anything but text. `no`, `2024-01-31`, `12:30` and `007` stay as they were typed, and so do the names in an object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from app.forms.json_values import Fault, read_json
from app.forms.values import Json

_MOST = 200_000
"""Values that a text may stand for. A few lines of YAML that refer to each other can mean billions."""
_DEEPEST = 200
_WORDS: dict[str, bool | None] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_WORDS |= {form: form.lower() == "true" for form in ("true", "True", "TRUE", "false", "False", "FALSE")}
_WORD = re.compile(r"(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|)$")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$")
_BREAKS = re.compile("[\r\x85\u2028\u2029\ufeff]")
"""Line ends that only some readers know."""
_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Tells only what JSON has apart from text."""

    yaml_implicit_resolvers: dict[str | None, list[Any]] = {}


class _Dumper(yaml.SafeDumper):
    """Quotes whatever any reader of YAML might take for something else than text."""

    def ignore_aliases(self, data: Any) -> bool:
        """What stands twice is written twice."""
        return True


def _written(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _BREAKS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar(f"{_TAG}str", text, style=style)


_Loader.add_implicit_resolver(f"{_TAG}word", _WORD, ["", *"~ntfNTF"])
_Loader.add_implicit_resolver(f"{_TAG}number", _NUMBER, list("-0123456789"))
_Loader.add_implicit_resolver(_MERGE, re.compile("<<$"), ["<"])
_Dumper.add_implicit_resolver(f"{_TAG}number", _NUMBER, list("-0123456789"))
_Dumper.add_representer(str, _written)


def read(text: str) -> Json:
    """The value of the one document in a text. Raises Fault."""
    documents = list(_documents(text))
    if len(documents) > 1:
        raise Fault("syntax", _place(documents[1]))
    return _Reading().value(documents[0]) if documents else None


def _documents(text: str) -> Iterator[yaml.Node]:
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            # The library's own way down has no limit, and would end the program.
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise Fault("deep")
        yield from (document for document in yaml.compose_all(text, Loader=_Loader) if document is not None)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Fault("syntax", _within(text, mark)) if mark is not None else Fault("unplaced") from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        raise Fault("syntax", (before.count("\n"), len(before) - before.rfind("\n") - 1)) from None
    except yaml.YAMLError:
        raise Fault("unplaced") from None


def _within(text: str, mark: Any) -> tuple[int, int]:
    """Where a mark is; for one behind the last line, the end of the text."""
    lines = text.split("\n")
    return (mark.line, mark.column) if mark.line < len(lines) else (len(lines) - 1, len(lines[-1]))


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line, node.start_mark.column


def _names(node: yaml.MappingNode) -> dict[str, yaml.Node]:
    """The entries of an object by name, without those it merges in. A name is the text that stands there."""
    found: dict[str, yaml.Node] = {}
    for key, below in node.value:
        if key.tag == _MERGE:
            continue
        if not isinstance(key, yaml.ScalarNode):
            raise Fault("value", _place(key))
        if key.value in found:
            raise Fault("twice_at", _place(key), key.value)
        found[key.value] = below
    return found


def check(text: str) -> None:
    """Reads a text, of which nothing has to be JSON. Raises Fault where it is no YAML, or a name stands twice."""
    for document in _documents(text):
        _look_through(document)


def write(value: Json) -> str:
    """A value as a person would write it."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000).removesuffix("...\n")


def _look_through(document: yaml.Node) -> None:
    """Finds names that stand twice, anywhere."""
    seen: set[int] = set()
    pending = [document]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            pending += _names(node).values()
        elif isinstance(node, yaml.SequenceNode):
            pending += node.value


class _Reading:
    """Turns the nodes of one document into a JSON value."""

    def __init__(self) -> None:
        self._left = _MOST
        self._open: set[int] = set()

    def value(self, node: yaml.Node) -> Json:
        """What a node stands for."""
        self._left -= 1
        if self._left < 0 or id(node) in self._open:
            raise Fault("large")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if node.tag not in (f"{_TAG}seq", f"{_TAG}map"):
            raise Fault("value", _place(node))
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.value(one) for one in node.value]
            return self._object(node)
        finally:
            self._open.discard(id(node))

    def _object(self, node: Any) -> dict[str, Json]:
        merged: dict[str, Json] = {}
        for key, below in node.value:
            if key.tag == _MERGE:
                for one in reversed(below.value) if isinstance(below, yaml.SequenceNode) else [below]:
                    if not isinstance(one, yaml.MappingNode):
                        raise Fault("value", _place(one))
                    merged |= self.value(one)
        return merged | {name: self.value(below) for name, below in _names(node).items()}

    def _scalar(self, node: yaml.ScalarNode) -> Json:
        match node.tag.removeprefix(_TAG):
            case "str":
                return node.value
            case "word" | "null" | "bool" if node.value in _WORDS:
                return _WORDS[node.value]
            case "number" | "int" | "float" if _NUMBER.match(node.value):
                return read_json(node.value)
        raise Fault("value", _place(node))
