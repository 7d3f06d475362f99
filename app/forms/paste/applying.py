"""Writes findings into a form, all as one undo step. Secrets are kept apart from undo, as everywhere."""

from __future__ import annotations

from collections.abc import Iterable

from app.forms.paste.finding import Finding
from app.forms.spec import Kind
from app.forms.state import FormState
from app.forms.values import Path


def apply(state: FormState, findings: Iterable[Finding]) -> None:
    """Chooses the branches the findings lie in, and sets their fields. A field that only another finding brings into
    the form waits for that one; without it, it has no place."""
    waiting = list(findings)
    with state.together():
        while ready := [finding for finding in waiting if has(state, finding.path)]:
            waiting = [finding for finding in waiting if not any(finding is one for one in ready)]
            for finding in ready:
                _write(state, finding)


def has(state: FormState, path: Path) -> bool:
    """Whether there is a field at a path now."""
    try:
        state.spec(path)
    except KeyError:
        return False
    return True


def _write(state: FormState, finding: Finding) -> None:
    path = finding.path
    for end, step in enumerate(path):
        if isinstance(step, tuple) and step[0] == "@" and state.branch(path[:end]) != step[1]:
            state.choose(path[:end], step[1])
    if finding.slot is not None:
        state.set_secret(path, finding.slot)
    elif finding.spec.kind is Kind.UNION:
        state.choose(path, finding.value)
    else:
        state.set(path, finding.value)
