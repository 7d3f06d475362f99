"""The editor of a secret. What is stored is never shown: only where it is, to be replaced or removed. What is typed is
masked, and may be revealed until it is saved. A name of an environment variable or a file's path may stand for it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.forms import FieldSpec, Json, SecretSlot
from widgets import theme
from widgets.form.editor import Editor, set_shown
from widgets.form.text import PlainArea
from widgets.parts import button, icon_label, label, tool_button
from widgets.vault_words import kept


class Stored(QWidget):
    """Where a secret is kept, and what can be done with it there; never the secret. `keep` stands elsewhere."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.place = label("", "body", "muted", wrap=True)
        self.replace = button(self.tr("Replace"))
        self.remove = button(self.tr("Remove"), kind="quiet")
        self.keep = button(self.tr("Keep the stored one"), kind="link")
        self.replace.setAccessibleName(self.tr("Replace {name}").format(name=name))
        self.remove.setAccessibleName(self.tr("Remove {name}").format(name=name))
        self.keep.setAccessibleName(self.tr("Keep the stored {name}").format(name=name))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.SPACE_S)
        line.addWidget(icon_label("lock", "muted"))
        line.addWidget(self.place, 1)
        line.addWidget(self.replace)
        line.addWidget(self.remove)

    def say(self, place: str) -> None:
        """Where it is, in words."""
        self.place.setText(kept(place))


