"""Small builders for what every page is made of, so that a page reads as its content and not as its set-up."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from widgets import theme
from widgets.parts.foreign import one_line, tame
from widgets.parts.words import native_keys

__all__ = [
    "Ground",
    "Kind",
    "button",
    "column",
    "frame",
    "heading",
    "icon_label",
    "label",
    "line",
    "row",
    "tool_button",
]

Kind = Literal["", "primary", "quiet", "link", "danger"]
Ground = Literal["surface", "window", "sunken", "card", "ok", "warning", "error", "accent", "branch"]
Tone = Literal["", "muted", "ok", "warning", "error", "accent"]


class Label(QLabel):
    """A text that begins where reading begins. Qt lets a text in another script begin at its own side, so that an
    English error in an Arabic window stood apart from its icon. Nothing in it turns what stands around it."""

    def __init__(self, text: str) -> None:
        super().__init__(tame(text))
        self._wanted = self.alignment()
        if self.isRightToLeft():
            self._align()

    def setText(self, text: str) -> None:
        """Lines only where there is room for them."""
        super().setText(tame(text) if self.wordWrap() else one_line(text))

    def sizeHint(self) -> QSize:
        """With room for the letter that is underlined: it is set apart, and so not as close to the next as measured."""
        return super().sizeHint() + QSize(self._apart(), 0)

    def minimumSizeHint(self) -> QSize:
        """See `sizeHint`."""
        return super().minimumSizeHint() + QSize(self._apart(), 0)

    def _apart(self) -> int:
        before, mark, after = self.text().partition("&")
        if not mark or self.buddy() is None or self.wordWrap():
            return 0
        wide = QFontMetricsF(self.font()).horizontalAdvance
        parts = wide(before) + wide(after[:1]) + wide(after[1:])
        return max(0, ceil(parts - wide(before + after)))

    def setAlignment(self, alignment: Qt.AlignmentFlag) -> None:
        """Left is where reading begins, right where it ends."""
        self._wanted = alignment
        self._align()

    def changeEvent(self, event: QEvent) -> None:
        """The other way round from now on."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._align()

    def _align(self) -> None:
        seen = QStyle.visualAlignment(self.layoutDirection(), self._wanted)
        super().setAlignment(seen | Qt.AlignmentFlag.AlignAbsolute)


def label(
    text: str = "", role: theme.FontRole = "body", tone: Tone = "", *, wrap: bool = False, select: bool = False
) -> QLabel:
    """A text in the type scale. Plain text always: what a source says is never taken for markup."""
    made = Label(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setFont(theme.font(role))
    if tone:
        made.setProperty("tone", tone)
    if wrap:
        made.setWordWrap(True)
        policy = made.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        made.setSizePolicy(policy)
    if select:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def heading(text: str) -> QLabel:
    """A section's heading."""
    return label(text, "section")


class IconLabel(QLabel):
    """An icon without action; follows the scheme."""

    def __init__(self, name: str, role: str, size: int) -> None:
        super().__init__()
        self._what = (name, role, size)
        self._draw()
        theme.theme_changed.connect(self._draw)

    def show_icon(self, name: str, role: str) -> None:
        """Another drawing in its place."""
        if self._what[:2] != (name, role):
            self._what = (name, role, self._what[2])
            self._draw()

    def _draw(self) -> None:
        name, role, size = self._what
        drawn = theme.icon_pixels(size)
        self.setFixedSize(drawn, drawn)
        self.setPixmap(theme.pixmap(name, role, drawn))


def icon_label(name: str, role: str = "muted", size: int = 16) -> IconLabel:
    return IconLabel(name, role, size)


def button(
    text: str,
    on_click: Callable[[], object] | None = None,
    *,
    kind: Kind = "",
    icon: str = "",
    name: str = "",
    tip: str = "",
    shortcut: str | QKeySequence.StandardKey = "",
) -> QPushButton:
    """A push button. `name` is its objectName, `kind` its weight: one primary per view."""
    made = QPushButton(text)
    made.setAutoDefault(True)  # Enter presses the button that has the focus, as Space does
    if made.isRightToLeft():
        made.setProperty("rtl", "true")
    if kind:
        made.setProperty("kind", kind)
    if icon:
        role = {"primary": "on_accent", "danger": "error", "link": "accent"}.get(kind, "text")
        theme.set_icon(made, icon, role)
    _finish(made, text, on_click, name, tip, shortcut)
    return made


def tool_button(
    icon: str,
    text: str,
    on_click: Callable[[], object] | None = None,
    *,
    name: str = "",
    shortcut: str = "",
    size: int = 16,
) -> QToolButton:
    """An icon alone; `text` is its tooltip and what a screen reader says."""
    made = QToolButton()
    theme.set_icon(made, icon, "muted", size)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    _finish(made, text, on_click, name, text, shortcut)
    return made


def _finish(
    made: QAbstractButton,
    text: str,
    on_click: Callable[[], object] | None,
    name: str,
    tip: str,
    shortcut: str | QKeySequence.StandardKey,
) -> None:
    made.setAccessibleName(text.replace("&&", "\0").replace("&", "").replace("\0", "&"))
    made.setCursor(Qt.CursorShape.ArrowCursor)
    if name:
        made.setObjectName(name)
    if shortcut:
        made.setShortcut(QKeySequence(shortcut))
        tip = f"{tip or text}  {native_keys(shortcut)}"
    if tip:
        made.setToolTip(tip)
    if on_click is not None:
        # Qt hands over `checked`, which no action here asks for.
        made.clicked.connect(lambda *_: on_click())


def frame(ground: Ground = "card") -> QFrame:
    """A ground with the palette's colour behind its children."""
    made = QFrame()
    made.setProperty("ground", ground)
    return made


def line(vertical: bool = False) -> QFrame:
    """A hairline."""
    made = QFrame()
    made.setProperty("ground", "line")
    if vertical:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made


def row(
    *items: QWidget | QLayout | int | None, parent: QWidget | None = None, space: int = theme.SPACE_S, margin: int = 0
) -> QHBoxLayout:
    """Items side by side; None stretches, a number is a gap."""
    made = QHBoxLayout(parent) if parent is not None else QHBoxLayout()
    _fill(made, items, space, margin)
    return made


def column(
    *items: QWidget | QLayout | int | None, parent: QWidget | None = None, space: int = theme.SPACE_S, margin: int = 0
) -> QVBoxLayout:
    """Items below each other; None stretches, a number is a gap."""
    made = QVBoxLayout(parent) if parent is not None else QVBoxLayout()
    _fill(made, items, space, margin)
    return made


def _fill(layout: QHBoxLayout | QVBoxLayout, items: tuple[object, ...], space: int, margin: int) -> None:
    layout.setSpacing(space)
    layout.setContentsMargins(margin, margin, margin, margin)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
