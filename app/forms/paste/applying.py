"""Writes findings into a form, all as one undo step. Secrets are kept apart from undo, as everywhere."""

from __future__ import annotations

from collections.abc import Iterable

from app.forms.paste.finding import Finding
from app.forms.spec import Kind
from app.forms.state import FormState


def apply(state: FormState, findings: Iterable[Finding]) -> None:
    """Chooses the branches the findings lie in, and sets their fields."""
    with state.together():
        for finding in findings:
            for end, step in enumerate(finding.path):
                if isinstance(step, tuple) and step[0] == "@" and state.branch(finding.path[:end]) != step[1]:
                    state.choose(finding.path[:end], step[1])
            if finding.slot is not None:
                state.set_secret(finding.path, finding.slot)
            elif state.spec(finding.path).kind is Kind.UNION:
                state.choose(finding.path, finding.value)
            else:
                state.set(finding.path, finding.value)
