"""Checks a form's value against its schema. The only module that builds validators, always masked (a message never
quotes a value), offline (a schema is somebody else's text) and with formats on.

A failed union comes with the errors of each branch; those of the branch the person chose are the ones to show, so no
second schema has to be made. Error objects hold clear values: only pointer, keyword and details leave this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from app.forms.spec import Branch, FieldSpec, Form, Kind
from app.forms.values import Json

BranchOf = Callable[[list[str | int]], "tuple[FieldSpec, int | None] | None"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken keyword: where in the value, which keyword, and its limits (never the value)."""

    tokens: tuple[str | int, ...]
    keyword: str
    details: Mapping[str, Any]


class Validation:
    """The compiled schema of one form."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._branches: dict[int, Any] = {}
        self._validator = self._build(form.schema)

    def _build(self, schema: Json) -> Any:
        # An author's broken schema, and any future way of breaking one, must only cost the check, not the form.
        try:
            return jsonschema_rs.validator_for(schema, mask="***", offline=True, validate_formats=True)
        except Exception as error:
            note = f"The schema can't be checked: {str(error).splitlines()[0][:200]}"
            if note not in self._form.warnings:
                self._form.warnings.append(note)
            return None

    def violations(self, value: Json, branch_of: BranchOf) -> list[Violation]:
        """What is wrong with a value. `branch_of` says for a place which union lies there and what is chosen."""
        if self._validator is None:
            return []
        try:
            found = list(self._validator.iter_errors(value))
        except Exception as error:
            return [Violation((), "other", {"reason": type(error).__name__})]
        return [violation for error in found for violation in _flatten(error, branch_of)]

    def fits(self, branch: Branch, value: Json) -> bool:
        """Whether a value is valid under one branch of a union."""
        key = id(branch)
        if key not in self._branches:
            shared = {word: self._form.schema[word] for word in ("$defs", "definitions") if word in self._form.schema}
            self._branches[key] = (branch, self._build({**shared, **branch.schema}))
        validator = self._branches[key][1]
        try:
            return validator is not None and bool(validator.is_valid(value))
        except Exception:
            return False


def _flatten(error: Any, branch_of: BranchOf) -> Iterator[Violation]:
    kind = error.kind
    tokens = list(error.instance_path)
    context = getattr(kind, "context", None)
    if context and kind.name in ("oneOf", "anyOf"):
        chosen = _chosen(context, tokens, branch_of)
        if chosen is not None:
            for below in chosen:
                yield from _flatten(below, branch_of)
            return
    details = {} if context is not None else kind.as_dict()
    if kind.name in ("required", "dependentRequired") and "property" in details:
        tokens.append(details["property"])
    yield Violation(tuple(tokens), kind.name, details)


def _chosen(context: list[Any], tokens: list[str | int], branch_of: BranchOf) -> Any:
    place = branch_of(tokens)
    if place is not None and place[0].kind is Kind.UNION:
        spec, chosen = place
        wrapped = [errors for errors in context if any(_is_union_error_at(one, tokens) for one in errors)]
        if spec.nullable and wrapped:
            return wrapped[0]  # "this union, or null": the union itself is one level further in
        if chosen is not None:
            index = spec.branches[chosen].index
            return context[index] if index < len(context) and context[index] else None
        return None
    # No union of the form: a nullable field, or conditions. The branch whose type fits says most.
    fitting = [errors for errors in context if not any(_is_type_error_at(one, tokens) for one in errors)]
    return min(fitting, key=len) if fitting else context[0]


def _is_type_error_at(error: Any, tokens: list[str | int]) -> bool:
    return error.kind.name in ("type", "const") and list(error.instance_path) == tokens


def _is_union_error_at(error: Any, tokens: list[str | int]) -> bool:
    return error.kind.name in ("oneOf", "anyOf") and list(error.instance_path) == tokens
