"""The rail at the left: the menu, the palette, one button a page. Narrow windows get icons alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QMenu, QToolButton, QVBoxLayout, QWidget

from widgets import theme
from widgets.parts.build import icon_label, label, row, tool_button

__all__ = ["WIDE", "Rail"]

WIDE = 184
NARROW = 56
NARROW_BELOW = 1000
RailPage = tuple[str, str, str]


class Rail(QFrame):
    """Says `chosen` with a page's name, `palette_wanted`."""

    chosen = Signal(str)
    palette_wanted = Signal()

    def __init__(self, pages: Sequence[RailPage], foot: Sequence[RailPage] = (), parent: QWidget | None = None) -> None:
        """`pages` are (name, title, icon) in order; those of the foot stand apart at its end."""
        super().__init__(parent)
        self.setObjectName("rail")
        self.setProperty("ground", "window")
        self.setAccessibleName(self.tr("Pages"))
        self._narrow = False
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        self._titles = {name: title for name, title, _icon in (*pages, *foot)}
        self._icons = {name: icon for name, _title, icon in (*pages, *foot)}
        laid = QVBoxLayout(self)
        laid.setContentsMargins(theme.SPACE_S, theme.SPACE_M, theme.SPACE_S, theme.SPACE_S)
        laid.setSpacing(2)
        self._mark = QWidget()
        mark = row(icon_label("headwater", "accent", 20), label("Headwater", "strong"), parent=self._mark)
        mark.setContentsMargins(10, 0, 0, 0)
        # The menu is popped up by hand: a button that owns it would wait for its end in a loop of its own.
        self._menu: QMenu | None = None
        self._menu_button = tool_button("menu", self.tr("Menu"), self.open_menu, name="menu_button", size=20)
        self._menu_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if sys.platform == "darwin":  # the system's own bar has it
            self._menu_button.hide()
        self._head = row(self._mark, None, self._menu_button, space=0)
        self._head.setContentsMargins(0, 0, 2, theme.SPACE_S)
        laid.addLayout(self._head)
        self._palette = self._button(self.tr("Go to …"), "search")
        self._palette.setObjectName("rail_palette")
        self._palette.clicked.connect(lambda *_: self.palette_wanted.emit())
        laid.addWidget(self._palette)
        for page in pages:
            laid.addWidget(self._page_button(*page))
        laid.addStretch(1)
        for page in foot:
            laid.addWidget(self._page_button(*page))
        theme.theme_changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        """As wide as its words want, at whatever size they are."""
        self.setFixedWidth(NARROW if self._narrow else theme.scaled(WIDE))

    def show_page(self, name: str) -> None:
        """Mark the page as the one that is seen."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)
        for known, button in self._buttons.items():
            theme.set_icon(button, self._icons[known], "accent" if known == name else "muted", 20)

    def title(self, name: str) -> str:
        """What a page is called."""
        return self._titles.get(name, "")

    def show_keys(self, keys: dict[str, str]) -> None:
        """Tell the keys of the pages, and of the palette ("palette"), in their tooltips."""
        for name, button in self._buttons.items():
            button.setToolTip(f"{self._titles[name]}  {keys.get(name, '')}".rstrip())
        self._palette.setToolTip(
            (self.tr("Go to or do anything by its name") + f"  {keys.get('palette', '')}").rstrip()
        )

    def set_menu(self, menus: Sequence[QMenu]) -> None:
        """The window's menu, where the system has no bar for it."""
        old, self._menu = self._menu, QMenu(self)
        self._menu.setObjectName("window_menu")
        for each in menus:
            self._menu.addMenu(each)
        self._menu_button.setToolTip(self.tr("Menu") + "  F10")
        self._menu_button.show()
        if old is not None:
            old.deleteLater()

    def open_menu(self) -> None:
        """Below its button."""
        if self._menu is not None:
            self._menu.popup(self._menu_button.mapToGlobal(self._menu_button.rect().bottomLeft()))

    def fit(self, window_width: int) -> None:
        """Narrow where the window is; larger texts want a wider one."""
        self.set_narrow(window_width < NARROW_BELOW + 2 * (theme.scaled(WIDE) - WIDE))

    def set_narrow(self, narrow: bool) -> None:
        """Icons alone."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self._mark.setVisible(not narrow)
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for button in (*self._buttons.values(), self._palette):
            button.setToolButtonStyle(style)
        self._fit()

    def _page_button(self, name: str, title: str, icon: str) -> QToolButton:
        button = self._button(title, icon)
        button.setObjectName(f"rail_{name}")
        button.setCheckable(True)
        button.setAutoExclusive(True)  # one of several, not a thing to tick: a screen reader says "radio button"
        button.clicked.connect(lambda _=False: self.chosen.emit(name))
        self._group.addButton(button)
        self._buttons[name] = button
        return button

    def _button(self, title: str, icon: str) -> QToolButton:
        button = QToolButton()
        button.setText(f"  {title}")
        button.setAccessibleName(title)
        button.setProperty("place", "rail")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        theme.set_icon(button, icon, "muted", 20)
        button.setSizePolicy(button.sizePolicy().horizontalPolicy().Expanding, button.sizePolicy().verticalPolicy())
        return button
