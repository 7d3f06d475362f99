"""Google's own description of an API, held against what is sent and what a fake answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import jsonschema_rs

Json = Any
_WORD = re.compile(r"[\w.$-]+|[(),/*]")


@dataclass(frozen=True)
class Method:
    """One method of the API, found by a request's path."""

    id: str
    described: dict[str, Json]
    path: dict[str, str]

    @property
    def answers(self) -> str | None:
        """The schema of its answer."""
        ref: str | None = self.described.get("response", {}).get("$ref")
        return ref


class Discovery:
    """A Discovery document, ready to judge requests and answers."""

    def __init__(self, name: str) -> None:
        file = resources.files("googleapiclient") / "discovery_cache" / "documents" / f"{name}.json"
        self.document: dict[str, Json] = json.loads(file.read_text())
        self._schemas = {key: _json_schema(schema) for key, schema in self.document["schemas"].items()}
        self._methods = list(_methods(self.document["resources"]))
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def method(self, verb: str, path: str) -> Method | None:
        """The method a request calls. Literal paths come before templates."""
        path = path.removeprefix("/" + self.document["servicePath"])
        for described in self._methods:
            template = re.escape(described["path"]).replace(r"\{", "{").replace(r"\}", "}")
            found = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", template), path)
            if found and described["httpMethod"] == verb:
                return Method(described["id"], described, found.groupdict())
        return None

    def wrong_with_request(self, method: Method, query: Mapping[str, str], scopes: set[str]) -> Iterator[str]:
        """What a request says that the description does not know."""
        known = {**self.document["parameters"], **method.described.get("parameters", {})}
        for name, value in query.items():
            if name not in known:
                yield f"{method.id} has no parameter {name}"
            elif known[name].get("deprecated"):
                yield f"{method.id}: the parameter {name} is deprecated"
            elif problem := _wrong_value(known[name], value):
                yield f"{method.id}: {name}={value!r} {problem}"
        for name, described in method.described.get("parameters", {}).items():
            if described.get("required") and described["location"] == "query" and name not in query:
                yield f"{method.id}: {name} is missing"
        if query.get("alt") == "media" and not method.described.get("supportsMediaDownload"):
            yield f"{method.id} has no media"
        if not scopes & set(method.described["scopes"]):
            yield f"{method.id} is not covered by {scopes}"
        if "fields" in query and method.answers is not None:
            yield from self._wrong_fields(mask(query["fields"]), method.answers, method.id)

    def wrong_with_answer(self, schema: str, answer: Json) -> Iterator[str]:
        """Where an answer is not as described."""
        if schema not in self._validators:
            self._validators[schema] = jsonschema_rs.validator_for(
                {"$ref": f"#/$defs/{schema}", "$defs": self._schemas}, validate_formats=True
            )
        for error in self._validators[schema].iter_errors(answer):
            yield f"{schema}: {error.message} at {error.instance_path}"

    def _wrong_fields(self, wanted: dict[str, Any], schema: str | dict[str, Json], where: str) -> Iterator[str]:
        described = self._schemas[schema] if isinstance(schema, str) else schema
        described = self._schemas[described["$ref"].rpartition("/")[2]] if "$ref" in described else described
        if described.get("type") == "array":
            yield from self._wrong_fields(wanted, described["items"], where)
            return
        for name, below in wanted.items():
            if name == "*":
                continue
            if name not in described.get("properties", {}):
                yield f"{where}: there is no field {name} to ask for"
            elif below:
                yield from self._wrong_fields(below, described["properties"][name], f"{where}.{name}")


def mask(fields: str) -> dict[str, Any]:
    """A selector of partial answers as a tree: `a,b(c,d)` is {"a": {}, "b": {"c": {}, "d": {}}}."""
    words = _WORD.findall(fields)
    assert "".join(words) == fields, f"odd selector {fields!r}"
    tree: dict[str, Any] = {}
    stack, last = [tree], tree
    for word in words:
        if word == "(":
            stack.append(last)
        elif word == ")":
            stack.pop()
        elif word == ",":
            continue
        else:
            last = stack[-1].setdefault(word, {})
    assert stack == [tree], f"unbalanced selector {fields!r}"
    return tree


def masked(answer: Json, wanted: dict[str, Any]) -> Json:
    """The part of an answer that was asked for."""
    if not wanted or "*" in wanted:
        return answer
    if isinstance(answer, list):
        return [masked(each, wanted) for each in answer]
    return {name: masked(answer[name], below) for name, below in wanted.items() if name in answer}


def _methods(described: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    for resource in described.values():
        yield from sorted(resource.get("methods", {}).values(), key=lambda method: "{" in method["path"])
        yield from _methods(resource.get("resources", {}))


def _wrong_value(described: dict[str, Json], value: str) -> str:
    kind = described["type"]
    if kind == "boolean" and value not in ("true", "false"):
        return "is no boolean"
    if kind == "integer":
        if not re.fullmatch(r"-?\d+", value):
            return "is no integer"
        if int(value) < int(described.get("minimum", value)) or int(value) > int(described.get("maximum", value)):
            return "is out of range"
    return "is not one of those allowed" if "enum" in described and value not in described["enum"] else ""


def _json_schema(described: dict[str, Json]) -> dict[str, Json]:
    """As JSON Schema: an object has no fields but those that are described."""
    if "$ref" in described:
        return {"$ref": f"#/$defs/{described['$ref']}"}
    schema: dict[str, Json] = {"type": described["type"]} if described.get("type", "any") != "any" else {}
    if "enum" in described:
        schema["enum"] = described["enum"]
    if described.get("format") == "int64":
        schema["pattern"] = r"^-?\d+$"
    if described.get("format") == "date-time":
        schema["format"] = "date-time"
    if "items" in described:
        schema["items"] = _json_schema(described["items"])
    if "properties" in described:
        schema["properties"] = {name: _json_schema(below) for name, below in described["properties"].items()}
        schema["additionalProperties"] = False
    elif "additionalProperties" in described:
        schema["additionalProperties"] = _json_schema(described["additionalProperties"])
    return schema
