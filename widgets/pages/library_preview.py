"""A document at the right of the list: its text with the words searched for, where it comes from, its facts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QGridLayout,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QTextEdit,
    QWidget,
)

from widgets import theme
from widgets.language import core
from widgets.parts import absolute_time, button, column, format_bytes, icon_label, label, line, relative_time, row
from widgets.parts.announce import announce
from widgets.parts.foreign import called, on_button

if TYPE_CHECKING:
    from app.api import DocumentText, DocumentView

__all__ = ["Preview", "Word", "can_open", "words_of"]

OPENABLE = frozenset({"https", "http", "file"})
"""What a document's address may be for us to hand it to the system; anything else could start a program."""
MOST_MARKS = 500
LONG_LINE = re.compile(r"[^\n]{2000}(?=[^\n])")
"""Broken into several for display: Qt lays out a line of 200,000 letters for seconds."""


class Word(NamedTuple):
    """A word or phrase of the question; of a `prefix` only the beginning has to match."""

    text: str
    prefix: bool = False


def words_of(question: str) -> list[Word]:
    """What to mark for a question in the engine's syntax: words, "phrases", `word*`; not what `-` excludes."""
    found = []
    for minus, phrase, word in re.findall(r'(-?)(?:"([^"]+)"?|(\S+))', question):
        text = phrase or word.strip("*\"'.,;:!?()")
        if text and not minus and not word.startswith("-"):
            found.append(Word(text, word.endswith("*")))
    return found


def can_open(url: str | None) -> bool:
    """Whether the document has an address that a browser or a file manager opens."""
    if not url:
        return False
    parsed = QUrl(url, QUrl.ParsingMode.StrictMode)
    return parsed.isValid() and parsed.scheme() in OPENABLE


