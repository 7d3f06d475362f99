"""Pasting settings into a form: a quiet button, a place to paste into, and a preview before anything is applied.

The pasted text is never shown, for it may hold a password. Esc leaves, Enter applies.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.forms import Kind
from app.forms.paste import apply, recognise
from app.forms.secrets import Hidden
from widgets import theme
from widgets.form.binder import Binder
from widgets.form.editor import discard, set_shown
from widgets.form.paste_preview import Preview
from widgets.parts import button, column, frame, icon_label, label, plural, row
from widgets.parts.flow import beside, flow
from widgets.parts.words import native_keys, sentences

KEYS = "Ctrl+Shift+V"


class PasteBox(QPlainTextEdit):
    """Takes a text by paste, drop or typing. What is pasted goes on without being shown."""

    pasted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("paste_box")
        self.setPlaceholderText(self.tr("Paste a URL, a connection string, JSON, or an .env or .ini block"))
        self.setAccessibleName(self.tr("Settings to paste"))
        self.setFont(theme.font("mono"))
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * 2 + theme.SPACE_L)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """A paste or drop."""
        if source.hasText():
            self.pasted.emit(source.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter ends a typed line; with Shift it is a new line."""
        plain = not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain and self.toPlainText().strip():
            self.pasted.emit(self.toPlainText())
            return
        super().keyPressEvent(event)


class PastePanel(QWidget):
    """Closed it is one button. Everything else is built when it is first opened."""

    def __init__(self, binder: Binder) -> None:
        super().__init__(binder.host)
        self._binder = binder
        self._state = binder.state
        self._text: Hidden | None = None
        self._revision = -1
        self._card: QFrame | None = None
        self.box: PasteBox | None = None
        self.preview: Preview | None = None
        keys = QKeySequence(KEYS)
        tip = self.tr("A URL, a connection string, JSON, or an .env or .ini block") + f"  {native_keys(keys)}"
        self.open_button = button(self.tr("Paste settings …"), self.open, icon="clipboard", name="paste", tip=tip)
        # Not the button's own shortcut, which waits for the look of a click and is off while the button is hidden.
        QShortcut(keys, self).activated.connect(self.open)
        self._note = label("", "detail", "muted")
        self._column = column(row(self.open_button, self._note, None), parent=self, space=0)
        self._column.setContentsMargins(0, 0, 0, theme.SPACE_L)
        root = self._state.form.root
        set_shown(self, root.kind is Kind.OBJECT and len(root.children) > 1)
        self._state.subscribe(self._changed)

    # --- opening and closing

    def open(self) -> None:
        """Takes the clipboard if it says something here, else asks for a paste."""
        card = self._build()
        self._note.setText("")
        self.open_button.hide()
        card.show()
        text = QGuiApplication.clipboard().text()
        self._ask()
        if text.strip() and recognise(text, self._state).findings:
            self.take(text)

    def cancel(self) -> None:
        """Leaves without applying."""
        self._close()
        self.open_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close(self) -> None:
        self._text = None
        if self._card is not None and self.box is not None:
            self._card.hide()
            self.box.clear()
        self._drop_preview()
        self.open_button.show()

    def _build(self) -> QFrame:
        if self._card is None:
            self._card = frame("card")
            self._card.setObjectName("paste_panel")
            self._card.setAccessibleName(self.tr("Paste settings"))
            self.box = PasteBox()
            self.box.pasted.connect(self.take)
            self._hint = label("", "detail", "muted", wrap=True)
            self._place = QVBoxLayout()
            self._apply = button("", self.apply, name="paste_apply")
            self._other = button(self.tr("Paste another text"), self._ask, kind="link", name="paste_other")
            leave = button(self.tr("Cancel"), self.cancel, kind="quiet", name="paste_cancel")
            title = row(icon_label("clipboard", "muted"), label(self.tr("Paste settings"), "strong"), None)
            inside = column(
                title,
                self.box,
                self._hint,
                self._place,
                beside(flow(self._apply, leave), self._other),
                parent=self._card,
                space=theme.SPACE_S,
            )
            inside.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)
            self._column.addWidget(self._card)
            for one in (self._card, self.box):
                one.installEventFilter(self)
            self._binder.structure_changed.emit()
        return self._card

    # --- from text to preview

    def _ask(self, hint: str = "") -> None:
        assert self.box is not None
        self._text = None
        self._drop_preview()
        self.box.show()
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)
        self._hint.setText(hint or self.tr("Nothing is changed before you have seen what was recognised."))
        self._hint.show()
        self._apply.hide()
        self._other.hide()

    def take(self, text: str) -> None:
        """Shows what a text would change."""
        self._build().show()
        self.open_button.hide()
        assert self.box is not None
        recognised = recognise(text, self._state)
        if not recognised.findings and not recognised.leftovers:
            self.box.clear()
            self._ask(self.tr("No setting of this form was recognised in that text."))
            return
        self._text = Hidden(text)
        self.box.hide()
        self.box.clear()
        self._hint.hide()
        self._other.show()
        self._show(Preview(recognised, self._binder))
        assert self.preview is not None
        (self.preview.first_check() or self._other).setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, preview: Preview) -> None:
        self._drop_preview()
        self.preview = preview
        preview.chosen_changed.connect(self._count)
        self._place.addWidget(preview)
        for one in preview.checks():
            one.installEventFilter(self)
        self._revision = self._state.revision
        self._count()
        self._binder.structure_changed.emit()

    def _drop_preview(self) -> None:
        if self.preview is not None:
            self._place.removeWidget(self.preview)
            discard(self.preview)
            self.preview = None

    def _count(self) -> None:
        assert self.preview is not None
        count = len(self.preview.chosen())
        self._apply.setVisible(bool(self.preview.checks()))
        self._apply.setEnabled(count > 0)
        words = plural(count, "{0} setting", "{0} settings")
        self._apply.setText(self.tr("Apply {0}").format(words) if count else self.tr("Apply"))
        self._apply.setAccessibleName(self._apply.text())

    def _changed(self, _: object) -> None:
        """The form was changed meanwhile: the preview shows what would change now."""
        if self._state.revision == self._revision:
            return
        self._revision = self._state.revision
        self._note.setText("")
        if self._text is not None and self.preview is not None:
            unwanted = self.preview.unwanted()
            self._show(Preview(recognise(self._text.reveal(), self._state), self._binder, unwanted))

    # --- applying

    def apply(self) -> None:
        """Applies what is checked, as one undo step."""
        if self.preview is None or not self.preview.chosen():
            return
        chosen = self.preview.chosen()
        self._close()
        apply(self._state, chosen)
        self._revision = self._state.revision
        done = plural(len(chosen), "{0} setting applied.", "{0} settings applied.")
        secret = any(one.slot is not None for one in chosen)
        undo = self.tr("Undo takes all back but secrets.") if secret else self.tr("Undo takes it back in one step.")
        self._note.setText(sentences(done, undo))
        self.open_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc leaves; Enter in the preview applies."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.cancel()
                return True
            entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            focus = QApplication.focusWidget()
            if entered and self.preview is not None and not isinstance(focus, QPushButton):
                self.apply()
                return True
        return super().eventFilter(watched, event)
