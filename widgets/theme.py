"""One palette, one type scale, one spacing scale, for light and dark: with `tokens` the only module that holds colours
and sizes.

Text is drawn at 100 to 200 % of its usual size. `apply` changes colours and size while the window runs: a font that a
widget was given from the scale grows with it, heights that hold lines of text (`scaled`, ROW, ROW_TALL) do for whoever
asks after `theme_changed`. Motion is what `motion_ms` allows; with reduced motion that is none.

Fusion is the style on every platform, with our palette and a small stylesheet for what Fusion draws with gradients.
Icons are SVG files with `currentColor`, drawn in a colour of the palette; `set_icon` remembers what a button wears, so
that `apply` can dress it again when the scheme changes.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Literal

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from widgets.tokens import DARK, LIGHT, Tokens

__all__ = [
    "RADIUS",
    "ROW",
    "ROW_TALL",
    "SPACE_L",
    "SPACE_M",
    "SPACE_S",
    "SPACE_XL",
    "SPACE_XS",
    "SPACE_XXL",
    "FontRole",
    "Role",
    "Scheme",
    "Tokens",
    "apply",
    "color",
    "font",
    "icon",
    "icon_pixels",
    "lettered",
    "line_height",
    "metrics",
    "motion_ms",
    "pixmap",
    "scaled",
    "set_icon",
    "text_size",
    "theme_changed",
    "tokens",
]

SPACE_XS = 4
SPACE_S = 8
SPACE_M = 12
SPACE_L = 16
SPACE_XL = 24
SPACE_XXL = 32
RADIUS = 6
ROW = 32
"""Height of a table's row, at the text's size."""
ROW_TALL = 56
"""Height of a row with two lines, at the text's size."""
LINE = 17
"""Height of a line of body text at 100 %."""
LEADING = 4
"""Between lines that are painted by hand."""
MOTION_MS = 120
"""How long it takes to show where something went."""

Scheme = Literal["system", "light", "dark"]
Role = Literal["text", "muted", "accent", "on_accent", "ok", "warning", "error", "border", "control_border"]
FontRole = Literal["title", "section", "body", "strong", "detail", "mono"]

LETTERS = "0123456789 abcdefghijklmnopqrstuvwxyz"
LETTERS_WIDE = 257
"""Pixels of these in Noto Sans, as large as the body of a text is."""
ICONS = Path(__file__).resolve().parent.parent / "resources" / "icons"


class Notifier(QObject):
    """Tells what paints by itself that the scheme has changed."""

    changed = Signal()


_notifier = Notifier()
theme_changed = _notifier.changed
_current = LIGHT
_follows_system = False
_percent = 100
_still = False


def tokens() -> Tokens:
    """The colours in force."""
    return _current


def color(role: str) -> QColor:
    """A token as QColor."""
    return QColor(getattr(_current, role))


def text_size() -> int:
    """The size of text in force, in percent."""
    return _percent


def scaled(pixels: float) -> int:
    """A length that text fills, at the text's size."""
    return round(pixels * _percent / 100)


def lettered(pixels: float) -> int:
    """A length that was measured for letters of a usual width, for those of the font that there is."""
    return round(scaled(pixels) * max(1.0, metrics().horizontalAdvance(LETTERS) / scaled(LETTERS_WIDE)))


def motion_ms() -> int:
    """How long a movement may take; 0 where nothing is to move."""
    return 0 if _still else MOTION_MS


def apply(
    app: QApplication,
    scheme: Scheme = "system",
    *,
    text_size: int | None = None,
    reduced_motion: bool | None = None,
) -> None:
    """Dress the application. With "system" it follows the system's scheme from now on; None leaves a thing as it is."""
    global _current, _follows_system
    if reduced_motion is not None:
        _set_motion(app, reduced_motion)
    hints = app.styleHints()
    if scheme == "system" and not _follows_system:
        hints.colorSchemeChanged.connect(_system_changed)
    elif scheme != "system" and _follows_system:
        hints.colorSchemeChanged.disconnect(_system_changed)
    _follows_system = scheme == "system"
    dark = hints.colorScheme() == Qt.ColorScheme.Dark if scheme == "system" else scheme == "dark"
    chosen = DARK if dark else LIGHT
    dressed = app.property("headwater_dressed")
    before = _percent
    if dressed and chosen is _current and text_size in (None, before):
        return
    _current = chosen
    if text_size is not None:
        _set_text_size(text_size)
    if not dressed:
        app.setStyle("Fusion")
        app.setProperty("headwater_dressed", True)
    sizes = _own_sizes(app, before) if _percent != before else {}
    app.setFont(font("body"))
    app.setPalette(_palette(_current))
    app.setStyleSheet(_stylesheet(_current))
    for widget, usual in sizes.items():  # after the stylesheet, which gives back fonts that it found earlier
        own = widget.font()
        own.setPixelSize(scaled(usual))
        widget.setFont(own)
    _pixmap.cache_clear()
    for widget in app.allWidgets():
        if isinstance(widget, QAbstractButton) and widget.property("headwater_icon"):
            name, role, size = str(widget.property("headwater_icon")).split()
            _dress(widget, name, role, int(size))
    _notifier.changed.emit()


