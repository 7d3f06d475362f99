"""The part of a form with which a connection signs in: its secrets and what belongs to them.

Signing in again should not show everything. The rest of the form is hidden, not cut off: its values stay in the value,
and the schema is checked as a whole.
"""

from __future__ import annotations

from typing import Any

from app.forms.normalise import normalise
from app.forms.paste.names import thing
from app.forms.spec import FieldSpec, Kind

_LOGINS = frozenset({"username", "access key id", "client id", "account name", "account id", "tenant id", "email"})
_DEEP = 8


def sign_in_schema(schema: dict[str, Any]) -> dict[str, Any] | None:
    """The schema with all but the sign-in hidden; None for a form without secrets."""
    children = normalise(schema).root.children
    secret = {child.name for child in children if _has_secret(child, 0)}
    if not secret:
        return None
    groups = {child.group for child in children if child.name in secret and child.group}
    shown = secret | {child.name for child in children if child.group in groups or thing(child.name) in _LOGINS}
    shown |= {child.name for child in children if child.kind is not Kind.UNION and thing(child.label) in _LOGINS}
    properties = {
        name: part if name in shown or not isinstance(part, dict) else {**part, "x-hidden": True}
        for name, part in schema.get("properties", {}).items()
    }
    return {**schema, "properties": properties}


def _has_secret(spec: FieldSpec, depth: int) -> bool:
    if spec.kind is Kind.SECRET or "x-account" in spec.schema:
        return True
    if depth > _DEEP:
        return False
    if spec.kind is Kind.OBJECT:
        return any(_has_secret(child, depth + 1) for child in spec.children)
    return any(_has_secret(one.spec, depth + 1) for one in spec.branches)
