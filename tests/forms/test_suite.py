"""The official JSON-Schema-Test-Suite: all verdicts agree, forms hold every instance, and find its errors."""

from __future__ import annotations

import pytest

from tests.forms.suite import errors, forms, verdicts


@pytest.mark.parametrize(("draft", "total"), [("draft7", 927), ("draft2020-12", 1299)])
def test_all_verdicts_agree(draft: str, total: int) -> None:
    outcome = verdicts(draft)
    assert outcome.failed == []
    assert outcome.held == total


@pytest.mark.parametrize(("draft", "total"), [("draft7", 927), ("draft2020-12", 1299)])
def test_forms_hold_every_instance(draft: str, total: int) -> None:
    outcome = forms(draft)
    assert outcome.failed == []
    assert outcome.held == total


@pytest.mark.parametrize(("draft", "total", "left_out"), [("draft7", 787, 140), ("draft2020-12", 1094, 205)])
def test_forms_find_errors_just_where_there_are_some(draft: str, total: int, left_out: int) -> None:
    outcome = errors(draft)
    assert outcome.failed == []
    assert outcome.held == total
    assert outcome.left_out.total() == left_out