def _set_text_size(percent: int) -> None:
    global _percent, ROW, ROW_TALL
    _percent = percent
    ROW, ROW_TALL = 32 + _grown(1), 56 + _grown(2)


def _grown(lines: int) -> int:
    """By how much so many lines of text are higher than at 100 %."""
    return scaled(LINE * lines) - LINE * lines


def _own_sizes(app: QApplication, before: int) -> dict[QWidget, float]:
    """What size at 100 % each widget's text has that was given a font of its own; the others follow the application."""
    usual = {round(size * before / 100): size for size, _weight in _SIZES.values()}
    found: dict[QWidget, float] = {}
    for widget in app.allWidgets():
        pixels = widget.font().pixelSize()
        if pixels > 0 and widget.testAttribute(Qt.WidgetAttribute.WA_SetFont):
            known = float(widget.property("headwater_text") or 0)
            if not known or round(known * before / 100) != pixels:  # it was given another one since
                known = usual.get(pixels, pixels * 100 / before)
            found[widget] = known
            widget.setProperty("headwater_text", found[widget])
    return found


def _set_motion(app: QApplication, still: bool) -> None:
    global _still, _usual_effects
    if still == _still:
        return
    _still = still
    if still:
        _usual_effects = {effect: app.isEffectEnabled(effect) for effect in _EFFECTS}, app.cursorFlashTime()
    if _usual_effects is not None:
        effects, flash = _usual_effects
        for effect, usual in effects.items():
            app.setEffectEnabled(effect, usual and not still)
        app.setCursorFlashTime(0 if still else flash)
    _notifier.changed.emit()


_EFFECTS = tuple(effect for effect in Qt.UIEffect if effect is not Qt.UIEffect.UI_General)
_usual_effects: tuple[dict[Qt.UIEffect, bool], int] | None = None


def _system_changed() -> None:
    app = QApplication.instance()
    if isinstance(app, QApplication):
        apply(app, "system")


# --- type ------------------------------------------------------------------------------------------------------------

_SIZES: dict[str, tuple[int, QFont.Weight]] = {
    "title": (20, QFont.Weight.DemiBold),
    "section": (15, QFont.Weight.DemiBold),
    "body": (13, QFont.Weight.Normal),
    "strong": (13, QFont.Weight.DemiBold),
    "detail": (12, QFont.Weight.Normal),
    "mono": (12, QFont.Weight.Normal),
}


def font(role: FontRole = "body") -> QFont:
    """The system's font in one of the sizes of the scale."""
    return QFont(_font(role, _percent))


def metrics(role: FontRole = "body") -> QFontMetrics:
    """What its texts measure."""
    return _metrics(role, _percent)


def line_height(role: FontRole = "body") -> int:
    """How much room one line of it wants where lines follow one another."""
    return _metrics(role, _percent).height() + LEADING


@lru_cache(maxsize=32)
def _metrics(role: FontRole, percent: int) -> QFontMetrics:
    return QFontMetrics(_font(role, percent))


@lru_cache(maxsize=32)
def _font(role: FontRole, percent: int) -> QFont:
    size, weight = _SIZES[role]
    kind = QFontDatabase.SystemFont.FixedFont if role == "mono" else QFontDatabase.SystemFont.GeneralFont
    made = QFontDatabase.systemFont(kind)
    if role == "mono" and not QFontInfo(made).fixedPitch():
        made.setFamily("monospace")
    made.setPixelSize(round(size * percent / 100))
    made.setWeight(weight)
    return made


# --- icons -----------------------------------------------------------------------------------------------------------


