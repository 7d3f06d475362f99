"""The rail at the left: the menu, the palette, one button a page. Narrow windows get icons alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QMenu, QVBoxLayout, QWidget

from widgets import theme
from widgets.parts.build import icon_label, label, row, tool_button
from widgets.parts.nav import NavButton

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
        self._buttons: dict[str, NavButton] = {}
        self._titles = {name: title for name, title, _icon in (*pages, *foot)}
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
        self._palette = NavButton(self.tr("Go to …"), "search", 20, exclusive=False)
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
        narrow = NARROW + theme.icon_pixels(20) - 20
        self.setFixedWidth(narrow if self._narrow else theme.scaled(WIDE))

    def show_page(self, name: str) -> None:
        """Mark the page as the one that is seen."""
        for known, button in self._buttons.items():
            button.mark(known == name)

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
        for button in (*self._buttons.values(), self._palette):
            button.set_narrow(narrow)
        self._fit()

    def _page_button(self, name: str, title: str, icon: str) -> NavButton:
        button = NavButton(title, icon, 20)
        button.setObjectName(f"rail_{name}")
        button.clicked.connect(lambda _=False: self.chosen.emit(name))
        self._group.addButton(button)
        self._buttons[name] = button
        return button
