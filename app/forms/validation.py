"""Checks a form's value against its schema. The only module that builds validators, always masked (a message never
quotes a value), offline (a schema is somebody else's text) and with formats on.

A failed union comes with the errors of each branch; those of the branch the person chose are the ones to show, so no
second schema has to be made. Error objects hold clear values: only pointer, keyword and details leave this module.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urljoin

import jsonschema_rs

from app.forms import cron
from app.forms.schema import subschemas
from app.forms.spec import Branch, FieldSpec, Form
from app.forms.values import Json, tokens_of

UnionsAt = Callable[[list[str | int]], "list[tuple[FieldSpec, int | None]]"]
_BASE = "headwater:form"
_LATER_FORMATS = ("uuid", "duration")
"""Formats that drafts before 2019-09 do not know, and that authors use with them all the same."""
_REPAIRS = 64


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken keyword: where in the value, which keyword, and its limits (never the value)."""

    tokens: tuple[str | int, ...]
    keyword: str
    details: Mapping[str, Any]


def compiled(schema: Json, *, formats: bool = True, registry: jsonschema_rs.Registry | None = None) -> Any:
    """The validator of a schema. Raises ValueError if the schema is none."""
    return jsonschema_rs.validator_for(
        schema,
        mask="***",
        offline=True,
        validate_formats=formats,
        formats={**{name: _format(name) for name in _LATER_FORMATS}, "cron": _is_cron} if formats else None,
        registry=registry,
    )


@cache
def _format(name: str) -> Callable[[str], bool]:
    validator = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    return lambda text: bool(validator.is_valid(text))


def _is_cron(text: str) -> bool:
    return not cron.fault(text)


@cache
def _pattern(pattern: str) -> Any:
    try:
        return jsonschema_rs.validator_for({"pattern": pattern}, offline=True)
    except ValueError:
        return None


def matches(pattern: str, text: str) -> bool:
    """Whether a text fits a schema's pattern."""
    validator = _pattern(pattern)
    return validator is not None and bool(validator.is_valid(text))


class Validation:
    """The compiled schema of one form."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._schema, self._validator = self._build(form.schema)
        self._parts: dict[int, Any] = {}

    def _warn(self, text: str) -> None:
        if text not in self._form.warnings:
            self._form.warnings.append(text)

    def _build(self, schema: Json) -> tuple[Json, Any]:
        """The schema without what makes it none, and its validator: an author's mistake costs one check, not all."""
        original = schema
        for _ in range(_REPAIRS):
            try:
                return schema, compiled(schema)
            except Exception as error:
                if schema is original:
                    schema = copy.deepcopy(original)
                if not self._drop(schema, list(getattr(error, "instance_path", ()))):
                    self._warn(f"The schema can't be checked: {str(error).splitlines()[0][:200]}")
                    break
        return schema, None

    def _drop(self, schema: Json, path: list[str | int]) -> bool:
        """Takes out of a schema what its meta-schema refuses, or the references that lead nowhere."""
        if not path:
            return self._drop_references(schema)
        above = schema
        try:
            for step in path[:-1]:
                above = above[int(step)] if isinstance(above, list) else above[str(step)]  # "0" comes as a number
            if isinstance(above, list):
                above[int(path[-1])] = True
            else:
                del above[str(path[-1])]
        except (LookupError, TypeError, ValueError):
            return False  # and a name that is empty does not come at all
        self._warn(f"“{path[-1]}” at /{'/'.join(map(str, path[:-1]))} makes no sense and is not checked")
        return True

    def _drop_references(self, schema: Json) -> bool:
        dropped = False
        for one in subschemas(schema):
            reference = one.get("$ref")
            if reference is not None and not (isinstance(reference, str) and _leads(schema, reference)):
                del one["$ref"]
                dropped = True
        named = schema.get("$schema")
        if not dropped and named is not None:
            self._warn(f"“$schema” names no known draft: {named}")
            del schema["$schema"]
            return True
        return dropped

    def violations(self, value: Json, unions_at: UnionsAt) -> list[Violation]:
        """What is wrong with a value. `unions_at` says for a place which unions lie there and what is chosen."""
        if self._validator is None:
            return []
        try:
            found = list(self._validator.iter_errors(value))
        except Exception as error:
            return [Violation((), "other", {"reason": type(error).__name__})]
        return [violation for error in found for violation in _flatten(error, unions_at)]

    def fits(self, branch: Branch, value: Json) -> bool:
        """Whether a value is valid under one branch of a union."""
        return self.valid(branch.schema, value)

    def valid(self, schema: Json, value: Json) -> bool:
        """Whether a value is valid under a part of the form's schema."""
        key = id(schema)
        if key not in self._parts:
            self._parts[key] = (schema, self._part(schema))
        validator = self._parts[key][1]
        try:
            return validator is not None and bool(validator.is_valid(value))
        except Exception:
            return False

    def _part(self, schema: Json) -> Any:
        """A part's validator: its references lead into the whole schema."""
        if not isinstance(schema, Mapping):
            return compiled(bool(schema))
        part = copy.deepcopy(dict(schema))
        base = str(self._schema.get("$id", _BASE))
        referring = [one for one in subschemas(part) if isinstance(one.get("$ref"), str)]
        for one in referring:
            one["$ref"] = base + one["$ref"] if one["$ref"].startswith("#") else urljoin(base, one["$ref"])
        part.pop("$id", None)
        if "$schema" in self._schema:
            part["$schema"] = self._schema["$schema"]
        try:
            registry = jsonschema_rs.Registry([(base, self._schema)]) if referring else None
            return compiled(part, registry=registry)
        except Exception:
            return self._build(part)[1]


