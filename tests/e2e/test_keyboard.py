"""The main job by keyboard alone, on a real X server, heard as a screen reader hears it."""

from __future__ import annotations

import pytest

from tests.e2e.desk import needs_desk
from tests.e2e.keyboard import run


@needs_desk
@pytest.mark.timeout(180)
@pytest.mark.point(38)
def test_the_main_job_by_keyboard_alone() -> None:
    heard, hands = run(None)
    assert heard.startswith("page-17.md, Harbour")
    assert hands.steps[0] == "first-start"
    assert hands.steps[-1] == "hit"
