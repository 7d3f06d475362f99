"""Commands as Qt knows them: one action each, with its shortcut; the menus, and a menu for one object.

A shortcut always answers: a command that can't be done now says why, rather than swallowing the key. In an open menu
it is greyed, with the reason as its tooltip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QWidget

from widgets import theme
from widgets.commands.command import Command, Commands, Context, Menu, keys_text, sequences

__all__ = ["CommandActions", "menu_of", "menu_titles"]


def tr(text: str) -> str:
    return QCoreApplication.translate("commands", text)


def menu_titles() -> dict[Menu, str]:
    """The menus in their order."""
    return {
        "file": tr("&File"),
        "source": tr("&Source"),
        "go": tr("&Go"),
        "view": tr("&View"),
        "help": tr("&Help"),
    }


class CommandActions(QObject):
    """The window's commands as its actions."""

    ran = Signal(str)
    """The id of a command that was done."""
    refused = Signal(str)
    """Why a command could not be done, in words."""

    def __init__(self, window: QWidget, commands: Commands, context: Callable[[], Context]) -> None:
        super().__init__(window)
        self.commands = commands
        self._context = context
        self._window = window
        self._page = ""
        self._actions: dict[str, QAction] = {}
        self._menus: list[QMenu] = []
        for command in commands:
            self._make(command)
        self._drawn = False
        theme.theme_changed.connect(self._forget_icons)

    def action(self, id: str) -> QAction:
        """A command's action."""
        return self._actions[id]

    def run(self, command: Command, context: Context | None = None) -> bool:
        """Do it, or say why not."""
        where = self._context() if context is None else context
        reason = command.when(where)
        if reason is not None:
            self.refused.emit(tr("{0}: {1}").format(_plain(command.text), reason))
            return False
        self.ran.emit(command.id)
        command.run(where)
        return True

    def show_page(self, page: str) -> None:
        """Keys of other pages rest."""
        self._page = page
        for command in self.commands:
            if not command.passive:
                self._actions[command.id].setShortcuts(sequences(command) if command.on(page) else [])

    def menus(self, parent: QWidget) -> list[QMenu]:
        """A menu for each group of commands, made once and kept true as they open."""
        if not self._menus:
            for name, title in menu_titles().items():
                menu = QMenu(title, parent)
                menu.setObjectName(f"menu_{name}")
                menu.setToolTipsVisible(True)
                self._fill(menu, [command for command in self.commands if command.menu == name])
                menu.aboutToShow.connect(self.refresh)
                menu.aboutToHide.connect(self._release)
                self._menus.append(menu)
        return self._menus

    def refresh(self) -> None:
        """Show what can be done now, and of the rest why not."""
        self._draw()
        context = self._context()
        for command in self.commands:
            dress(self._actions[command.id], command, context)

    def close(self) -> None:
        """Another registry takes its place."""
        for menu in self._menus:
            menu.deleteLater()
        for action in self._actions.values():
            self._window.removeAction(action)
            action.deleteLater()
        self.deleteLater()

    def _make(self, command: Command) -> None:
        action = QAction(command.text, self)
        action.setObjectName(command.id)
        action.setMenuRole(command.role)
        action.setCheckable(command.checked is not None)
        if not command.passive:
            action.setShortcuts(sequences(command))
        action.triggered.connect(lambda _=False: self.run(command))
        self._actions[command.id] = action
        self._window.addAction(action)

    def _fill(self, menu: QMenu, commands: list[Command]) -> None:
        section = commands[0].section if commands else 0
        for command in commands:
            if command.section != section:
                menu.addSeparator()
                section = command.section
            menu.addAction(self._actions[command.id])

    def _release(self) -> None:
        """A greyed action would not answer its shortcut. Not before the action that closed the menu has run."""
        QTimer.singleShot(0, self, self._enable)

    def _enable(self) -> None:
        for action in self._actions.values():
            action.setEnabled(True)

    def _draw(self) -> None:
        """The icons, once a menu is opened: the first frame need not wait for forty drawings."""
        if self._drawn:
            return
        self._drawn = True
        for command in self.commands:
            if command.icon:
                self._actions[command.id].setIcon(_icon(command))

    def _forget_icons(self) -> None:
        self._drawn = False


def dress(action: QAction, command: Command, context: Context) -> None:
    """Grey an action that can't be done, and let its tooltip say why."""
    reason = command.when(context)
    action.setEnabled(reason is None)
    action.setToolTip(reason or command.help or _plain(command.text))
    action.setStatusTip(reason or command.help)
    if command.checked is not None:
        action.setChecked(command.checked())


def menu_of(
    commands: Iterable[Command], context: Context, run: Callable[[Command, Context], object], parent: QWidget
) -> QMenu:
    """A menu of what can be done with one thing: what does not apply to it is left out, its keys are shown."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    section: int | None = None
    for command in commands:
        if command.when(context) is not None:
            continue
        if section is not None and command.section != section:
            menu.addSeparator()
        section = command.section
        keys = keys_text(command)
        action = menu.addAction(_icon(command), f"{command.text}\t{keys}" if keys else command.text)
        action.setObjectName(command.id)
        dress(action, command, context)
        action.triggered.connect(lambda _=False, command=command: run(command, context))
    return menu


def _icon(command: Command) -> QIcon:
    return theme.icon(command.icon or "chevron-right", "error" if command.danger else "muted")


def _plain(text: str) -> str:
    return text.replace("&", "").removesuffix("…").strip()