def icon(name: str, role: str = "text", size: int = 16) -> QIcon:
    """The drawing `name` in a colour of the palette, greyed where disabled. An unknown name gives the plug."""
    made = QIcon()
    for ratio in sorted({1.0, 2.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}):
        made.addPixmap(pixmap(name, role, size, ratio), QIcon.Mode.Normal)
        made.addPixmap(pixmap(name, "disabled", size, ratio), QIcon.Mode.Disabled)
    return made


def pixmap(name: str, role: str = "text", size: int = 16, ratio: float | None = None) -> QPixmap:
    """The same for painting by hand, at the screen's own density unless `ratio` is given."""
    if ratio is None:
        app = QGuiApplication.instance()
        ratio = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
    return _pixmap(name, getattr(_current, role), size, ratio)


@lru_cache(maxsize=512)
def _pixmap(name: str, tint: str, size: int, ratio: float) -> QPixmap:
    # Strokes stay 1.5 px at every size, so that icons of different sizes look drawn with one pen.
    svg = (
        _svg(name)
        .replace("currentColor", tint)
        .replace('stroke-width="1.5"', f'stroke-width="{(30 if size > 16 else 27) / size:.3f}"')
    )
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    drawn = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    renderer.render(painter, QRectF(0, 0, size * ratio, size * ratio))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn


@lru_cache(maxsize=128)
def _svg(name: str) -> str:
    file = ICONS / f"{name}.svg"
    if "/" in name or "\\" in name or not file.is_file():
        file = ICONS / "plug.svg"
    return file.read_text(encoding="utf-8")


def icon_pixels(size: int) -> int:
    """How large an icon is drawn beside text: it grows half as much as the text does."""
    return round(size * (_percent + 100) / 200)


def set_icon(button: QAbstractButton, name: str, role: str = "text", size: int = 16) -> None:
    """Give a button an icon that follows the scheme."""
    button.setProperty("headwater_icon", f"{name} {role} {size}")
    _dress(button, name, role, size)


def _dress(button: QAbstractButton, name: str, role: str, size: int) -> None:
    drawn = icon_pixels(size)
    button.setIcon(icon(name, role, drawn))
    button.setIconSize(QSize(drawn, drawn))


# --- palette and stylesheet ------------------------------------------------------------------------------------------


def _palette(t: Tokens) -> QPalette:
    # Base, Text, Mid, Highlight and the rest are all set: with only some of them, inputs come out black in dark.
    group, role = QPalette.ColorGroup, QPalette.ColorRole
    palette = QPalette()
    pairs = {
        role.Window: t.window,
        role.WindowText: t.text,
        role.Base: t.surface,
        role.AlternateBase: t.sunken,
        role.Text: t.text,
        role.PlaceholderText: t.muted,
        role.Button: t.surface,
        role.ButtonText: t.text,
        role.BrightText: t.error,
        role.Highlight: t.accent,
        role.HighlightedText: t.on_accent,
        role.Accent: t.accent,
        role.Link: t.accent,
        role.LinkVisited: t.accent,
        role.ToolTipBase: t.surface,
        role.ToolTipText: t.text,
        role.Light: t.hover,
        role.Midlight: t.border,
        role.Mid: t.border,
        role.Dark: t.control_border,
        role.Shadow: "#000000",
    }
    for which, value in pairs.items():
        palette.setColor(which, QColor(value))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(group.Disabled, which, QColor(t.disabled))
    palette.setColor(group.Disabled, role.Highlight, QColor(t.sunken))
    return palette


def _stylesheet(t: Tokens) -> str:
    values = {name: value for name, value in vars(t).items() if isinstance(value, str)}
    grown = _grown(1)
    heights = {f"h{usual}": str(usual + grown) for usual in (18, 20, 22, 24, 26, 28, 30, 32, 34)}
    return Template(_SHEET).substitute(
        values,
        **heights,
        box=str(16 + grown // 3),
        section=str(scaled(_SIZES["section"][0])),
        radius=RADIUS,
        icons=ICONS.as_posix(),
        scheme="dark" if t.dark else "light",
    )


def repolish(widget: QWidget) -> None:
    """Let a changed property that the stylesheet selects on take effect."""
    style, own = widget.style(), widget.font()
    has_own = widget.testAttribute(Qt.WidgetAttribute.WA_SetFont)
    style.unpolish(widget)
    style.polish(widget)
    if has_own:  # which the stylesheet takes away
        widget.setFont(own)


_SHEET = (Path(__file__).with_name("theme.qss")).read_text(encoding="utf-8")
