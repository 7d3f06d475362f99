"""What stands in the body of a page: its content, or why there is none (it is being fetched, nothing is there, it
failed). One place for all pages, so that these states look and behave alike.

Waiting is shown only when it lasts: what answers within a moment never flickers.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QWidget

from widgets import theme
from widgets.events import RESTS
from widgets.parts.build import button, column, icon_label, label, row
from widgets.parts.panels import EmptyState, ErrorPanel
from widgets.parts.skeleton import Skeleton

if TYPE_CHECKING:
    from connectors.sdk import ErrorInfo
    from widgets.events import Events

__all__ = ["LATER_MS", "Body", "OfflineStrip"]

LATER_MS = 150
"""Waiting that is over sooner is not shown."""


class Body(QStackedWidget):
    """Content, waiting, empty or failed. Says `retried` when the person wants another try."""

    retried = Signal()
    slow = Signal()
    """What is awaited takes a moment, and the content of before is still shown."""

    def __init__(self, content: QWidget, empty: EmptyState | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.empty = empty
        self._words = ""
        self._blank = QWidget()
        for shown in (self._blank, content, empty):
            if shown is not None:
                self.addWidget(shown)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER_MS)
        self._later.timeout.connect(self._tell)

    # What is seldom seen is built when it is.

    @cached_property
    def waiting(self) -> Waiting:
        """What is seen while something is fetched."""
        made = Waiting()
        self.addWidget(made)
        return made

    @cached_property
    def error(self) -> ErrorPanel:
        """What is seen where it failed."""
        made = ErrorPanel(action_text=self.tr("Try again"), on_action=self.retried.emit)
        column(made, None, parent=self._failed, margin=theme.SPACE_XL)
        return made

    @cached_property
    def _failed(self) -> QWidget:
        made = QWidget()
        self.addWidget(made)
        return made

    def wait(self, words: str) -> None:
        """Something is being fetched. What is there stays; where nothing is, `words` tell, if it takes a moment."""
        self._words = words
        if "waiting" in vars(self):
            self.waiting.say(words)
        if not self._later.isActive():
            self._later.start()

    def _tell(self) -> None:
        if self.currentWidget() is self.content:
            self.slow.emit()
        else:
            self.waiting.say(self._words)
            self.setCurrentWidget(self.waiting)

    def clear(self) -> None:
        """Nothing is there, and nothing is said of it: it will be known in a moment."""
        self._settle(self._blank)

    def show_content(self) -> None:
        """There it is."""
        self._settle(self.content)

    def show_empty(self) -> None:
        """Nothing is there; `empty` says why and what to do."""
        assert self.empty is not None
        self._settle(self.empty)

    def show_error(self, error: ErrorInfo) -> None:
        """It failed, with one remedy and another try."""
        self.error.show_error(error)
        self._settle(self._failed)

    def _settle(self, shown: QWidget) -> None:
        self._later.stop()
        self.setCurrentWidget(shown)


class Waiting(QWidget):
    """Rows that are still to come."""

    def __init__(self) -> None:
        super().__init__()
        self._words = label("", "body", "muted")
        laid = column(self._words, Skeleton(), parent=self, margin=theme.SPACE_XL, space=theme.SPACE_S)
        laid.setStretch(1, 1)

    def say(self, words: str) -> None:
        """What is awaited."""
        self._words.setText(words)
        self.setAccessibleName(words)


class OfflineStrip(QFrame):
    """Across a page's top while there is no engine. It is being started again, so it asks for nothing, unless it keeps
    ending: then there is a button, and `sentence` gives way to that."""

    def __init__(self, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("offline")
        self.setProperty("ground", "warning_banner")
        self._sentence = sentence
        self._words = label(sentence, wrap=True)
        self._again = button(self.tr("Start again"), name="start_again")
        self._again.hide()
        laid = row(icon_label("sync", "warning", 16), self._words, self._again, parent=self, space=theme.SPACE_M)
        laid.setStretch(1, 1)
        laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_S, theme.SPACE_XL, theme.SPACE_S)
        self._say(sentence, rests=False)
        self.hide()

    def follow(self, feed: Events) -> None:
        """Be there while the engine is not."""
        feed.lost.connect(self._lost)
        feed.found.connect(self.hide)
        self._again.clicked.connect(lambda _=False: feed.wanted.emit())
        if feed.away:
            self._lost(feed.why)

    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def _lost(self, error: BaseException | None) -> None:
        rests = getattr(error, "code", "") == RESTS
        text = self.tr("The engine keeps ending. It is tried again in some minutes; what was stored is safe.")
        self._say(text if rests else self._sentence, rests=rests)
        self.show()

    def _say(self, text: str, *, rests: bool) -> None:
        self._words.setText(text)
        self.setAccessibleName(text)
        self._again.setVisible(rests)
