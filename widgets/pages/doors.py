"""The first start: three doors into an empty Headwater, the first of which needs nothing from the person."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QPushButton, QScrollArea, QWidget

from widgets import theme
from widgets.parts import button, column, frame, icon_label, label, row

__all__ = ["Doors"]


class Doors(QWidget):
    """Says which door was taken."""

    demo = Signal()
    add = Signal()
    import_ = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = label(self.tr("What should your knowledge base know?"), "title", wrap=True)
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        sentence = label(
            self.tr("Connect folders, buckets, feeds and APIs. Their documents are kept here and searchable at once."),
            "body",
            "muted",
            wrap=True,
        )
        sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._buttons: list[QPushButton] = []
        add = self._door(
            "plus",
            self.tr("Add a source"),
            self.tr("Choose from the catalogue, test it, and sync."),
            button(self.tr("Add a source"), self.add.emit, kind="primary", name="door_add"),
        )
        demo = self._door(
            "flask",
            self.tr("Try the demo library"),
            self.tr("A small company's handbook, mails and tickets, on this computer only."),
            button(self.tr("Start the demo"), self._start_demo, name="door_demo"),
        )
        imported = self._door(
            "import",
            self.tr("Import connections"),
            self.tr("From a file that another Headwater exported."),
            button(self.tr("Choose a file …"), self.import_.emit, name="door_import"),
        )
        self._cards = (add, demo, imported)
        self._row = row(*self._cards, space=theme.SPACE_L)
        for number in range(3):
            self._row.setStretch(number, 1)
        holder = QWidget()
        holder.setMaximumWidth(theme.scaled(780))
        holder.setLayout(column(title, sentence, theme.SPACE_L, self._row, space=theme.SPACE_S))
        middle = row(None, holder, None)
        middle.setStretch(1, 10)
        inner = QWidget()
        column(None, middle, None, None, parent=inner, margin=theme.SPACE_XL)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        inner.setAutoFillBackground(False)
        column(area, parent=self, space=0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many beside each other as there is room for."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        wide = max(card.minimumSizeHint().width() for card in self._cards)
        room = min(self.width(), theme.scaled(780)) - 2 * theme.SPACE_XL
        tight = room < 3 * wide + 2 * theme.SPACE_L
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if tight else QBoxLayout.Direction.LeftToRight)

    def showEvent(self, event: QShowEvent) -> None:
        """The first door has the focus: Enter is enough."""
        super().showEvent(event)
        self._arrange()
        self._buttons[1].setText(self.tr("Start the demo"))
        QTimer.singleShot(0, self, lambda: self._buttons[0].setFocus(Qt.FocusReason.OtherFocusReason))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Left and Right go from door to door, round and round; by itself a button would take them elsewhere."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched in self._buttons:
            step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
            at = next(at for at, button in enumerate(self._buttons) if button is watched)
            if step:
                self._buttons[(at + step) % len(self._buttons)].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)

    def _start_demo(self) -> None:
        """It takes a moment until its sources appear in place of the doors."""
        self._buttons[1].setText(self.tr("Starting the demo …"))
        self.demo.emit()

    def demo_failed(self) -> None:
        """It did not start: that door is open again."""
        self._buttons[1].setText(self.tr("Start the demo"))

    def _door(self, icon: str, title: str, sentence: str, act: QPushButton) -> QFrame:
        self._buttons.append(act)
        act.installEventFilter(self)
        act.setAccessibleName(title)
        act.setAccessibleDescription(sentence)
        made = frame("card")
        words = label(sentence, "body", "muted", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        laid = column(
            icon_label(icon, "accent", 24),
            theme.SPACE_XS,
            label(title, "strong", wrap=True),
            words,
            None,
            theme.SPACE_S,
            row(act, None),
            parent=made,
            space=theme.SPACE_XS,
        )
        laid.setContentsMargins(theme.SPACE_L, theme.SPACE_L, theme.SPACE_L, theme.SPACE_L)
        made.setMinimumWidth(200)
        return made
