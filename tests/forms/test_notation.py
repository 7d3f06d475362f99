"""Raw values as JSON and YAML: what is read is always a JSON value, and what is wrong is told with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms import Unparsed
from app.forms.notation import Notation, checked, parse, write
from app.forms.values import same

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_reads_as_the_same(value: Any) -> None:
    assert same(parse(write(value, "json"), "json"), value)
    assert same(parse(write(value, "yaml"), "yaml"), value)


@pytest.mark.parametrize(
    "text",
    [
        *("no", "yes", "on", "off", "y", "NO", "2024-01-31", "2024-01-31 10:00:00", "12:30", "1:30:00", "007"),
        *("0o17", "0x1F", "1_000", "+1", ".5", "1.", ".inf", ".NaN", "1e5x", "=", "1.2.3", "12e03.5"),
    ],
)
def test_the_traps_of_old_yaml_stay_text_both_ways(text: str) -> None:
    assert parse(f"a: {text}", "yaml") == {"a": text}
    assert parse(write({"a": text, text: 1}, "yaml"), "yaml") == {"a": text, text: 1}


@pytest.mark.parametrize("text", ["1e5", "1E+2", "-0", "true", "null", "~", "", "<<", "- a", "a: b", "#a", "&a", "*a"])
def test_text_that_looks_like_something_else_is_quoted(text: str) -> None:
    assert parse(write([text, {text: text}], "yaml"), "yaml") == [text, {text: text}]


def test_other_readers_of_yaml_are_not_misled_either() -> None:
    import yaml

    value = {"country": "no", "day": "2024-01-31", "clock": "12:30", "id": "007", "mode": "0o17"}
    assert yaml.safe_load(write(value, "yaml")) == value


def test_json_words_and_numbers_are_values() -> None:
    text = "[true, False, null, ~, 0, -1, 1.5, 1e3, 9223372036854775808]"
    assert parse(text, "yaml") == [True, False, None, None, 0, -1, 1.5, 1000.0, 9223372036854775808]
    assert parse("a:\nb: !!str 1\nc: !!int 2\nd: ''", "yaml") == {"a": None, "b": "1", "c": 2, "d": ""}


def test_names_are_the_text_that_stands_there() -> None:
    value = parse("1: a\ntrue: b\n2024-01-31: c\n~: d\n1.50: e", "yaml")
    assert value == {"1": "a", "true": "b", "2024-01-31": "c", "~": "d", "1.50": "e"}
    assert json.loads(json.dumps(value)) == value


def test_anchors_and_merges_are_written_out() -> None:
    text = "base: &b {x: 1, y: 2}\none:\n  <<: *b\n  y: 3\nmany:\n  <<: [{x: 5}, *b]\nsame: *b"
    both = {"x": 1, "y": 2}
    assert parse(text, "yaml") == {"base": both, "one": {"x": 1, "y": 3}, "many": {"x": 5, "y": 2}, "same": both}


@pytest.mark.parametrize(
    ("notation", "text", "said"),
    [
        ("yaml", "a: 1\nb: [1, 2\nc: 3", "line 3"),
        ("yaml", "a: 1\n\tb: 2", "line 2, column 1"),
        ("yaml", "a: b: c", "line 1, column 5"),
        ("yaml", "a: 1\n---\nb: 2", "line 3, column 1"),
        ("yaml", "a: 1\nb:\n  c: 1\n  c: 2", "“c” stands there twice: look at line 4, column 3"),
        ("yaml", "1: a\n'1': b", "“1” stands there twice: look at line 2, column 1"),
        ("yaml", "a: !!binary aGk=", "can't be saved: look at line 1, column 4"),
        ("yaml", "a: !!timestamp 2024-01-31", "can't be saved"),
        ("yaml", "a: !!python/object/apply:os.getcwd []", "can't be saved"),
        ("yaml", "a: !mine x", "can't be saved"),
        ("yaml", "? [a]\n: b", "line 1, column 3"),
        ("yaml", "a: !!set {x, y}", "can't be saved"),
        ("yaml", "a: !!float .inf", "can't be saved"),
        ("yaml", "a: &a [*a]", "repeats itself"),
        ("yaml", "a: \x07", "line 1, column 4"),
        ("yaml", "1e999", "1e999"),
        ("yaml", "a: *gone", "line 1"),
        ("yaml", "[" * 100000 + "]" * 100000, "nested too deeply"),
        ("json", '{"a": 1,\n "b": }', "line 2, column 7"),
        ("json", '{"a": 1, "a": 2}', "“a” stands there twice"),
        ("json", "[NaN]", "NaN"),
        ("json", "[1e999]", "1e999"),
        ("json", "[" * 200000, "nested too deeply"),
        ("json", "9" * 5000, "not JSON"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_the_text_is_kept(notation: Notation, text: str, said: str) -> None:
    read = parse(text, notation)
    assert isinstance(read, Unparsed)
    assert read.text == text
    assert said in read.problem


def test_a_few_lines_that_mean_billions_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    read = parse("\n".join(lines), "yaml")
    assert isinstance(read, Unparsed)
    assert "too often" in read.problem


@given(st.text(alphabet="ab:- \n\t[]{}!&*?|>'\"#%@`,1<", max_size=40), st.sampled_from(["json", "yaml"]))
def test_nothing_that_can_be_typed_raises_or_is_no_json(text: str, notation: Notation) -> None:
    read = parse(text, notation)
    assert isinstance(checked(text, notation), str | Unparsed)
    if not isinstance(read, Unparsed):
        assert same(json.loads(json.dumps(read)), read)


def test_text_that_holds_yaml_is_kept_to_the_letter() -> None:
    text = "# first\nkind: !mine {a: 1}\n---\nkind: no\n"
    assert checked(text, "yaml") == text
    wrong = checked("a: 1\na: 2", "yaml")
    assert isinstance(wrong, Unparsed)
    assert "twice" in wrong.problem
