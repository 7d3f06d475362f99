"""Steps of a form, where its schema wants them: `"x-steps": [{"title": "Sign in", "fields": ["auth"]}, ...]`.

Steps are only a way to show a form. Its value, its validation and its undo know nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.forms.problems import FieldError
from app.forms.spec import FieldSpec, Kind


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its title and the names of its fields. A field that no step names stands in the last one."""

    title: str
    fields: frozenset[str]


def steps_of(root: FieldSpec) -> tuple[Step, ...]:
    """The steps of a form; () for one that is shown at once. A step without any field of the form is left out."""
    listed = root.schema.get("x-steps")
    if root.kind is not Kind.OBJECT or not isinstance(listed, list):
        return ()
    steps = []
    for one in listed:
        title, fields = (one.get("title"), one.get("fields")) if isinstance(one, dict) else (None, None)
        if isinstance(fields, list):
            names = frozenset(name for name in fields if isinstance(name, str))
            if any(name in names for name in root.by_name) or root.conditions:
                steps.append(Step(title if isinstance(title, str) and title else "", names))
    return tuple(steps) if len(steps) > 1 else ()


def step_of(steps: tuple[Step, ...], name: str) -> int:
    """The place of the step in which a field stands."""
    return next((place for place, step in enumerate(steps) if name in step.fields), len(steps) - 1)


def errors_up_to(steps: tuple[Step, ...], last: int, errors: Iterable[FieldError]) -> list[FieldError]:
    """The errors that keep a person from going beyond a step: those in it and in the ones before, in their
    order. What is wrong with the form as a whole belongs to no step; it shows when the form is saved."""
    placed = [(step_of(steps, str(error.path[0])), error) for error in errors if error.path]
    return [error for place, error in sorted(placed, key=lambda one: one[0]) if place <= last]
