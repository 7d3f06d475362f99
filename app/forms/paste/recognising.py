"""The way from a pasted text to findings: read it, match it, and let the form itself check the values.

The check is a trial: the findings are applied to a copy of the form, and what its schema then says against a field
makes a leftover of that finding. So a paste is held to the same rules as typing, with the same words.
"""

from __future__ import annotations

from dataclasses import replace

from app.forms.paste.applying import apply, has
from app.forms.paste.converting import convert, secret_slot
from app.forms.paste.entries import Entry
from app.forms.paste.finding import Finding, Leftover, Recognition
from app.forms.paste.matching import Match, Matcher, Matching
from app.forms.paste.names import is_secret_name
from app.forms.paste.reading import read
from app.forms.problems import FieldError
from app.forms.spec import Kind
from app.forms.state import FormState
from app.forms.values import Path, same, starts_with

_ROUNDS = 3
"""Findings may bring fields into the form that more of the text belongs to."""


def recognise(text: str, state: FormState) -> Recognition:
    """What a text would change in a form. Nothing is changed."""
    shape = state
    for _ in range(_ROUNDS):
        recognised, trial = _recognise(text, state, shape)
        if not recognised.leftovers or not Matcher(trial).has_more_than(Matcher(shape)):
            break
        shape = trial
    return recognised


def _recognise(text: str, state: FormState, shape: FormState) -> tuple[Recognition, FormState]:
    """One round: the fields are those of `shape`. Answers the form as it would be, too."""
    matcher = Matcher(shape)
    reading = read(text, matcher.takes_object)
    best: Matching | None = None
    for entries in reading.alternatives:
        matching = matcher.match(entries)
        if best is None or matching.points > best.points:
            best = matching
    if best is None:
        return Recognition(reading.kind, skipped=reading.skipped), state
    findings = [*_branches(best, state, shape), *(_finding(match, state) for match in best.matches)]
    trial = FormState(state.form.schema, state.value(), say=state.say)
    apply(trial, findings)
    errors = _against(trial, findings)
    good = sorted((one for one in findings if one.path not in errors), key=lambda one: matcher.place_of(one.path))
    bad = [Leftover(one.origin, one.label, errors[one.path]) for one in findings if one.path in errors]
    left = [Leftover(entry.origin, matcher.unfit(entry)) for entry in best.unmatched if not entry.implied]
    return Recognition(reading.kind, tuple(good), (*bad, *dict.fromkeys(left)), reading.skipped), trial


def _branches(matching: Matching, state: FormState, shape: FormState) -> list[Finding]:
    """The unions that have to change their branch, each told apart so that nobody is surprised."""
    wanted: dict[Path, tuple[int, Entry]] = {}
    for match in matching.matches:
        path = match.place.path
        for end, step in enumerate(path):
            if isinstance(step, tuple):
                wanted.setdefault(path[:end], (step[1], match.entry))
    wanted |= matching.tags
    findings = []
    for path, (place, entry) in wanted.items():
        same_branch = state.branch(path) == place
        findings.append(
            Finding(path, state.pointer(path), shape.spec(path), entry.origin, "branch", place, unchanged=same_branch)
        )
    return findings


def _finding(match: Match, state: FormState) -> Finding:
    entry, path, spec = match.entry, match.place.path, match.place.spec
    pointer = state.pointer(path)
    if spec.kind is Kind.SECRET:
        slot = secret_slot(entry.value)
        return Finding(path, pointer, spec, entry.origin, match.how, None, slot, masked=True)
    value = convert(spec, entry.value)
    unchanged = has(state, path) and same(state.get(path), value)
    masked = is_secret_name(spec.name) or is_secret_name(entry.names[0])
    return Finding(path, pointer, spec, entry.origin, match.how, value, None, masked, unchanged)


def _against(trial: FormState, findings: list[Finding]) -> dict[Path, FieldError]:
    """What the schema says against the findings, once they are applied."""
    errors = trial.errors()
    found = {}
    for finding in findings:
        if finding.how != "branch":
            error = next((one for one in errors if starts_with(one.path, finding.path)), None)
            if error is not None:
                found[finding.path] = replace(error, pointer=finding.pointer)
    return found
