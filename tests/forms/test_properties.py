"""What holds for every schema and every value, tried with made-up ones."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.forms import FormState, Kind, Path
from app.forms.values import branch, same
from tests.forms.generate import configs, nonsense
from tests.forms.test_normalise import every

PROFILE = settings(max_examples=40, deadline=None)


@PROFILE
@given(configs())
def test_a_valid_config_comes_back_equal_and_without_errors(pair: tuple[dict[str, Any], Any]) -> None:
    schema, value = pair
    state = FormState(schema, copy.deepcopy(value))
    assert same(state.value(), value)
    assert state.errors() == []
    assert not state.is_dirty()


@PROFILE
@given(configs())
def test_an_untouched_form_invents_nothing(pair: tuple[dict[str, Any], Any]) -> None:
    # These schemas have no defaults, so only required objects and discriminators may be there.
    def bare(value: Any) -> bool:
        return isinstance(value, dict) and all(key == "kind" or bare(one) for key, one in value.items())

    assert bare(FormState(pair[0]).value())


def unions(state: FormState, path: Path = ()) -> list[Path]:
    spec = state.spec(path)
    found = [path] if spec.kind is Kind.UNION else []
    chosen = state.branch(path) if found else None
    for child in spec.children:
        found += unions(state, (*path, child.name))
    for below in state.items(path):
        found += unions(state, below)
    return found + unions(state, (*path, branch(chosen))) if chosen is not None else found


@PROFILE
@given(configs(), st.data())
def test_undo_returns_to_the_start_and_redo_to_the_end(pair: tuple[dict[str, Any], Any], data: st.DataObject) -> None:
    state = FormState(*pair)
    start = copy.deepcopy(state.value())
    for path in unions(state):
        state.choose(path, data.draw(st.integers(0, len(state.spec(path).branches) - 1)))
    for child in state.form.root.children:
        if data.draw(st.booleans()):
            state.clear((child.name,))
        elif child.kind in (Kind.LIST, Kind.MAP):
            state.add((child.name,), "new")
        elif child.kind is Kind.STRING:
            state.set((child.name,), "text")
        state.errors()
    end = copy.deepcopy(state.value())
    while state.undo():
        pass
    assert same(state.value(), start)
    assert not state.is_dirty()
    while state.redo():
        pass
    assert same(state.value(), end)


@PROFILE
@given(configs())
def test_switching_every_branch_away_and_back_changes_nothing(pair: tuple[dict[str, Any], Any]) -> None:
    state = FormState(*pair)
    for path in unions(state):
        was = state.branch(path)
        if was is None:
            continue
        for place in range(len(state.spec(path).branches)):
            state.choose(path, place)
        state.choose(path, was)
    assert same(state.value(), pair[1])


@PROFILE
@given(nonsense(), nonsense())
def test_nothing_raises_on_nonsense(schema: Any, value: Any) -> None:
    state = FormState({"type": "object", "properties": schema if isinstance(schema, dict) else {"a": schema}})
    assert every(state.form.root)
    state.value(), state.errors()
    state.set_value({"a": value, "title": value})
    state.errors()
    state = FormState(schema)
    state.value(), state.errors()
