"""The settings: sections at the left, and what is chosen there at the right. A change holds as soon as it is made.

Sections that can be set are forms made from the engine's own model; the others show a part of the installation and
what can be done with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QScrollArea,
    QStackedWidget,
    QSystemTrayIcon,
    QVBoxLayout,
    QWidget,
)

from widgets import theme
from widgets.form.wording import say
from widgets.language import core
from widgets.pages.page import Page, Place
from widgets.pages.settings_about import AboutSection
from widgets.pages.settings_diagnostics import DiagnosticsSection
from widgets.pages.settings_form import SettingsForm
from widgets.pages.settings_library import LibrarySection
from widgets.pages.settings_search import Found, SearchResults, find
from widgets.pages.settings_sections import section_titles
from widgets.pages.settings_vault import VaultSection
from widgets.parts import Banner, SearchField, column, heading, label, line, row
from widgets.parts.body import Body, OfflineStrip
from widgets.parts.nav import NavButton
from widgets.tasks import Refresher

if TYPE_CHECKING:
    from app.api import EngineApi, Fact, SettingsView
    from app.forms import FormState
    from widgets.events import Events

__all__ = ["SettingsPage"]

WIDTH = 680
NAV = 184
NARROW = 56
ROOM = 340
"""What a section needs at 100 % text."""


class SettingsPage(Page):
    """One section is seen at a time; its name is the place's `tab`."""

    name = "settings"
    fits_itself = True

    def __init__(self, client: EngineApi, parent: QWidget | None = None) -> None:
        super().__init__(client, parent)
        self._titles = section_titles()
        self.forms: dict[str, SettingsForm] = {}
        self.section = "appearance"
        self._wanted: Found | None = None
        self._refresher = Refresher(self.tasks, "load", self._load, interval=0.1)
        self.results = SearchResults()
        self.results.chosen.connect(self._go_to)
        self.search = SearchField(self.tr("Search settings"))
        self.search.searched.connect(self._search)
        self.search.entered.connect(lambda: self.results.take(0))
        self.search.moved.connect(lambda by: self.results.enter() if by > 0 else None)
        self.library = LibrarySection()
        self.vault = VaultSection(self)
        self.diagnostics = DiagnosticsSection(self)
        self.about = AboutSection()
        self._notices = QVBoxLayout()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.results)
        self._said: set[str] = set()
        self._conditional: list[str] = []
        """The names of settings that are only seen where another one wants them."""
        self._areas: dict[str, QScrollArea] = {}
        self._inner: list[QWidget] = []
        self._columns: dict[str, QVBoxLayout] = {}
        self._buttons: dict[str, NavButton] = {}
        self._group = QButtonGroup(self)
        nav = self._build_nav()
        for name, (title, _icon) in self._titles.items():
            self._add_section(name, title)
        for name, widget in (
            ("library", self.library),
            ("vault", self.vault),
            ("diagnostics", self.diagnostics),
            ("about", self.about),
        ):
            self._columns[name].addWidget(widget)
            self._columns[name].addStretch(1)
        header = row(label(self.tr("Settings"), "title"), None, self.search)
        header.setContentsMargins(theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_XL, theme.SPACE_M)
        self._loaded = False
        self.body = Body(self._stack)
        self.body.retried.connect(self.refresh)
        middle = row(nav, line(vertical=True), self.body, space=0)
        middle.setStretch(2, 1)
        self.offline = OfflineStrip(self.tr("The engine has stopped and is being started again."))
        whole = column(self.offline, header, self._notices, line(), middle, parent=self, space=0)
        whole.setStretch(4, 1)
        theme.theme_changed.connect(self._fit)
        self._fit()

    # --- what it is made of

    def _build_nav(self) -> QFrame:
        self._nav = QFrame()
        self._nav.setAccessibleName(self.tr("Sections"))
        laid = QVBoxLayout(self._nav)
        laid.setContentsMargins(theme.SPACE_M, theme.SPACE_M, theme.SPACE_S, theme.SPACE_M)
        laid.setSpacing(2)
        for name, (title, icon) in self._titles.items():
            made = NavButton(title, icon)
            made.setToolTip(title)
            made.setObjectName(f"section_{name}")
            made.clicked.connect(lambda _=False, name=name: self.navigate.emit(Place("settings", tab=name)))
            self._group.addButton(made)
            self._buttons[name] = made
            laid.addWidget(made)
        laid.addStretch(1)
        return self._nav

    def _add_section(self, name: str, title: str) -> None:
        inner = QWidget()
        laid = QVBoxLayout(inner)
        laid.setContentsMargins(theme.SPACE_XL, theme.SPACE_L, theme.SPACE_XL, theme.SPACE_XL)
        laid.setSpacing(theme.SPACE_L)
        laid.addWidget(heading(title))
        holder = QWidget()
        row(inner, None, parent=holder, space=0).setStretch(0, 10)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(holder)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._areas[name] = area
        self._inner.append(inner)
        self._columns[name] = laid
        self._stack.addWidget(area)

    def _fit(self) -> None:
        """What holds text grows with it; where that leaves no room for the settings, icons stand for the sections."""
        for made in self._buttons.values():
            made.set_narrow(False)
        wide = max(NAV, *(made.sizeHint().width() for made in self._buttons.values())) + theme.SPACE_XL
        if self.width() - wide < theme.scaled(ROOM):
            for made in self._buttons.values():
                made.set_narrow(True)
            wide = NARROW + theme.icon_pixels(16) - 16
        self._nav.setFixedWidth(wide)
        self.search.setFixedWidth(theme.scaled(240))
        for inner in self._inner:
            inner.setMaximumWidth(theme.scaled(WIDTH))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the sections are icons."""
        super().resizeEvent(event)
        self._fit()

    # --- what it shows

    async def activate(self) -> None:
        """It is seen: look how things are."""
        self._refresher.ask()

    def deactivate(self) -> None:
        """It is left: what is typed holds."""
        for form in self.forms.values():
            form.flush(secrets=True)

    def follow(self, feed: Events) -> None:
        """Another window or a command may change a setting."""
        feed.fact.connect(self._hear)
        self.offline.follow(feed)

    def _hear(self, fact: Fact) -> None:
        if fact.kind == "settings_changed" and self.isVisible():
            self._refresher.ask()

    def refresh(self) -> None:
        """F5."""
        self._refresher.now()

    async def _load(self) -> None:
        from connectors.sdk import HeadwaterError

        if not self._loaded:
            self.body.wait(self.tr("Reading the settings …"))
        try:
            view = await self.client.settings()
            engine = await self.client.engine()
            stats, vault = await self.client.library_stats(), await self.client.vault()
        except HeadwaterError as error:
            if self._loaded:
                raise
            self.body.show_error(error.info())
            return
        self._show_settings(view)
        self.about.show_engine(engine)
        self.library.show_library(engine, stats)
        self.vault.show_vault(vault)
        self._loaded = True
        self.body.show_content()

    def _show_settings(self, view: SettingsView) -> None:
        for name in view.schemas:
            if name not in self._titles:
                continue  # a newer engine's
            if name in self.forms:
                self.forms[name].show_view(view)
            else:
                self._build_form(name, view)
        parts = [part for schema in view.schemas.values() for part in schema.get("allOf", [])]
        self._conditional = [say(one["title"]) for part in parts for one in part["then"]["properties"].values()]
        chosen = view.schemas.get("language", {}).get("properties", {}).get("language", {})
        self._buttons["language"].setVisible(len(chosen.get("enum", [])) > 2)
        for notice in view.notices:
            if notice not in self._said:
                self._said.add(notice)
                self._notices.setContentsMargins(theme.SPACE_XL, 0, theme.SPACE_XL, theme.SPACE_M)
                self._notices.addWidget(Banner(core(notice), ground="warning", icon="warning"))

    def _build_form(self, name: str, view: SettingsView) -> None:
        made = SettingsForm(self, name, view)
        self.forms[name] = made
        laid = self._columns[name]
        if name == "startup" and not QSystemTrayIcon.isSystemTrayAvailable():
            text = self.tr("This desktop shows no tray: the window opens and closes as usual, whatever is chosen here.")
            laid.addWidget(Banner(text, ground="accent"))
        laid.addWidget(made)
        laid.addStretch(1)

    # --- going around

    def show_place(self, place: Place) -> None:
        """To a section; without one, to the one that was seen last."""
        if place.tab in self._titles:
            self.section = place.tab
        self.search.clear()
        self._show_section()

    def where(self, place: Place) -> Place:
        """With the section that is seen."""
        return Place("settings", tab=self.section)

    def _show_section(self) -> None:
        self._stack.setCurrentWidget(self._areas[self.section])
        for name, made in self._buttons.items():
            made.mark(name == self.section)

    # --- finding

    def focus_search(self) -> None:
        """Ctrl-F."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _search(self, text: str) -> None:
        if not text:
            self._show_section()
            return
        states: dict[str, FormState] = {name: form.form.state for name, form in self.forms.items()}
        titles = {name: title for name, (title, _) in self._titles.items() if self._buttons[name].isVisibleTo(self)}
        self.results.show_found(find(text, titles, states, self._words()))
        self._stack.setCurrentWidget(self.results)

    def _words(self) -> dict[str, Sequence[str]]:
        """What the sections without a form are about."""
        return {
            "network": self._conditional,
            "library": (self.tr("Where the library is"), self.tr("Size on disk"), self.tr("Move the library")),
            "vault": (self.tr("Secrets and passwords"), self.tr("Passphrase"), self.tr("Keyring"), self.tr("New key")),
            "diagnostics": (self.tr("Report a bug"), self.tr("Save a diagnostics bundle")),
            "about": (self.tr("Version"), self.tr("Updates"), self.tr("Licence")),
        }

    def _go_to(self, found: Found) -> None:
        self.section = found.section
        self.search.clear()
        self._show_section()
        if found.pointer and found.section in self.forms:
            self.forms[found.section].form.go_to(found.pointer)
        else:
            self._buttons[found.section].setFocus(Qt.FocusReason.OtherFocusReason)

    async def close_tasks(self) -> None:
        """The window closes: what was typed still holds."""
        for form in self.forms.values():
            form.flush(secrets=True)
        await asyncio.gather(
            *(task for task in self.tasks.tasks() if ".apply " in task.get_name()), return_exceptions=True
        )
        await super().close_tasks()
        for form in self.forms.values():
            await form.form.shutdown()
