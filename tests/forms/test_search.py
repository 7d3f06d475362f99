"""Searching a form: by label, name, help and choices, in what is folded, listed, or not chosen."""

from __future__ import annotations

from app.forms import FormState
from app.forms.search import search
from tests.forms.samples import DATABASE, STORE, STORE_VALUE, TREE


def test_words_are_found_in_label_name_help_and_choices() -> None:
    state = FormState(STORE, STORE_VALUE)
    assert [match.label for match in search(state, "parallel REQ")] == ["Parallel requests"]
    assert [match.label for match in search(state, "workers")] == ["Parallel requests"]
    assert "Storage" in [match.label for match in search(state, "cold")]
    assert search(state, "no such thing") == []
    assert search(state, "  ") == []


def test_a_field_of_a_branch_leads_to_its_union_until_the_branch_is_chosen() -> None:
    state = FormState(DATABASE)
    (match,) = search(state, "slot")
    assert (match.path, match.branch) == (("replication", ("@", 0), "slot"), None)
    state.choose(("replication",), 1)
    (match,) = search(state, "slot")
    assert (match.path, match.branch, match.trail) == (("replication",), 0, ("Update method", "Change log"))


def test_items_are_found_by_number_and_recursion_ends() -> None:
    state = FormState(DATABASE, {"streams": [{"name": "a"}, {"name": "b"}]})
    trails = [match.trail for match in search(state, "name") if match.trail]
    assert trails == [("Streams", "1"), ("Streams", "2")]
    assert search(FormState(TREE), "name")


def test_a_secret_is_never_what_is_searched() -> None:
    state = FormState(DATABASE, {"password": "canary-51c0"})
    assert search(state, "canary") == []
