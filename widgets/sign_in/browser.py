"""What a sign-in does outside of its panel: open the system's browser, and bring the window back to the front."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

Browser = Callable[[str], bool]
"""Opens an address; whether that was possible, as far as the system says."""


def open_url(url: str) -> bool:
    """In the system's browser; nothing but a web page is ever opened."""
    address = QUrl(url)
    return address.scheme() in ("https", "http") and QDesktopServices.openUrl(address)


def come_forward(widget: QWidget) -> None:
    """The window of a widget, out of the tray or the task bar if need be."""
    window = widget.window()
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
