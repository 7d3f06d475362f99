"""The tray icon, where the system has a tray: the state in its drawing and its words, and what is wanted most often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from widgets import theme
from widgets.commands.actions import menu_of
from widgets.pages.page import Place
from widgets.parts.words import listed, plural

if TYPE_CHECKING:
    from widgets.notify import Notice
    from widgets.shell import Shell

__all__ = ["Tray"]

State = Literal["", "running", "attention", "paused"]
BADGES: dict[State, tuple[str, str]] = {
    "running": ("sync", "accent"),
    "attention": ("warning", "error"),
    "paused": ("pause", "muted"),
}
SIZES = (22, 32, 44, 64)
SHOWN_MS = 10_000


class Tray(QObject):
    """Shown only while the system has a tray. Its quick actions are the window's commands that ask to be there."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell
        self._state: State = ""
        self._click = Place("")
        self.icon = QSystemTrayIcon(tray_icon(""), self)
        self.menu = QMenu()
        self.menu.setObjectName("tray_menu")
        self.menu.aboutToShow.connect(self.fill)
        self.fill()
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self._clicked)
        shell.watch.changed.connect(self.refresh)
        theme.theme_changed.connect(self._draw)
        self.refresh()

    opened = Signal(object)
    """The person wants the window, at this `Place` or (an empty one) as it is."""

    @staticmethod
    def available() -> bool:
        """Whether there is a tray at all."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        """Put the icon into the tray."""
        self.icon.show()

    def hide(self) -> None:
        """Take it away."""
        self.icon.hide()

    def refresh(self) -> None:
        """The state in the icon, and in words."""
        watch = self._shell.watch
        words = []
        if watch.attention:
            words.append(plural(watch.attention, "{0} source needs attention", "{0} sources need attention"))
        if watch.running:
            words.append(plural(watch.running, "{0} sync running", "{0} syncs running"))
        if watch.paused:
            words.append(plural(watch.paused, "{0} sync paused", "{0} syncs paused"))
        if not words and watch.connections:
            words.append(self.tr("everything is up to date"))
        self.icon.setToolTip(f"Headwater: {listed(words)}" if words else "Headwater")
        state: State = (
            "attention" if watch.attention else "running" if watch.running else "paused" if watch.paused else ""
        )
        if state != self._state:
            self._state = state
            self._draw()
        if not self.menu.isVisible():
            self.fill()  # some trays show a copy of the menu and never say that they open it

    def fill(self) -> None:
        """What can be done now."""
        shell = self._shell
        self.menu.clear()
        self.menu.addAction(self.tr("Open Headwater")).triggered.connect(lambda _=False: self.opened.emit(Place("")))
        if shell.watch.attention:
            count = plural(shell.watch.attention, "{0} source needs attention", "{0} sources need attention")
            place = Place("sources", filter="needs_attention")
            self.menu.addAction(theme.icon("warning", "error"), count).triggered.connect(
                lambda _=False: self.opened.emit(place)
            )
        self.menu.addSeparator()
        quick = [command for command in shell.served.commands if command.tray]
        made = menu_of(quick, shell.context(), shell.served.run, self.menu)
        for action in made.actions():
            action.setParent(self.menu)
            action.setText(action.text().split("\t")[0])
            self.menu.addAction(action)
        made.deleteLater()
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Quit")).triggered.connect(lambda _=False: shell.ask_to_quit())

    def notify(self, notice: Notice) -> None:
        """Let the system tell of something."""
        self._click = notice.place
        kind = QSystemTrayIcon.MessageIcon.Warning if notice.bad else QSystemTrayIcon.MessageIcon.Information
        self.icon.showMessage(notice.title, notice.text, kind, SHOWN_MS)

    def _clicked(self) -> None:
        place, self._click = self._click, Place("")
        self.opened.emit(place)

    def _draw(self) -> None:
        self.icon.setIcon(tray_icon(self._state))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.opened.emit(Place(""))


def tray_icon(state: State) -> QIcon:
    """Our mark, with the state's own sign in its corner: colour never says it alone."""
    made = QIcon()
    for size in SIZES:
        drawn = QPixmap(theme.pixmap("headwater", "accent", size, 1.0))
        if state:
            name, role = BADGES[state]
            badge = round(size * 0.56)
            at = QPoint(size - badge, size - badge)
            painter = QPainter(drawn)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            # The mark steps back behind its badge, whatever colour the tray has.
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(Qt.GlobalColor.black)
            painter.drawEllipse(at.x() - 1, at.y() - 1, badge + 2, badge + 2)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            painter.setBrush(theme.color(role))
            painter.drawEllipse(at.x(), at.y(), badge, badge)
            inner = round(badge * 0.72)
            shift = (badge - inner) // 2
            painter.drawPixmap(at + QPoint(shift, shift), theme.pixmap(name, "on_accent", inner, 1.0))
            painter.end()
        made.addPixmap(drawn)
    return made
