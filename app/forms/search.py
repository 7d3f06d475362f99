"""Finds fields by what a person calls them, wherever they lie: in folded sections, items, and branches that are not
chosen. It reads specs and values, no widgets, so it also finds what no window has drawn yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.forms.spec import FieldSpec, Kind
from app.forms.state import FormState
from app.forms.values import Path, branch

DEEP = 12
MANY = 5000
"""Schemas may repeat themselves without end; nobody reads further than this."""


@dataclass(frozen=True, slots=True)
class Match:
    """A field that was found. `path` is where to go: for a branch that is not chosen, the union it belongs to."""

    path: Path
    label: str
    trail: tuple[str, ...]
    branch: int | None = None
    """The branch that would have to be chosen first."""


def search(state: FormState, text: str) -> list[Match]:
    """The fields that have all words of a text in their label, name, help or choices, in the order of the form."""
    words = text.casefold().split()
    if not words:
        return []
    found = []
    for seen, (match, spec) in enumerate(_walk(state, (), state.form.root, (), None)):
        if seen > MANY:
            break
        if _says(spec, words):
            found.append(match)
    return found


def _says(spec: FieldSpec, words: list[str]) -> bool:
    said = " ".join((spec.label, spec.name, spec.help, *(choice.label for choice in spec.choices))).casefold()
    return all(word in said for word in words)


def _walk(
    state: FormState, path: Path, spec: FieldSpec, trail: tuple[str, ...], unchosen: Match | None
) -> Iterator[tuple[Match, FieldSpec]]:
    """Every field with how it would be found. Below an unchosen branch all lead to that branch's union."""
    if spec.hidden or len(path) > DEEP:
        return
    if path and not (isinstance(path[-1], tuple)):
        where = unchosen or Match(path, "", ())
        yield Match(where.path, spec.label, trail, where.branch), spec
    below = (*trail, spec.label) if path and spec.label and not isinstance(path[-1], tuple) else trail
    if spec.kind is Kind.OBJECT:
        for child in spec.children:
            yield from _walk(state, (*path, child.name), child, below, unchosen)
    elif spec.kind is Kind.UNION:
        chosen = state.branch(path) if unchosen is None else None
        for place, one in enumerate(spec.branches):
            leads = unchosen if unchosen is not None or place == chosen else Match(path, "", (), place)
            yield from _walk(state, (*path, branch(place)), one.spec, (*below, one.label), leads)
    elif spec.kind in (Kind.LIST, Kind.MAP) and unchosen is None and spec.item is not None:
        for place, one_path in enumerate(state.items(path)):
            name = state.key(one_path) if spec.kind is Kind.MAP else str(place + 1)
            yield from _walk(state, one_path, spec.item, (*below, name), None)
