"""Buttons as commands, so that the palette reaches whatever can be pressed without anyone having to list it.

`seen` finds the buttons of the window as it stands. `pressing` makes a command of one that comes and goes, which can
then say why it can't be done, and have keys of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QRadioButton,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid

from widgets.commands.command import Command, Context
from widgets.parts.inputs import INPUT
from widgets.parts.reveal import reveal

__all__ = ["name_of", "pressing", "seen"]

FIELDS = (QLineEdit, QComboBox, QAbstractSpinBox)
ANSWERS = (QCheckBox, QRadioButton)
"""Inputs in the shape of buttons."""


def tr(text: str) -> str:
    return QCoreApplication.translate("commands", text)


def seen(window: QWidget, named: Iterable[str], apart: Iterable[QWidget] = ()) -> list[Command]:
    """A command for each button that is seen, from the top down; not for those in `named`, which have one, nor for
    those inside a field or `apart`."""
    taken = set(named)
    apart = list(apart)
    found: dict[str, tuple[QPoint, QAbstractButton]] = {}
    for button in window.findChildren(QAbstractButton):
        text = name_of(button)
        if not text or not button.isVisible() or button.objectName() in taken or isinstance(button, ANSWERS):
            continue
        if any(panel.isAncestorOf(button) for panel in apart) or _in_a_field(button):
            continue
        found.setdefault(f"seen.{button.objectName()}.{text}", (button.mapTo(window, QPoint()), button))
    ordered = sorted(found.items(), key=lambda each: (each[1][0].y(), each[1][0].x()))
    return [_command(id, button) for id, (_at, button) in ordered]


def pressing(
    id: str,
    text: str,
    where: Callable[[], QWidget | None],
    button: str,
    page: str,
    *,
    absent: str,
    help: str = "",
    icon: str = "",
    keys: tuple[str, ...] = (),
    danger: bool = False,
) -> Command:
    """A command that presses the button of an objectName; `absent` says why there is none."""

    def find() -> QAbstractButton | None:
        inside = where()
        buttons = inside.findChildren(QAbstractButton, button) if inside is not None else []
        return next((one for one in buttons if one.isVisible()), None)

    def when(_context: Context) -> str | None:
        one = find()
        return absent if one is None else _refusal(one)

    def run(_context: Context) -> None:
        one = find()
        if one is not None:
            press(one)

    return Command(
        id,
        text,
        run,
        help=help,
        icon=icon,
        keys=keys,
        pages=frozenset({page}),
        danger=danger,
        when=when,
        buttons=(button,),
    )


def press(button: QAbstractButton) -> None:
    """As a person would, who sees it first."""
    reveal(button)
    if isinstance(button, QToolButton) and button.menu() is not None:
        button.showMenu()
    else:
        button.click()


def name_of(button: QAbstractButton) -> str:
    """What it is called for those who don't see it, else what stands on it."""
    return (button.accessibleName() or button.text()).replace("&", "").removesuffix("…").strip()


def _command(id: str, button: QAbstractButton) -> Command:
    def run(_context: Context) -> None:
        if isValid(button) and button.isVisible():
            press(button)

    def when(_context: Context) -> str | None:
        return _refusal(button) if isValid(button) else tr("it is gone")

    text = name_of(button)
    shown = button.text().replace("&", "")
    tip = button.toolTip().partition("\n")[0]
    shortcut = button.shortcut()
    return Command(
        id,
        text,
        run,
        help=tip if button.isEnabled() and not tip.startswith((text, shown or text)) else "",
        icon="check" if button.isCheckable() and button.isChecked() else "",
        keys=() if shortcut.isEmpty() else (shortcut.toString(),),
        danger=button.property("kind") == "danger",
        when=when,
        buttons=(button.objectName(),),
    )


def _refusal(button: QAbstractButton) -> str | None:
    if button.isEnabled():
        return None
    reason = button.toolTip().removesuffix(".")
    return reason[:1].lower() + reason[1:] if reason else tr("it can't be done now")


def _in_a_field(button: QAbstractButton) -> bool:
    outer = button.parentWidget()
    while outer is not None:
        if isinstance(outer, FIELDS) or outer.property(INPUT):
            return True
        outer = outer.parentWidget()
    return False