class SecretEditor(Editor):
    """Says `slot_edited` with the new slot; `edited` is never used, for a secret is no value."""

    slot_edited = Signal(object)

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self._slot = SecretSlot()
        self._original = SecretSlot()
        self._mode = "value"
        self._replacing = False
        self._names = ("", "", "")
        self._stored: Stored | None = None
        self.area: PlainArea | None = None
        self._build_entry()
        if spec.multiline:
            self._build_area()
        self._arrange()

    def _build_stored(self) -> Stored:
        """Only where something is stored; most secrets of a new form are not."""
        made = Stored(self.spec.label)
        made.replace.clicked.connect(lambda *_: self._replace())
        made.remove.clicked.connect(lambda *_: self._say(SecretSlot("cleared")))
        made.keep.clicked.connect(lambda *_: self._say(self._original))
        self.column.insertWidget(0, made)
        self.add(made.keep)
        return made

    def _build_entry(self) -> None:
        self.entry = QWidget()
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.textEdited.connect(self._typed)
        self.reveal = tool_button("eye", self.tr("Show what was typed"), self._toggle)
        self.reveal.setCheckable(True)
        self.more = tool_button("more", self.tr("Where the secret comes from"))
        self.reveal.setAccessibleName(self.tr("Show {name}").format(name=self.spec.label))
        self.more.setAccessibleName(self.tr("Where {name} comes from").format(name=self.spec.label))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more)
        menu.aboutToShow.connect(self._fill_menu)
        self.more.setMenu(menu)
        self.browse: QPushButton | None = None
        line = QHBoxLayout(self.entry)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.SPACE_XS)
        self._inputs = QVBoxLayout()
        self._inputs.addWidget(self.line)
        line.addLayout(self._inputs, 1)
        for one in (self.reveal, self.more):
            line.addWidget(one, 0, Qt.AlignmentFlag.AlignTop)
        self._entry_line = line
        self.add(self.entry)

    def _fill_menu(self) -> None:
        menu = self.more.menu()
        menu.clear()
        for mode, text in (
            ("value", self.tr("Type it here, stored safely")),
            ("env", self.tr("From an environment variable")),
            ("file", self.tr("From a file")),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(mode == self._mode)
            action.triggered.connect(partial(self.set_mode, mode))

    def _build_browse(self) -> QPushButton:
        made = button(self.tr("Browse …"), self._browse, icon="folder")
        made.setAccessibleName(self.tr("Browse for {name}").format(name=self.spec.label))
        self._entry_line.insertWidget(1, made, 0, Qt.AlignmentFlag.AlignTop)
        return made

    def _build_area(self) -> None:
        self.area = PlainArea(5, mono=True)
        self.area.setPlaceholderText(self.tr("Paste it here. It is hidden once you leave the field."))
        self.area.textChanged.connect(lambda: self._typed(self.area.text() if self.area else ""))
        self._inputs.addWidget(self.area)

    # --- showing

    def show_value(self, value: Json) -> None:
        """A secret has no value to show; see `show_slot`."""

    def show_slot(self, slot: SecretSlot, original: SecretSlot) -> None:
        """Shows what is known of the secret. Texts on the screen stay as long as the slot still is what they say."""
        self._original = original
        if slot.state == "set":
            self._replacing = self._replacing and self._slot.state == "set"
            self._wipe()
        elif slot.state in ("unset", "cleared"):
            self._wipe()
        elif slot.text is None:
            mode, _, text = slot.reference.partition(":")
            self._mode = mode if mode in ("env", "file") else "value"
            if self.line.text() != text:
                self.line.setText(text)
        elif self._text() != slot.text.reveal():
            self._mode = "value"
            self._put(slot.text.reveal())
        self._slot = slot
        self._arrange()

    def set_mode(self, mode: str, *_: object) -> None:
        """Typed here, an environment variable's name, or a file's path."""
        if mode != self._mode:
            self._mode = mode
            self._wipe()
            self._say(SecretSlot("cleared") if self._original.filled else SecretSlot())
        self._arrange()
        self.target.setFocus()

    def conceal(self) -> None:
        """Called when the field was left: nothing typed stays readable."""
        self.reveal.setChecked(False)
        self._toggle()

    def _arrange(self) -> None:
        stored = self._slot.state == "set" and not self._replacing
        if self._stored is None and self._original.state == "set":
            self._stored = self._build_stored()
        set_shown(self.entry, not stored)
        if self._stored is not None:
            set_shown(self._stored, stored)
            set_shown(self._stored.keep, self._original.state == "set" and not stored)
            self._stored.say(self._slot.place)
        typed = self._mode == "value"
        lines = self.area is not None and typed and not stored
        folded = lines and bool(self._text()) and not self.reveal.isChecked() and not self._in_area()
        if self.area is not None:
            set_shown(self.area, lines and not folded)
        set_shown(self.line, not lines or folded)
        self.line.setReadOnly(folded)
        self.line.setEchoMode(
            QLineEdit.EchoMode.Password if typed and not self.reveal.isChecked() else QLineEdit.EchoMode.Normal
        )
        set_shown(self.reveal, typed and bool(self._text()))
        if self._mode == "file" and self.browse is None:
            self.browse = self._build_browse()
        if self.browse is not None:
            set_shown(self.browse, self._mode == "file")
        hints = {"env": self.tr("Name of the variable, such as S3_SECRET"), "file": self.tr("Path of the file")}
        removed = self.tr("Will be removed") if self._slot.state == "cleared" else ""
        self.line.setPlaceholderText(hints.get(self._mode, removed))
        entry = self.area if lines and not folded and self.area is not None else self.line
        self.target = self._stored.replace if stored and self._stored is not None else entry
        if self._names[0]:
            self.describe(*self._names)

    def describe(self, object_name: str, name: str, description: str) -> None:
        """The input that is in use now carries the name."""
        self._names = (object_name, name, description)
        replace = self._stored.replace if self._stored is not None else None
        for widget in (self.line, self.area, replace):
            if widget is not None:
                widget.setObjectName(object_name if widget is self.target else "")
                widget.setAccessibleDescription(description)
                if widget is not replace:
                    widget.setAccessibleName(name)

    # --- changing

    def _replace(self) -> None:
        self._replacing = True
        self._mode = "value"
        self._arrange()
        self.target.setFocus()

    def _typed(self, text: str) -> None:
        # A pasted token often ends in a newline, which is never part of it; a key file's lines are.
        clean = text if self.area is not None else text.strip("\r\n")
        if not clean:
            self._say(self._original if self._original.state == "set" else SecretSlot())
        elif self._mode == "value":
            self._say(SecretSlot.typed(clean))
        else:
            self._say(SecretSlot.referred(f"{self._mode}:{clean.strip()}"))

    def _say(self, slot: SecretSlot) -> None:
        if slot.state == "set":
            self._replacing = slot is self._original and self._in_entry()
        self.slot_edited.emit(slot)

    def _in_entry(self) -> bool:
        return self.line.hasFocus() or self._in_area()

    def _in_area(self) -> bool:
        return self.area is not None and self.area.hasFocus()

    def _text(self) -> str:
        return self.area.text() if self.area is not None and self._mode == "value" else self.line.text()

    def _put(self, text: str) -> None:
        if self.area is not None and self._mode == "value":
            self.area.blockSignals(True)
            self.area.setPlainText(text)
            self.area.blockSignals(False)
            self.line.setText("•" * 12)
        else:
            self.line.setText(text)

    def _wipe(self) -> None:
        if self._text() or self.line.text():
            self._put("")
            self.line.clear()

    def _toggle(self) -> None:
        if self.area is not None and self._mode == "value":
            self.line.setText("•" * 12 if self._text() else "")
        self._arrange()

    def _browse(self) -> None:
        dialog = QFileDialog(self.window(), self.spec.label)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.finished.connect(dialog.deleteLater)

        def picked(path: str) -> None:
            self.line.setText(path)
            self._typed(path)

        dialog.fileSelected.connect(picked)
        dialog.open()
