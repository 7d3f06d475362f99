"""Finding a setting by a word of its name, its help or its choices, wherever it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.forms import FormState
from app.forms.search import search
from widgets import theme
from widgets.parts import column, label, plural

__all__ = ["Found", "SearchResults", "find"]


@dataclass(frozen=True)
class Found:
    """A setting, or an action, in a section. `pointer` "" is the section itself."""

    section: str
    title: str
    where: str
    pointer: str = ""


def find(
    text: str, titles: dict[str, str], states: dict[str, FormState], words: dict[str, Sequence[str]]
) -> list[Found]:
    """What has all words of the text. `words` are what the sections without a form are about."""
    wanted = text.casefold().split()
    if not wanted:
        return []
    found: list[Found] = []
    for section, title in titles.items():
        if all(word in title.casefold() for word in wanted):
            found.append(Found(section, title, ""))
        if section in states:
            state = states[section]
            found += [Found(section, match.label, title, state.pointer(match.path)) for match in search(state, text)]
        known = {one.title for one in found}
        for one in words.get(section, ()):
            if one not in known and all(word in one.casefold() for word in wanted):
                found.append(Found(section, one, title))
    return found


class SearchResults(QWidget):
    """Says `chosen` with what to go to."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._found: list[Found] = []
        self._count = label("", "detail", "muted", wrap=True)
        self.list = QListWidget()
        self.list.setObjectName("settings_found")
        self.list.setAccessibleName(self.tr("Settings found"))
        self.list.setProperty("ground", "window")
        self.list.itemActivated.connect(lambda item: self.take(self.list.row(item)))
        self.list.itemClicked.connect(lambda item: self.take(self.list.row(item)))
        column(self._count, self.list, parent=self, space=theme.SPACE_S, margin=theme.SPACE_XL).setStretch(1, 1)

    def show_found(self, found: list[Found]) -> None:
        """These, in the order of the page."""
        self._found = found
        self.list.clear()
        for one in found:
            text = self.tr("{setting}  ·  {section}").format(setting=one.title, section=one.where)
            item = QListWidgetItem(text if one.where else one.title)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one.title}, {one.where}" if one.where else one.title)
            self.list.addItem(item)
        many = plural(len(found), "{0} setting found", "{0} settings found")
        self._count.setText(many if found else self.tr("No setting is called that. Esc shows them all again."))
        self._count.setAccessibleName(self._count.text())

    def take(self, place: int) -> None:
        """Go to one of them."""
        if 0 <= place < len(self._found):
            self.chosen.emit(self._found[place])

    def enter(self) -> None:
        """Into the list by the arrow keys."""
        if self._found:
            self.list.setCurrentRow(max(0, self.list.currentRow()))
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
