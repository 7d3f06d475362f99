"""What can be done in the window wherever one is: going somewhere, adding, syncing all, the look, help, the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction

from widgets.commands.command import MAC, Command, Context
from widgets.navigation import PAGES
from widgets.pages.page import Place

if TYPE_CHECKING:
    from widgets.shell import Shell

__all__ = ["RailPage", "window_commands"]

RailPage = tuple[str, str, str]
"""A page of the rail: name, title, icon."""
RELOADS = frozenset({"library", "activity", "accounts", "add_source", "settings"})


def tr(text: str) -> str:
    return QCoreApplication.translate("commands", text)


def window_commands(shell: Shell, pages: Sequence[RailPage]) -> list[Command]:
    """The commands, in the order of the menus."""
    return [*_file(shell), *_go(shell, pages), *_view(shell), *_help(shell)]


def _file(shell: Shell) -> list[Command]:
    found = [
        Command(
            "source.add",
            tr("Add source"),
            _goes(shell, Place("add_source")),
            help=tr("Connect another source of documents"),
            icon="plus",
            keys=("Ctrl+N",),
            menu="file",
            buttons=("add_source", "door_add"),
        ),
        Command(
            "account.sign_in",
            tr("Sign in to an account"),
            _goes(shell, Place("accounts", "", "sign_in")),
            icon="key",
            keys=("Ctrl+Shift+N",),
            menu="file",
            buttons=("sign_in",),
        ),
        Command(
            "sources.import",
            tr("Import sources …"),
            lambda _context: shell.connection_actions().ask_import(),
            help=tr("From a file that was exported from Headwater"),
            icon="import",
            menu="file",
            buttons=("door_import",),
            when=ready,
        ),
        Command(
            "sources.export",
            tr("Export all sources …"),
            lambda _context: shell.connection_actions().export(list(shell.watch.connections)),
            help=tr("To a file, without their secrets"),
            icon="export",
            menu="file",
            when=lambda context: ready(context) or (None if shell.watch.connections else tr("there is no source yet")),
        ),
        Command(
            "sources.sync",
            tr("Sync all sources"),
            lambda _context: shell.watch.sync_all(),
            icon="sync",
            keys=("Shift+F5",),
            menu="file",
            section=1,
            tray=True,
            when=lambda context: ready(context) or shell.watch.why_not_sync(),
        ),
        Command(
            "sources.pause",
            tr("Pause all syncs"),
            lambda _context: shell.watch.pause_all(),
            help=tr("They go on from there when you resume them"),
            icon="pause",
            menu="file",
            section=1,
            tray=True,
            when=lambda context: ready(context) or shell.watch.why_not_pause(),
        ),
        Command(
            "sources.resume",
            tr("Resume all syncs"),
            lambda _context: shell.watch.resume_all(),
            icon="play",
            menu="file",
            section=1,
            tray=True,
            when=lambda context: ready(context) or shell.watch.why_not_resume(),
        ),
        Command(
            "window.close",
            tr("Close window"),
            lambda _context: shell.ask_to_close(),
            icon="close",
            keys=("Ctrl+W",),
            menu="file",
            section=3,
        ),
        Command(
            "app.quit",
            tr("Quit"),
            lambda _context: shell.ask_to_quit(),
            keys=("Ctrl+Q",),
            icon="stop",
            menu="file",
            section=3,
            role=QAction.MenuRole.QuitRole,
        ),
    ]
    if "settings" in PAGES:
        settings = Command(
            "app.settings",
            tr("Settings"),
            _goes(shell, Place("settings")),
            icon="settings",
            keys=("Ctrl+,",),
            menu="file",
            section=2,
            role=QAction.MenuRole.PreferencesRole,
            buttons=("rail_settings",),
        )
        found.insert(-2, settings)
    return found


def _go(shell: Shell, pages: Sequence[RailPage]) -> list[Command]:
    found = [
        Command(
            "go.palette",
            tr("Go to or do …"),
            lambda _context: shell.served.palette.toggle(),
            help=tr("Every command, source, document and account by its name"),
            icon="search",
            keys=("Ctrl+K",),
            menu="go",
            buttons=("rail_palette",),
        ),
        Command(
            "go.back",
            tr("Back"),
            lambda _context: shell.navigator.go_back(),
            icon="arrow-left",
            keys=("Ctrl+[",) if MAC else ("Alt+Left", "Back"),
            menu="go",
            section=1,
            when=lambda _context: None if shell.navigator.history.can_go_back else tr("this is where you began"),
        ),
        Command(
            "go.forward",
            tr("Forward"),
            lambda _context: shell.navigator.go_forward(),
            icon="arrow-right",
            keys=("Ctrl+]",) if MAC else ("Alt+Right", "Forward"),
            menu="go",
            section=1,
            when=lambda _context: None if shell.navigator.history.can_go_forward else tr("you have not gone back"),
        ),
    ]
    for number, (name, title, icon) in enumerate(pages, 1):
        found.append(
            Command(
                f"go.{name}",
                title,
                _goes(shell, Place(name)),
                icon=icon,
                keys=(f"Ctrl+{number}",) if number < 10 else (),
                menu="go",
                section=2,
                buttons=(f"rail_{name}", "back") if name == "sources" else (f"rail_{name}",),
            )
        )
    found.append(
        Command(
            "go.attention",
            tr("What needs attention"),
            _goes(shell, Place("sources", filter="needs_attention")),
            icon="warning",
            menu="go",
            section=2,
            when=lambda context: ready(context) or (None if shell.watch.attention else tr("no source needs attention")),
        )
    )
    found.append(
        Command(
            "page.search",
            tr("Search on this page"),
            lambda _context: shell.current.focus_search() if shell.current is not None else None,
            icon="search",
            keys=("Ctrl+F",),
            menu="go",
            section=3,
            when=ready,
        )
    )
    found.append(
        Command(
            "page.reload",
            tr("Look again"),
            lambda _context: shell.current.refresh() if shell.current is not None else None,
            icon="sync",
            keys=("F5",),
            pages=RELOADS,
            menu="go",
            section=3,
            when=ready,
        )
    )
    return found


def _view(shell: Shell) -> list[Command]:
    def scheme(name: str, text: str) -> Command:
        return Command(
            f"view.{name}",
            text,
            lambda _context: shell.choose_scheme(name),
            icon="contrast",
            menu="view",
            checked=lambda: shell.scheme == name,
        )

    return [
        scheme("system", tr("Colours as the system")),
        scheme("light", tr("Light colours")),
        scheme("dark", tr("Dark colours")),
    ]


def _help(shell: Shell) -> list[Command]:
    return [
        Command(
            "help.keys",
            tr("Keyboard shortcuts"),
            lambda _context: shell.served.sheet.toggle(),
            icon="info",
            keys=("F1", "Ctrl+/"),
            menu="help",
        ),
        Command(
            "help.demo",
            tr("Try the demo library"),
            lambda _context: shell.demo_requested.emit(),
            help=tr("Local sample sources, connected and ready to sync"),
            icon="flask",
            menu="help",
            buttons=("door_demo",),
            when=ready,
        ),
        Command(
            "help.about",
            tr("About Headwater"),
            lambda _context: shell.show_about(),
            icon="headwater",
            menu="help",
            section=1,
            role=QAction.MenuRole.AboutRole,
        ),
    ]


def ready(context: Context) -> str | None:
    """It needs the engine."""
    return None if context.ready else tr("the engine is still starting")


def _goes(shell: Shell, place: Place) -> Callable[[Context], object]:
    return lambda _context: shell.go(place)