class Preview(QWidget):
    """Shows one document; `connection_asked` carries the id of its connection."""

    connection_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document: DocumentView | None = None
        self._words: list[Word] = []
        self._title = label("", "section", wrap=True, select=True)
        self._title.setObjectName("preview_title")
        self._icon = icon_label("file", "muted", 16)
        self._connection = button("", self._ask_connection, kind="link", name="preview_connection")
        self._facts = label("", "detail", "muted")
        self._facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.open_button = button(
            self.tr("Open at source"), self.open_at_source, icon="external", name="open_at_source"
        )
        self.copy_button = button(self.tr("Copy link"), self.copy_link, kind="quiet", icon="link", name="copy_link")
        self._tabs = QTabBar()
        self._tabs.setAccessibleName(self.tr("What of the document is shown"))
        self._tabs.setExpanding(False)
        for text in (self.tr("Text"), self.tr("Details")):
            self._tabs.addTab(text)
        self.text = QPlainTextEdit()
        self.text.setObjectName("preview_text")
        self.text.setAccessibleName(self.tr("Text of the document"))
        self.text.setReadOnly(True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.text.document().setDocumentMargin(theme.SPACE_S)
        self.text.setStyleSheet("QPlainTextEdit { border: none; border-radius: 0; }")
        self._note = label("", "detail", "muted", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.SPACE_L)
        self._grid.setVerticalSpacing(theme.SPACE_S)
        self._grid.setColumnStretch(1, 1)
        inner = QWidget()
        laid = column(self._grid, None, parent=inner)
        laid.setContentsMargins(theme.SPACE_M, theme.SPACE_S, theme.SPACE_M, theme.SPACE_M)
        details = QScrollArea()
        details.setWidgetResizable(True)
        details.setWidget(inner)
        details.setAccessibleName(self.tr("Details of the document"))
        for ground in (details.viewport(), inner):
            ground.setAutoFillBackground(False)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.text)
        self._stack.addWidget(details)
        self._tabs.currentChanged.connect(self._stack.setCurrentIndex)
        theme.theme_changed.connect(self._mark_again)

        about = row(self._icon, self._connection, self._facts, space=6)
        about.setStretch(2, 1)
        head = column(
            self._title,
            about,
            row(self.open_button, self.copy_button, None),
            self._tabs,
            space=theme.SPACE_S,
        )
        head.setContentsMargins(theme.SPACE_L, theme.SPACE_L, theme.SPACE_L, 0)
        foot = column(self._note)
        foot.setContentsMargins(theme.SPACE_L, 0, theme.SPACE_L, theme.SPACE_S)
        body = row(self._stack)
        body.setContentsMargins(theme.SPACE_S - 2, 0, 0, 0)
        outer = column(head, line(), body, foot, parent=self, space=0)
        outer.setStretch(2, 1)

    @property
    def document(self) -> DocumentView | None:
        """What is shown."""
        return self._document

    def show_document(self, document: DocumentView, icon: str) -> None:
        """Show the document's facts; its text follows with `show_text`."""
        self._document = document
        self._title.setText(called(document.title, document.path, document.source_id)[:500])
        self._icon.show_icon(icon, "muted")
        self._connection.setText(on_button(document.connection))
        self._connection.setToolTip(document.connection)
        self._connection.setAccessibleName(self.tr("Open the connection {0}").format(document.connection))
        kind = document.media_type.partition(";")[0] or self.tr("unknown type")
        at = document.updated_at or document.stored_at
        self._facts.setText(f"{kind}  ·  {format_bytes(document.size)}  ·  {relative_time(at)}")
        self._facts.setToolTip(absolute_time(at))
        self.open_button.setVisible(can_open(document.url))
        self.copy_button.setVisible(bool(document.url))
        self.text.clear()
        self._note.hide()
        self._show_details(document)

    def show_text(self, found: DocumentText, words: list[Word]) -> None:
        """The text, the first of `words` in sight and all of them marked."""
        self.text.setPlainText(LONG_LINE.sub(r"\g<0>\n", found.text))
        note = core(found.note) or (self.tr("Only the beginning is shown.") if found.truncated else "")
        if not found.text and not note:
            note = self.tr("This document has no text to show.")
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._mark(words)

    def show_failure(self, title: str, sentence: str) -> None:
        """The document can't be shown, and why."""
        self._document = None
        self._title.setText(title[:500])
        self._connection.setText("")
        self._facts.setText("")
        self.open_button.hide()
        self.copy_button.hide()
        self.text.clear()
        self._note.setText(sentence)
        self._note.show()

    def open_at_source(self) -> None:
        """Hand the address to the system, if it is one of the web or of a file."""
        url = self._document.url if self._document is not None else None
        if url and can_open(url):
            QDesktopServices.openUrl(QUrl(url))

    def copy_link(self) -> None:
        """The address to the clipboard."""
        if self._document is None or not self._document.url:
            return
        QGuiApplication.clipboard().setText(self._document.url)
        self.copy_button.setText(self.tr("Copied"))
        announce(self.copy_button, self.copy_button.text())
        QTimer.singleShot(1500, self, lambda: self.copy_button.setText(self.tr("Copy link")))

    def _ask_connection(self) -> None:
        if self._document is not None:
            self.connection_asked.emit(self._document.connection_id)

    def _mark(self, words: list[Word]) -> None:
        self._words = words
        marks = self._marked(words)
        self.text.setExtraSelections(marks)
        if marks:
            first = min(mark.cursor.selectionStart() for mark in marks)
            cursor = QTextCursor(self.text.document())
            cursor.setPosition(first)
            self.text.setTextCursor(cursor)
            self.text.centerCursor()

    def _mark_again(self) -> None:
        """In the colours of another scheme, without moving the text."""
        self.text.setExtraSelections(self._marked(self._words))

    def _marked(self, words: list[Word]) -> list[QTextEdit.ExtraSelection]:
        style = QTextCharFormat()
        style.setBackground(theme.color("match"))
        style.setForeground(theme.color("text"))
        marks: list[QTextEdit.ExtraSelection] = []
        whole = QTextDocument.FindFlag.FindWholeWords
        for word in words:
            flags = QTextDocument.FindFlag(0) if word.prefix else whole
            found = self.text.document().find(word.text, 0, flags)
            while not found.isNull() and len(marks) < MOST_MARKS:
                mark = QTextEdit.ExtraSelection()
                mark.cursor, mark.format = found, style
                marks.append(mark)
                found = self.text.document().find(word.text, found, flags)
        return marks

    def _show_details(self, document: DocumentView) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        facts = {
            self.tr("Path"): document.path,
            self.tr("Address"): document.url or "",
            self.tr("ID at the source"): document.source_id,
            self.tr("Owner"): document.owner or "",
            self.tr("Created"): absolute_time(document.created_at),
            self.tr("Changed"): absolute_time(document.updated_at),
            self.tr("Stored"): absolute_time(document.stored_at),
            self.tr("Searchable"): self.tr("yes") if document.indexed else self.tr("by title only"),
            self.tr("Fingerprint"): document.fingerprint or "",
            "SHA-256": document.sha256,
            **{key: _plain(value) for key, value in document.metadata.items()},
        }
        for at, (name, text) in enumerate((name, text) for name, text in facts.items() if text):
            self._grid.addWidget(label(name, "detail", "muted"), at, 0, Qt.AlignmentFlag.AlignTop)
            value = label(_breakable(text[:2000]), "detail", wrap=True, select=True)
            self._grid.addWidget(value, at, 1)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _breakable(text: str) -> str:
    """Lets a long path or checksum break after its separators, or anywhere if it has none."""
    if " " in text or len(text) < 40:
        return text
    if "/" in text:
        return text.replace("/", "/\u200b")
    return "\u200b".join(text[at : at + 8] for at in range(0, len(text), 8))
