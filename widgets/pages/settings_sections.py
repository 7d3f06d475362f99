"""The sections of the settings by name: the settings' page lists them, and the palette goes to them without it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

__all__ = ["section_titles"]


def tr(text: str) -> str:
    return QCoreApplication.translate("SettingsPage", text)


def section_titles() -> dict[str, tuple[str, str]]:
    """The title and icon of each, in their order."""
    return {
        "appearance": (tr("Appearance"), "contrast"),
        "language": (tr("Language"), "globe"),
        "startup": (tr("Start-up and background"), "play"),
        "library": (tr("Library"), "library"),
        "network": (tr("Network"), "link"),
        "vault": (tr("Vault"), "lock"),
        "diagnostics": (tr("Diagnostics"), "flask"),
        "about": (tr("About"), "info"),
    }
