"""The way from a pasted text to findings: read it, match it, and let the form itself check the values.

The check is a trial: the findings are applied to a copy of the form, and what its schema then says against a field
makes a leftover of that finding. So a paste is held to the same rules as typing, with the same words.
"""

from __future__ import annotations

from dataclasses import replace

from app.forms.paste.applying import apply
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


def recognise(text: str, state: FormState) -> Recognition:
    """What a text would change in a form. Nothing is changed."""
    matcher = Matcher(state)
    reading = read(text, matcher.takes_object)
    best: Matching | None = None
    for entries in reading.alternatives:
        matching = matcher.match(entries)
        if best is None or matching.points > best.points:
            best = matching
    if best is None:
        return Recognition(reading.kind, skipped=reading.skipped)
    findings = [*_branches(best, state), *(_finding(match, state) for match in best.matches)]
    errors = _try(state, findings)
    good = tuple(one for one in findings if one.path not in errors)
    bad = [Leftover(one.origin, one.label, errors[one.path]) for one in findings if one.path in errors]
    left = [Leftover(entry.origin, matcher.unfit(entry)) for entry in best.unmatched if not entry.implied]
    good = tuple(sorted(good, key=lambda one: matcher.place_of(one.path)))
    return Recognition(reading.kind, good, (*bad, *dict.fromkeys(left)), reading.skipped)


def _branches(matching: Matching, state: FormState) -> list[Finding]:
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
        spec, unchanged = state.spec(path), state.branch(path) == place
        findings.append(
            Finding(path, state.pointer(path), spec.label, entry.origin, "branch", place, unchanged=unchanged)
        )
    return findings


def _finding(match: Match, state: FormState) -> Finding:
    entry, path, spec = match.entry, match.place.path, match.place.spec
    pointer = state.pointer(path)
    if spec.kind is Kind.SECRET:
        slot = secret_slot(entry.value)
        return Finding(path, pointer, spec.label, entry.origin, match.how, None, slot, masked=True)
    value = convert(spec, entry.value)
    unchanged = same(state.get(path), value) and state.pointer(path) == pointer
    masked = is_secret_name(spec.name) or is_secret_name(entry.names[0])
    return Finding(path, pointer, spec.label, entry.origin, match.how, value, None, masked, unchanged)


def _try(state: FormState, findings: list[Finding]) -> dict[Path, FieldError]:
    """What the schema says against the findings."""
    trial = FormState(state.form.schema, state.value())
    apply(trial, findings)
    errors = trial.errors()
    found = {}
    for finding in findings:
        if finding.how != "branch":
            error = next((one for one in errors if starts_with(one.path, finding.path)), None)
            if error is not None:
                found[finding.path] = replace(error, pointer=finding.pointer)
    return found
