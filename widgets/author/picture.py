"""Paints a whole form into a picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from widgets.author.examine import keywords_for, opened
from widgets.author.reading import Source, values_for
from widgets.form import FormView
from widgets.form.later import Later
from widgets.form.view import WIDTH

MARGIN = 24
TALLEST = 16_000
"""More than this no viewer shows."""


def paint(source: Source, values: Path | None, override: Path | None, target: Path) -> None:
    """The form as it opens, with its values, from top to bottom."""
    with opened(FormView(source.read(), **keywords_for(override))) as view:
        given = values_for(source, values)
        if given is not None:
            view.set_value(given)
        grab(view, target)


def grab(view: FormView, target: Path) -> None:
    """Puts a form on a ground of its own, lets it take the height it needs, and saves the picture."""
    ground = QWidget()
    ground.setAutoFillBackground(True)
    column = QVBoxLayout(ground)
    column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
    column.addWidget(view)
    # Laid out and painted like any window, but never put on a screen, where it could be no taller than that.
    ground.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    ground.resize(WIDTH + 2 * MARGIN, MARGIN)
    ground.show()
    height = 0
    while height != ground.height():  # wrapped texts and rows of chips know their height only at their width
        height = ground.height()
        for later in view.findChildren(Later):
            later.build()
        QCoreApplication.sendPostedEvents()
        ground.resize(ground.width(), min(column.totalHeightForWidth(ground.width()), TALLEST))
    focus = QApplication.focusWidget()
    if focus is not None:
        focus.clearFocus()
    ground.grab().save(str(target))
    view.setParent(None)
    ground.close()
    ground.deleteLater()
