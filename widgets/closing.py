"""What a close does, and the panel that asks, once and without standing in the way, what becomes of a running sync."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from widgets import theme
from widgets.pages.page import Place
from widgets.parts.build import button, icon_label, label, row
from widgets.parts.words import plural, sentences

if TYPE_CHECKING:
    from widgets.shell import Shell

__all__ = ["ClosePanel", "Closing"]


class ClosePanel(QFrame):
    """Esc stays. What was synced so far is kept in every case, and the panel says so."""

    keep = Signal()
    """Keep running, out of sight."""
    stop = Signal()
    stay = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("close_panel")
        self.setProperty("ground", "banner")
        self._text = label("", wrap=True)
        self._keep = button(self.tr("Keep running in the tray"), self.keep.emit, kind="primary", name="close_keep")
        self._stop = button(self.tr("Stop and quit"), self.stop.emit, name="close_stop")
        self._stay = button(self.tr("Stay"), self.stay.emit, kind="quiet", name="close_stay")
        laid = row(
            icon_label("running", "accent", 20),
            self._text,
            self._keep,
            self._stop,
            self._stay,
            parent=self,
            space=theme.SPACE_M,
        )
        laid.setStretch(1, 1)
        laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_M, theme.SPACE_XL, theme.SPACE_M)

    def ask(self, runs: int, tray: bool) -> None:
        """Show the question. Without a tray the window is kept at hand in the task bar."""
        what = plural(runs, "{0} sync is under way.", "{0} syncs are under way.")
        kept = self.tr("Stopping keeps what has arrived; the next run goes on from there.")
        self._text.setText(sentences(what, kept))
        self.setAccessibleName(self._text.text())
        self._keep.setText(self.tr("Keep running in the tray") if tray else self.tr("Minimise and keep running"))
        self._keep.setAccessibleName(self._keep.text())
        self.show()
        self._keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc is Stay."""
        if event.key() == Qt.Key.Key_Escape:
            self.stay.emit()
        else:
            super().keyPressEvent(event)


class Closing(QObject):
    """What a close does: leave to the page that has unsaved changes, ask about running syncs, or end the session."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.done = False
        """Nothing is asked any more."""
        self._shell = shell

    def ask(self, *, hide: bool = False) -> None:
        """Close, or ask once. With `hide` the window goes to the tray, which stops nothing and loses nothing."""
        shell = self._shell
        if hide:
            self._shell.close_panel.hide()
            shell.hide()
            return
        if self._shell.close_panel.isVisible():
            self._shell.close_panel.setFocus()
            return
        unsaved = [page for page in (shell.current, *shell.pages.values()) if page is not None and page.unsaved()]
        if unsaved:
            if unsaved[0] is not shell.current:
                shell.go(Place(unsaved[0].name))
            unsaved[0].ask_to_leave(Place("quit"))
            return
        view = shell.state_line.engine
        if view is not None and view.active_runs + view.queued_runs > 0:
            shell.come_forward()
            self._shell.close_panel.ask(view.active_runs + view.queued_runs, shell.tray_available)
            return
        shell.quit_requested.emit()

    def keep(self) -> None:
        """Out of sight, at work."""
        self._shell.close_panel.hide()
        if self._shell.tray_available:
            self._shell.hide()
        else:
            self._shell.showMinimized()
