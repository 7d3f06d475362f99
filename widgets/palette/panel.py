"""The palette itself: a field, and below it what fits.

Commands and what was loaded are matched at once with every key; documents are searched in the engine a moment after the
last key, and a search that is overtaken is cancelled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QSettings, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListView, QStackedWidget, QWidget

from widgets import theme
from widgets.commands import Command, Commands, Context
from widgets.overlay import SHADOW, Overlay
from widgets.pages.page import Place
from widgets.palette.entry import Entry
from widgets.palette.match import best
from widgets.palette.rows import EntryDelegate, EntryModel, line_height
from widgets.palette.sources import (
    LEAST_LETTERS,
    command_entries,
    find_documents,
    first_groups,
    load_things,
    search_entry,
    seen_entries,
    settings_entries,
)
from widgets.parts.announce import announce
from widgets.parts.build import column, icon_label, label, line, row
from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from app.api import EngineApi

__all__ = ["Palette"]

MOST = 60
RECENT = 6
PAUSE_SECONDS = 0.12
"""How long after the last key the engine is asked."""
RECENT_KEY = "palette/recent"


class Field(QLineEdit):
    """Keys that move in the list go there while one types."""

    def __init__(self, panel: Palette) -> None:
        super().__init__()
        self._panel = panel

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and pages choose, Enter does it, Esc closes."""
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: 8,
            Qt.Key.Key_PageUp: -8,
            Qt.Key.Key_Tab: 1,
            Qt.Key.Key_Backtab: -1,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._panel.step(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._panel.choose()
        elif key == Qt.Key.Key_Escape:
            self._panel.dismiss()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab stays here."""
        self._panel.step(1 if next else -1)
        return True


class Palette(Overlay):
    """Shows what was chosen last and what can be done here; once something is typed, all that fits."""

    def __init__(
        self,
        window: QWidget,
        tasks: TaskScope,
        settings: QSettings,
        *,
        run: Callable[[Command, Context | None], object],
        go: Callable[[Place], object],
    ) -> None:
        super().__init__(window, 640, 440)
        self.setObjectName("palette")
        self.setAccessibleName(self.tr("Go to or do"))
        self._tasks, self._settings, self._run, self._go = tasks, settings, run, go
        self._commands = Commands()
        self._context: Callable[[], Context] = Context
        self._seen: Callable[[], list[Command]] = list
        self._client: EngineApi | None = None
        self._sections: list[Entry] = []
        self._here: list[Entry] = []
        self._things: list[Entry] = []
        self._documents: list[Entry] = []
        self.field = Field(self)
        self.field.setObjectName("palette_field")
        self.field.setProperty("place", "palette")
        self.field.setPlaceholderText(self.tr("Go to a source or document, or do something"))
        self.field.setAccessibleName(self.tr("Name of a command, source, account, run or document"))
        self.field.setAccessibleDescription(self.tr("Arrow keys choose, Enter does it, Escape closes"))
        self.field.textChanged.connect(self._typed)
        self.model = EntryModel()
        self._delegate = EntryDelegate(self.model)
        self.list = QListView()
        self.list.setObjectName("palette_list")
        self.list.setAccessibleName(self.tr("What fits"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(self._delegate)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._clicked)
        self._nothing = label("", "body", "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._nothing)
        top = row(icon_label("search", "muted", 20), self.field, space=theme.SPACE_S)
        top.setContentsMargins(theme.SPACE_L, theme.SPACE_S, theme.SPACE_M, theme.SPACE_S)
        below = row(self._stack)
        below.setContentsMargins(theme.SPACE_S, theme.SPACE_XS, theme.SPACE_S, theme.SPACE_S)
        self._top = top
        column(top, line(), below, parent=self, space=0, margin=SHADOW)

    def serve(
        self, commands: Commands, context: Callable[[], Context], seen: Callable[[], list[Command]] = list
    ) -> None:
        """What there is to do; `seen` tells what can be pressed besides."""
        self._commands, self._context, self._seen = commands, context, seen

    def attach(self, client: EngineApi) -> None:
        """The engine is there: things and documents can be found."""
        self._client = client

    def first(self) -> QWidget:
        """The field."""
        return self.field

    def open(self) -> None:
        """Show what was chosen last, and what can be done here."""
        context = self._context()
        self._here = command_entries(self._commands, context, self._run)
        self._here += seen_entries(self._seen(), context, self._run)
        self._sections = settings_entries(self._go)
        self._documents = []
        self.field.blockSignals(True)
        self.field.clear()
        self.field.blockSignals(False)
        self._show(keep=False)
        super().open()
        if self._client is not None:
            self._tasks.restart(self._load(self._client, context.place), "palette")

    def dismiss(self) -> None:
        """Close it; nothing goes on being looked for."""
        self._tasks.cancel("palette")
        self._tasks.cancel("palette documents")
        super().dismiss()

    def offered(self) -> list[Entry]:
        """All that could be reached when it was opened, whatever is typed."""
        return [*self._here, *self._things, *self._sections]

    def list_height(self) -> int:
        """What the lines need; a sentence in their place needs some too."""
        rows = range(min(self.model.rowCount(), MOST))
        return max(line_height() * 2, sum(self.list.sizeHintForRow(row) for row in rows))

    def _frame_height(self) -> int:
        """Everything but the list; the field knows its height once it is dressed."""
        self.field.ensurePolished()
        return self._top.sizeHint().height() + theme.SPACE_M + 4

    def refit(self) -> None:
        """As high as its lines are."""
        self.fit(self._frame_height() + self.list_height())

    def step(self, by: int) -> None:
        """Choose another line; from the last on to the first."""
        count = self.model.rowCount()
        if not count:
            return
        number = self.list.currentIndex().row() + by
        if abs(by) > 1:
            number = max(0, min(count - 1, number))
        self._choose_row(number % count)

    def choose(self) -> None:
        """Do what is chosen. What can't be done now stays where it is, with its reason."""
        index = self.list.currentIndex()
        if not index.isValid():
            return
        entry = self.model.entries[index.row()]
        if entry.reason:
            self._say(entry.reason)
            return
        self._remember(entry.id)
        self.dismiss()
        entry.run()

    # --- what fits ---

    def _typed(self, text: str) -> None:
        self._documents = []
        self._show(keep=False)
        query = text.strip()
        if self._client is not None and len(query) >= LEAST_LETTERS:
            self._tasks.restart(self._search(self._client, query), "palette documents")
        else:
            self._tasks.cancel("palette documents")

    async def _load(self, client: EngineApi, place: Place) -> None:
        self._things = await load_things(client, self._commands, place, self._run, self._go)
        self._show(keep=True)

    async def _search(self, client: EngineApi, query: str) -> None:
        from connectors.sdk import HeadwaterError

        await asyncio.sleep(PAUSE_SECONDS)
        try:
            self._documents = await find_documents(client, query, self._go)
        except HeadwaterError:
            return  # the way into the library stands there, and says there what is wrong
        self._show(keep=True)

    def _show(self, *, keep: bool) -> None:
        """Lay out what fits. `keep` leaves the choice where the person has put it."""
        query = self.field.text().strip()
        index = self.list.currentIndex()
        chosen = self.model.entries[index.row()].id if keep and index.row() > 0 else ""
        entries = self._found(query) if query else self._start()
        self.model.show_entries(entries)
        self._stack.setCurrentWidget(self.list if entries else self._nothing)
        self.refit()
        if not entries:
            self._nothing.setText(self.tr("Nothing is called “{0}”.").format(query))
            self._say(self._nothing.text())
            return
        self._choose_row(next((number for number, entry in enumerate(entries) if entry.id == chosen), 0))

    def _found(self, query: str) -> list[Entry]:
        found = best(query, self.offered(), MOST)
        found = [replace(entry, group="") for entry in found]
        if len(query) >= LEAST_LETTERS:
            found += self._documents
            if self._client is not None:
                found.append(search_entry(query, self._go))
        return found

    def _start(self) -> list[Entry]:
        """Nothing is typed yet: the last choices, what belongs to this place, and then the rest."""
        known = {entry.id: entry for entry in [*self._things, *self._sections, *self._here]}
        recent = [
            replace(known[id], group=self.tr("Recent")) for id in self._recent() if id in known and not known[id].reason
        ]
        shown = {entry.id for entry in recent}
        rest = [entry for entry in self._here if entry.id not in shown and not entry.reason]
        groups = dict.fromkeys([*first_groups(), *(entry.group for entry in rest)])
        return recent + [entry for group in groups for entry in rest if entry.group == group]

    # --- what was chosen before ---

    def _recent(self) -> list[str]:
        # A list of one comes back from the file as a text.
        stored: Any = self._settings.value(RECENT_KEY) or []
        return [stored] if isinstance(stored, str) else [str(id) for id in stored]

    def _remember(self, id: str) -> None:
        if id != "search":
            recent = [id, *(each for each in self._recent() if each != id)]
            self._settings.setValue(RECENT_KEY, recent[:RECENT])

    # --- choosing ---

    def _choose_row(self, number: int) -> None:
        index = self.model.index(number)
        self.list.setCurrentIndex(index)
        if number == 0:
            self.list.scrollToTop()  # its heading too
        else:
            self.list.scrollTo(index)
        count = self.model.rowCount()
        self._say(self.tr("{0}, {1} of {2}").format(self.model.entries[number].spoken(), number + 1, count))

    def _clicked(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        self.choose()

    def _say(self, text: str) -> None:
        """The focus stays in the field, so a screen reader is told of the list."""
        if self.isVisible():
            announce(self.field, text)
