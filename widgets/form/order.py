"""The order of Tab: where the eye goes, which is the order of the layouts."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget


def in_order(widget: QWidget) -> list[QWidget]:
    """The inputs at and below a widget."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return [widget]
    layout = widget.layout()
    return _in_layout(layout) if layout is not None else []


def _in_layout(layout: QLayout) -> list[QWidget]:
    found: list[QWidget] = []
    for place in range(layout.count()):
        one = layout.itemAt(place)
        if one is None:
            continue
        below, inner = one.widget(), one.layout()
        if below is not None:
            found += in_order(below)
        elif inner is not None:
            found += _in_layout(inner)
    return found
