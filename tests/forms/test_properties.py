"""What holds for every schema and every value, tried with made-up ones."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.forms import UNSET, FormState, Kind, Path
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


def fields(state: FormState, path: Path = ()) -> list[Path]:
    """All fields that are there now."""
    below = [(*path, child.name) for child in state.children(path)] + list(state.items(path))
    chosen = state.branch(path)
    below += [(*path, branch(chosen))] if chosen is not None else []
    return [path, *(one for where in below for one in fields(state, where))]


def unions(state: FormState) -> list[Path]:
    return [path for path in fields(state) if state.spec(path).kind is Kind.UNION]


@PROFILE
@given(configs(), st.data())
def test_undo_returns_to_the_start_and_redo_to_the_end(pair: tuple[dict[str, Any], Any], data: st.DataObject) -> None:
    state = FormState(*pair)
    start = copy.deepcopy(state.value())
    for path in unions(state):
        state.choose(path, data.draw(st.integers(0, len(state.spec(path).branches) - 1)))
    for path in [path for path in fields(state) if state.spec(path).kind is Kind.ENUM]:
        if choices := state.spec(path).choices:  # a condition may have taken it away meanwhile
            state.set(path, data.draw(st.sampled_from(choices)).value)
        state.errors()
    for child in state.children(()):
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
@given(configs())
def test_choosing_other_values_and_the_old_ones_again_changes_nothing(pair: tuple[dict[str, Any], Any]) -> None:
    # The choices are what conditions depend on: fields come and go meanwhile.
    state = FormState(*pair)
    for path in [path for path in fields(state) if state.spec(path).kind is Kind.ENUM]:
        was = state.get(path)
        if was is UNSET:
            continue  # setting a field makes the object around it be there, and that stays
        for choice in state.spec(path).choices:
            state.set(path, choice.value)
            state.value(), state.errors(), fields(state)
        state.set(path, was)
    assert same(state.value(), pair[1])
    assert not state.is_dirty()


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
