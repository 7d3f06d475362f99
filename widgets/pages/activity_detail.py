"""A line of the log in full: its message, where it belongs, and the fields beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from widgets import theme
from widgets.parts import StateLabel, absolute_time, button, column, label, row, tool_button

if TYPE_CHECKING:
    from app.api import LogLine

__all__ = ["LineDetail"]


class LineDetail(QFrame):
    """Below the table; `connection_asked` carries the id of the connection to go to."""

    closed = Signal()
    copied = Signal()
    connection_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("line_detail")
        self.setProperty("ground", "surface")
        self._line: LogLine | None = None
        self._level = StateLabel()
        self._at = label("", "detail", "muted", select=True)
        self._message = label("", "body", wrap=True, select=True)
        self._open = button("", self._ask, kind="link", name="detail_connection")
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.SPACE_L)
        self._grid.setVerticalSpacing(theme.SPACE_XS)
        self._grid.setColumnStretch(1, 1)
        head = row(
            self._level,
            self._at,
            self._open,
            None,
            tool_button("copy", self.tr("Copy line"), self.copied.emit, name="detail_copy"),
            tool_button("close", self.tr("Close details"), self.closed.emit, name="detail_close"),
            space=theme.SPACE_M,
        )
        inner = QWidget()
        laid = column(self._message, theme.SPACE_XS, self._grid, None, parent=inner)
        laid.setContentsMargins(0, 0, theme.SPACE_L, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        for ground in (scroll.viewport(), inner):
            ground.setAutoFillBackground(False)
        scroll.setAccessibleName(self.tr("Details of the line"))
        outer = column(head, scroll, parent=self)
        outer.setContentsMargins(theme.SPACE_XL, theme.SPACE_S, theme.SPACE_L, theme.SPACE_S)
        self.setMinimumHeight(120)

    def show_line(self, line: LogLine, name: str) -> None:
        """Show this line; `name` is its connection's."""
        self._line = line
        self._level.show_state(line.level)
        self._at.setText(absolute_time(line.at))
        self._message.setText(line.message[:20_000])
        self._open.setText(name)
        self._open.setAccessibleName(self.tr("Open the connection {0}").format(name))
        self._open.setVisible(bool(name))
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        fields = {**({"run": line.run_id} if line.run_id else {}), **line.fields}
        for at, (key, value) in enumerate(fields.items()):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            self._grid.addWidget(label(key, "detail", "muted"), at, 0)
            self._grid.addWidget(label(text[:20_000], "mono", wrap=True, select=True), at, 1)

    def _ask(self) -> None:
        if self._line is not None and self._line.connection_id:
            self.connection_asked.emit(self._line.connection_id)