def _leads(schema: Json, reference: str) -> bool:
    if not reference.startswith("#"):
        return any(one.get("$id") == reference for one in subschemas(schema))
    if not reference.startswith("#/"):
        return reference == "#" or any(one.get("$anchor") == reference[1:] for one in subschemas(schema))
    node = schema
    for token in tokens_of(reference):
        if isinstance(node, list) and token.isdigit() and int(token) < len(node):
            node = node[int(token)]
        elif isinstance(node, dict) and token in node:
            node = node[token]
        else:
            return False
    return isinstance(node, dict | bool)


def _flatten(error: Any, unions_at: UnionsAt) -> Iterator[Violation]:
    kind = error.kind
    tokens = list(error.instance_path)
    context = getattr(kind, "context", None)
    if context and kind.name in ("oneOf", "anyOf"):
        chosen = _chosen(context, tokens, unions_at)
        if chosen:  # with no errors in any branch, several fit where one should
            for below in chosen:
                yield from _flatten(below, unions_at)
            return
    details = {} if context is not None else kind.as_dict()
    if kind.name in ("required", "dependentRequired") and "property" in details:
        tokens.append(details["property"])
    if details.get("format") == "cron":
        details["fault"] = cron.fault(str(error.instance))  # which part it is says nothing of what was typed
    yield Violation(tuple(tokens), kind.name, details)


def _chosen(context: list[Any], tokens: list[str | int], unions_at: UnionsAt) -> Any:
    unions = unions_at(tokens)
    if unions:
        wrapped = [errors for errors in context if any(_is_union_error_at(one, tokens) for one in errors)]
        if unions[0][0].nullable and wrapped:
            return wrapped[0]  # "this union, or null": the union itself is one level further in
        places = [spec.branches[chosen].index for spec, chosen in unions if chosen is not None]
        found = [context[place] for place in places if place < len(context)]
        # Of several unions at one place (from `allOf`) the error is that of the one whose choice agrees with its tag.
        agreeing = [errors for errors in found if not any(_is_tag_error_below(one, tokens) for one in errors)]
        return next(iter(agreeing or found), None) or None
    # No union of the form: a nullable field, or conditions. The branch whose type fits says most.
    fitting = [errors for errors in context if not any(_is_type_error_at(one, tokens) for one in errors)]
    return min(fitting, key=len) if fitting else context[0]


def _is_type_error_at(error: Any, tokens: list[str | int]) -> bool:
    return error.kind.name in ("type", "const") and list(error.instance_path) == tokens


def _is_tag_error_below(error: Any, tokens: list[str | int]) -> bool:
    return error.kind.name in ("const", "enum") and list(error.instance_path)[:-1] == tokens


def _is_union_error_at(error: Any, tokens: list[str | int]) -> bool:
    return error.kind.name in ("oneOf", "anyOf") and list(error.instance_path) == tokens
