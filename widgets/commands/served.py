"""The commands of one window in all their forms: shortcuts, menu, palette, sheet of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence, QShortcut

from widgets.commands.actions import CommandActions
from widgets.commands.command import MAC, Command, Commands, Context, keys_text
from widgets.commands.connection import connection_commands
from widgets.commands.local import local_commands
from widgets.commands.pressed import seen
from widgets.commands.sheet import KeySheet
from widgets.commands.window import RailPage, window_commands
from widgets.palette import Palette

if TYPE_CHECKING:
    from widgets.shell import Shell

__all__ = ["Served"]


class Served(QObject):
    """`commands` is the registry; `run` does one of them."""

    def __init__(self, shell: Shell, pages: Sequence[RailPage], *, native_menu: bool = MAC) -> None:
        super().__init__(shell)
        self._shell = shell
        self._pages = pages
        self._native = native_menu
        self._page = ""
        self.palette = Palette(shell, shell.tasks, shell.settings, run=self.run, go=shell.go)
        self.sheet = KeySheet(shell)
        if not native_menu:
            QShortcut(QKeySequence("F10"), shell.rail, shell.rail.open_menu)
        self.actions = self._serve()

    def run(self, command: Command, context: Context | None = None) -> bool:
        """Do it, or say why not."""
        return self.actions.run(command, context)

    def show_page(self, name: str) -> None:
        """Keys of other pages rest."""
        self._page = name
        self.actions.show_page(name)

    def dispose(self) -> None:
        """Another one takes its place, in another language."""
        self.actions.close()
        for panel in (self.palette, self.sheet):
            panel.dismiss()
            panel.deleteLater()
        self.deleteLater()

    def _serve(self) -> CommandActions:
        shell = self._shell
        self.commands = Commands(
            [
                *window_commands(shell, self._pages),
                *connection_commands(shell.connection_actions, shell.go),
                *local_commands(shell),
            ]
        )
        actions = CommandActions(shell, self.commands, shell.context)
        actions.refused.connect(shell.notices.say)
        actions.show_page(self._page)
        menus = actions.menus(shell)
        if self._native:
            bar = shell.menuBar()
            bar.clear()
            for menu in menus:
                bar.addMenu(menu)
        else:
            shell.rail.set_menu(menus)
        keys = {name: keys_text(self.commands[f"go.{name}"]) for name, _title, _icon in self._pages}
        shell.rail.show_keys({**keys, "palette": keys_text(self.commands["go.palette"])})
        self.palette.serve(self.commands, shell.context, self._seen)
        self.sheet.serve(self.commands)
        return actions

    def _seen(self) -> list[Command]:
        """What can be pressed just now and has no command of its own."""
        context = self._shell.context()
        on = context.place.page
        named = [
            name
            for command in self.commands
            if command.on(on) and command.when(context) is None
            for name in command.buttons
        ]
        return seen(self._shell, named, (self.palette,))
