"""What of the settings concerns the window, in force as soon as it is known.

At the start it is read from the file, before there is an engine to ask; from then on the engine says when something
has changed, whoever changed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.settings.early import Early, early_of, read_early
from widgets import language, theme
from widgets.tasks import Refresher, TaskScope

if TYPE_CHECKING:
    from app.api import EngineApi, Fact, SettingsView

__all__ = ["Preferences"]


class Preferences(QObject):
    """`now` is what holds."""

    changed = Signal()
    rebuild = Signal(bool)
    """Texts are drawn in another size, or (True) said in another language: what was built before looks wrong."""

    def __init__(self, tasks: TaskScope, now: Early | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.now = now or Early()
        self._tasks = tasks
        self._client: EngineApi | None = None
        self._refresher = Refresher(tasks, "settings", self._load, interval=0.0)

    def begin(self, client: EngineApi) -> None:
        """The engine is there; it may know better than the file did."""
        self._client = client
        self._refresher.ask()

    def hear(self, fact: Fact) -> None:
        """Something happened: look whether it was this."""
        if fact.kind == "settings_changed":
            self._refresher.ask()

    def choose(self, scheme: str) -> None:
        """Light, dark or as the system is: now, and from now on."""
        self.apply(replace(self.now, scheme=cast(theme.Scheme, scheme)))
        if self._client is not None:
            self._tasks.start(self._edit(self._client, {"appearance.scheme": scheme}), "edit settings")

    async def _edit(self, client: EngineApi, values: Mapping[str, Any]) -> None:
        from app.api import SettingsEdit

        self.take(await client.edit_settings(SettingsEdit(values=dict(values))))

    async def _load(self) -> None:
        from connectors.sdk import HeadwaterError

        if self._client is not None:
            with suppress(HeadwaterError):  # what the window has read for itself holds on; the settings' page tells
                self.take(await self._client.settings())

    def take(self, view: SettingsView) -> None:
        """These hold from now on."""
        sections: dict[str, dict[str, Any]] = {}
        for pointer, value in view.values.items():
            _, section, name = pointer.split("/")
            sections.setdefault(section, {})[name] = value
        self.apply(early_of(sections))

    def apply(self, wanted: Early) -> None:
        """Dress and speak accordingly."""
        before, self.now = self.now, wanted
        if before == wanted:
            return
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        dress(app, wanted, speak=before.language != wanted.language)
        self.changed.emit()
        if (before.language, before.text_size) != (wanted.language, wanted.text_size):
            self.rebuild.emit(before.language != wanted.language)


def dress(app: QApplication, wanted: Early, *, speak: bool = True) -> None:
    """The application in these colours, this size, this language."""
    if speak:
        language.apply(app, wanted.language)
    theme.apply(app, wanted.scheme, text_size=wanted.text_size, reduced_motion=wanted.reduced_motion)


def at_start(app: QApplication, profile: Path) -> Early:
    """What the file says, in force before anything is painted."""
    early = read_early(profile)
    dress(app, early, speak=early.language != "en")
    return early
