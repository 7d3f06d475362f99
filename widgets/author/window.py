"""The author's window: the form on the left, what it holds and what is wrong on the right, anew when the file changes.

With several schemas there is a list to choose from. What was filled in stays when the schema is read again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QFileSystemWatcher, Qt, QTimer
from PySide6.QtGui import QFontMetrics, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from widgets import theme
from widgets.author.examine import held, keywords_for
from widgets.author.reading import Source, Unreadable, values_for
from widgets.form import FormView
from widgets.parts import column, frame, heading, label

SIZE = (1180, 760)
SETTLE = 150
"""Milliseconds to wait after a file changed: editors write in several steps."""


def show(app: QApplication, found: Sequence[Source], values: Path | None, override: Path | None) -> int:
    """Opens the window and stays until it is closed."""
    window = AuthorWindow(found, values, override)
    window.show()
    return app.exec()


class AuthorWindow(QWidget):
    """One form at a time."""

    def __init__(self, found: Sequence[Source], values: Path | None = None, override: Path | None = None) -> None:
        super().__init__()
        self._found = list(found)
        self._values = values
        self._override = override
        self._source: Source | None = None
        self.form: FormView | None = None
        self.resize(*SIZE)
        self._list = QListWidget()
        for source in self._found:
            entry = QListWidgetItem(source.stem, self._list)
            entry.setToolTip(source.name)
        self._list.setAccessibleName(self.tr("Schemas"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setVisible(len(self._found) > 1)
        self._problem = label("", "body", "error", wrap=True)
        self._problem.hide()
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._value = _text(self.tr("What would be saved"))
        self._value.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._errors = _text(self.tr("Problems"))
        self._warnings = _text(self.tr("For the schema's author"))
        self._lay_out()
        self._watcher = QFileSystemWatcher(self)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SETTLE)
        self._later.timeout.connect(self.reload)
        self._watcher.fileChanged.connect(lambda _: self._later.start())
        self._watcher.directoryChanged.connect(lambda _: self._later.start())
        QShortcut(QKeySequence.StandardKey.Refresh, self).activated.connect(self.reload)
        self._list.currentRowChanged.connect(self._choose)
        self._list.setCurrentRow(0)

    def _lay_out(self) -> None:
        left = QWidget()
        inner = QVBoxLayout(left)
        inner.setContentsMargins(theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_M)
        inner.addWidget(self._problem)
        inner.addWidget(self._area)
        right = frame("surface")
        laid = column(
            heading(self.tr("What would be saved")),
            self._value,
            heading(self.tr("Problems")),
            self._errors,
            heading(self.tr("For the schema's author")),
            self._warnings,
            label(self.tr("Read again whenever the file changes, or with F5."), "detail", "muted", wrap=True),
            parent=right,
            margin=theme.SPACE_L,
        )
        for text, share in ((self._value, 4), (self._errors, 1), (self._warnings, 1)):
            laid.setStretchFactor(text, share)
        split = QSplitter()
        for part in (self._list, left, right):
            split.addWidget(part)
        split.setSizes([220, 620, 400])
        split.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)

    # --- reading

    def _choose(self, row: int) -> None:
        self._source = self._found[row]
        self.setWindowTitle(self.tr("{name}: form").format(name=self._source.stem))
        self._build(None)

    def reload(self) -> None:
        """Reads the schema again; what was filled in stays."""
        self._build(held(self.form.state) if self.form is not None and self.form.is_dirty() else None)

    def _build(self, keep: Any) -> None:
        assert self._source is not None
        self._watch()
        try:
            schema = self._source.read()
            form = FormView(schema, **keywords_for(self._override))
            given = keep if keep is not None else values_for(self._source, self._values)
        except Unreadable as error:
            # The last good form stays while a file is being written.
            self._problem.setText(str(error))
            self._problem.show()
            return
        self._problem.hide()
        self.form = form
        if given is not None:
            form.set_value(given)
        old = self._area.takeWidget()
        if old is not None:
            old.deleteLater()
        self._area.setWidget(form)
        form.state.subscribe(lambda _: self._tell())
        self._tell()

    def _watch(self) -> None:
        """Both file and folder: an editor that replaces a file makes the watcher lose it."""
        watched = [*self._watcher.files(), *self._watcher.directories()]
        if watched:
            self._watcher.removePaths(watched)
        files = [self._source.file if self._source is not None else None, self._override]
        there = [str(path) for file in files if file is not None for path in (file, file.absolute().parent)]
        there = [path for path in there if Path(path).exists()]
        if there:
            self._watcher.addPaths(there)

    def _tell(self) -> None:
        if self.form is None:
            return
        _put(self._value, json.dumps(self.form.state.value(), indent=2, ensure_ascii=False))
        errors = [f"{error.pointer or '/'}  {error.message}" for error in self.form.errors()]
        _put(self._errors, "\n".join(errors) or self.tr("None"))
        _put(self._warnings, "\n".join(self.form.warnings()) or self.tr("Nothing"))


def _text(name: str) -> QPlainTextEdit:
    made = QPlainTextEdit()
    made.setReadOnly(True)
    made.setFont(theme.font("mono"))
    made.setAccessibleName(name)
    made.setTabChangesFocus(True)
    made.setMinimumHeight(QFontMetrics(made.font()).lineSpacing() * 5)
    return made


def _put(text: QPlainTextEdit, words: str) -> None:
    if text.toPlainText() != words:
        place = text.verticalScrollBar().value()
        text.setPlainText(words)
        text.verticalScrollBar().setValue(place)
