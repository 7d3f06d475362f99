"""The rail at the left: one button a page, and the appearance menu at its foot. Narrow windows get icons alone."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QMenu, QToolButton, QVBoxLayout, QWidget

from widgets import theme
from widgets.parts.build import icon_label, label, row

__all__ = ["WIDE", "Rail"]

WIDE = 184
NARROW = 56


class Rail(QFrame):
    """Says `chosen` with a page's name, `scheme_chosen` with a scheme."""

    chosen = Signal(str)
    scheme_chosen = Signal(str)

    def __init__(self, pages: list[tuple[str, str, str]], parent: QWidget | None = None) -> None:
        """`pages` are (name, title, icon) in order; the n-th answers Ctrl-n."""
        super().__init__(parent)
        self.setObjectName("rail")
        self.setProperty("ground", "window")
        self.setAccessibleName(self.tr("Pages"))
        self._narrow = False
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        self._icons = {name: icon for name, _title, icon in pages}
        laid = QVBoxLayout(self)
        laid.setContentsMargins(theme.SPACE_S, theme.SPACE_L, theme.SPACE_S, theme.SPACE_S)
        laid.setSpacing(2)
        self._word = label("Headwater", "strong")
        mark = row(icon_label("headwater", "accent", 20), self._word, None, space=theme.SPACE_S)
        mark.setContentsMargins(10, 0, 0, theme.SPACE_M)
        laid.addLayout(mark)
        for number, (name, title, icon) in enumerate(pages, 1):
            button = self._button(title, icon)
            button.setObjectName(f"rail_{name}")
            button.setCheckable(True)
            keys = QKeySequence(f"Ctrl+{number}")
            button.setShortcut(keys)
            button.setToolTip(f"{title}  {keys.toString(QKeySequence.SequenceFormat.NativeText)}")
            button.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            self._group.addButton(button)
            self._buttons[name] = button
            laid.addWidget(button)
        laid.addStretch(1)
        self._appearance = self._button(self.tr("Appearance"), "contrast")
        self._appearance.setObjectName("rail_appearance")
        self._appearance.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._schemes: dict[str, QAction] = {}
        menu, schemes = QMenu(self), QActionGroup(self)
        for scheme, text in (
            ("system", self.tr("As the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        ):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, scheme=scheme: self.scheme_chosen.emit(scheme))
            schemes.addAction(action)
            self._schemes[scheme] = action
        self._appearance.setMenu(menu)
        laid.addWidget(self._appearance)
        self.setFixedWidth(WIDE)

    def show_page(self, name: str) -> None:
        """Mark the page as the one that is seen."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)
        for known, button in self._buttons.items():
            theme.set_icon(button, self._icons[known], "accent" if known == name else "muted", 20)

    def show_scheme(self, scheme: str) -> None:
        """Mark the scheme that is chosen."""
        if scheme in self._schemes:
            self._schemes[scheme].setChecked(True)

    def set_narrow(self, narrow: bool) -> None:
        """Icons alone."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self._word.setVisible(not narrow)
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for button in (*self._buttons.values(), self._appearance):
            button.setToolButtonStyle(style)
        self.setFixedWidth(NARROW if narrow else WIDE)

    def _button(self, title: str, icon: str) -> QToolButton:
        button = QToolButton()
        button.setText(f"  {title}")
        button.setAccessibleName(title)
        button.setProperty("place", "rail")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.set_icon(button, icon, "muted", 20)
        button.setIconSize(QSize(20, 20))
        button.setSizePolicy(button.sizePolicy().horizontalPolicy().Expanding, button.sizePolicy().verticalPolicy())
        return button
