"""An editor for a file or folder on this machine: typed, dropped, or picked in the system's own dialog."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from app.forms import FieldSpec
from widgets import theme
from widgets.form.text import LineEditor
from widgets.parts import button


class PathEditor(LineEditor):
    """A line and a Browse button. The dialog is opened, never executed: a nested loop would stall all tasks."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.column.removeWidget(self.line)
        self.browse = button(self.tr("Browse …"), self.open_dialog, icon="folder")
        self.browse.setAccessibleName(self.tr("Browse for {label}").format(label=spec.label))
        self.browse.setEnabled(not spec.read_only)
        line = QHBoxLayout()
        line.setSpacing(theme.SPACE_S)
        line.addWidget(self.line, 1)
        line.addWidget(self.browse)
        self.column.addLayout(line)
        self.dialog: QFileDialog | None = None

    def open_dialog(self) -> None:
        """Opens the dialog beside the form."""
        if self.dialog is None:
            self.dialog = QFileDialog(self.window(), self.spec.label)
            if self.spec.path_kind == "folder":
                self.dialog.setFileMode(QFileDialog.FileMode.Directory)
                self.dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
            elif self.spec.path_kind == "save":
                self.dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            else:
                self.dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            self.dialog.fileSelected.connect(self.picked)
        if self.line.text():
            self.dialog.selectFile(self.line.text())
        self.dialog.open()

    def picked(self, path: str) -> None:
        """Takes a path as if it had been typed."""
        self.line.setText(path)
        self.edited.emit(path)
        self.line.setFocus()
