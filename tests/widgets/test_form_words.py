"""What a form says beside its inputs: in which order they come, which are required, what each is for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.widgets.forms import field, settle, show

pytestmark = pytest.mark.usefixtures("themed")

SCHEMA = {
    "type": "object",
    "required": ["zone", "bucket"],
    "properties": {
        "zone": {"type": "string", "title": "Zone"},
        "bucket": {
            "type": "string",
            "title": "Bucket",
            "description": "Where it is, see [here](https://a.example).",
        },
        "alias": {"type": "string", "title": "Alias"},
    },
}


@pytest.mark.point(7)
def test_fields_stand_in_the_schemas_order_and_required_is_a_word(qtbot: QtBot) -> None:
    form = show(qtbot, SCHEMA)
    tops = [field(form, f"/{name}").mapTo(form, QPoint()).y() for name in ("zone", "bucket", "alias")]
    assert tops == sorted(tops)
    assert len(set(tops)) == 3
    marks = [one for one in form.findChildren(QLabel) if one.isVisible() and one.text() == "required"]
    assert [mark.mapTo(form, QPoint()).y() < top for mark, top in zip(marks, tops, strict=False)] == [True, True]
    assert [field(form, f"/{name}").accessibleName() for name in ("zone", "bucket", "alias")] == [
        "Zone, required",
        "Bucket, required",
        "Alias",
    ]


@pytest.mark.point(16)
def test_help_is_linked_and_read_out_as_the_description(qtbot: QtBot) -> None:
    form = show(qtbot, SCHEMA)
    settle()
    (shown,) = [one for one in form.findChildren(QLabel) if one.isVisible() and "Where it is" in one.text()]
    assert '<a href="https://a.example">here</a>' in shown.text()
    assert field(form, "/bucket").accessibleDescription() == "Where it is, see here."
    assert field(form, "/zone").accessibleDescription() == ""
