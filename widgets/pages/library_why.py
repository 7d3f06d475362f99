"""Why is it missing? Asks the engine about one document by its path or address, and shows what was found in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from connectors.sdk import HeadwaterError
from widgets import theme
from widgets.language import core
from widgets.parts import ErrorPanel, button, column, icon_label, label, row, tool_button

if TYPE_CHECKING:
    from app.api import ConnectionView, EngineApi, Why
    from widgets.tasks import TaskScope

__all__ = ["WhyPanel"]


class WhyPanel(QFrame):
    """A panel in the place of the preview, never a dialog."""

    closed = Signal()
    connection_asked = Signal(str)

    def __init__(self, client: EngineApi, tasks: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._tasks = tasks
        self.setObjectName("why_panel")
        self.setProperty("ground", "surface")
        self.connection = QComboBox()
        self.connection.setObjectName("why_connection")
        self.connection.setAccessibleName(self.tr("Connection"))
        self.source_id = QLineEdit()
        self.source_id.setObjectName("why_id")
        self.source_id.setAccessibleName(self.tr("Path or ID at the source"))
        self.source_id.setPlaceholderText(self.tr("for example handbook/travel.md"))
        self.source_id.returnPressed.connect(self.ask)
        self.ask_button = button(self.tr("Find out"), self.ask, kind="primary", name="why_ask")
        self._answer = QVBoxLayout()
        self._answer.setSpacing(theme.SPACE_S)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        self._error = ErrorPanel()
        self._error.hide()
        connection_label = label(self.tr("Connection"), "detail", "muted")
        connection_label.setBuddy(self.connection)
        id_label = label(self.tr("Path or ID at the source"), "detail", "muted")
        id_label.setBuddy(self.source_id)
        head = row(
            label(self.tr("Why is a document missing?"), "section", wrap=True),
            tool_button("close", self.tr("Close"), self.closed.emit, name="why_close"),
        )
        laid = column(
            head,
            label(self.tr("Say where it should come from. Nothing is changed by asking."), "body", "muted", wrap=True),
            theme.SPACE_S,
            connection_label,
            self.connection,
            id_label,
            self.source_id,
            theme.SPACE_XS,
            row(self.ask_button, None),
            theme.SPACE_S,
            self._error,
            self._answer,
            None,
            parent=inner,
            space=6,
        )
        self._area.setWidget(inner)
        inner.setAutoFillBackground(False)
        self._area.viewport().setAutoFillBackground(False)
        column(self._area, parent=self, space=0)
        laid.setContentsMargins(theme.SPACE_L, theme.SPACE_L, theme.SPACE_L, theme.SPACE_L)

    def offer(self, connections: list[ConnectionView]) -> None:
        """The connections to choose from; the one chosen stays."""
        chosen = self.connection.currentData()
        self.connection.clear()
        for connection in connections:
            self.connection.addItem(theme.icon(connection.icon, "muted"), connection.name, connection.id)
        self.connection.setCurrentIndex(max(0, self.connection.findData(chosen)))

    def begin(self, connection_id: str = "", source_id: str = "") -> None:
        """Show an empty form, with what is known already."""
        self._clear()
        at = self.connection.findData(connection_id)
        if at >= 0:
            self.connection.setCurrentIndex(at)
        self.source_id.setText(source_id)
        self.source_id.setFocus()
        self.source_id.selectAll()

    def ask(self) -> None:
        """Ask about what was typed."""
        ref, source_id = self.connection.currentData(), self.source_id.text().strip()
        if not source_id:
            self.source_id.setFocus()
        elif ref:
            self._tasks.restart(self._ask(ref, source_id), "why")

    async def _ask(self, ref: str, source_id: str) -> None:
        self._clear()
        try:
            answer = await self._client.why(ref, source_id)
        except HeadwaterError as error:
            self._error.show_error(error.info())
            return
        self._show(answer)

    def _show(self, answer: Why) -> None:
        icon, role = ("ok", "ok") if answer.found else ("info", "accent")
        verdict = self.tr("It is in the library") if answer.found else self.tr("It is not in the library")
        self._answer.addLayout(row(icon_label(icon, role, 16), label(verdict, "strong"), None))
        for number, finding in enumerate(map(core, answer.findings), start=1):
            text = f"{number}.  {finding}" if len(answer.findings) > 1 else finding
            self._answer.addWidget(label(text, wrap=True, select=True))
        if answer.remedy:
            self._answer.addWidget(label(core(answer.remedy), "strong", wrap=True, select=True))
        self._answer.addLayout(
            row(
                button(
                    self.tr("Open the connection"),
                    lambda: self.connection_asked.emit(str(self.connection.currentData())),
                    kind="link",
                    name="why_open",
                ),
                None,
            )
        )

    def _clear(self) -> None:
        self._error.hide()
        _empty(self._answer)


def _empty(layout: object) -> None:
    from PySide6.QtWidgets import QLayout

    assert isinstance(layout, QLayout)
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            _empty(inner)
