"""What this is: version, licence, and what it runs on. There is no update check, so none is claimed."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QCoreApplication, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from widgets import theme
from widgets.parts import button, column, icon_label, label, row
from widgets.parts.facts import Facts

if TYPE_CHECKING:
    from app.api import EngineView

__all__ = ["AboutSection"]


def machine() -> dict[str, str]:
    """What it runs on."""
    return {
        "Python": platform.python_version(),
        "Qt": f"{qVersion()} (PySide6 {pyside_version})",
        QCoreApplication.translate("AboutSection", "System"): (
            f"{platform.system()} {platform.release()}, {platform.machine()}"
        ),
    }


class AboutSection(QWidget):
    """The versions, which a bug report wants."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = Facts()
        name = column(
            label("Headwater", "section"),
            label(self.tr("Connects the sources of a knowledge base."), "body", "muted", wrap=True),
            space=2,
        )
        head = row(icon_label("headwater", "accent", 40), space=theme.SPACE_M)
        head.addLayout(name, 1)
        column(
            head,
            theme.SPACE_S,
            self.facts,
            row(button(self.tr("Copy"), self._copy, icon="copy", name="copy_about"), None),
            theme.SPACE_M,
            label(self.tr("Updates"), "strong"),
            label(
                self.tr(
                    "Headwater does not look for updates, and tells nobody that it is here. A new version comes the "
                    "way this one came."
                ),
                wrap=True,
            ),
            parent=self,
            space=theme.SPACE_S,
        )

    def show_engine(self, engine: EngineView) -> None:
        """The engine as it answered."""
        self.facts.show_facts(
            {
                self.tr("Version"): engine.version,
                self.tr("Licence"): "Apache-2.0",
                **machine(),
                self.tr("Display"): QGuiApplication.platformName(),
            }
        )

    def _copy(self) -> None:
        lines = (f"{name}: {value}" for name, value in self.facts.texts().items())
        QGuiApplication.clipboard().setText("\n".join(("Headwater", *lines)))
