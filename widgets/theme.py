"""One palette, one type scale, one spacing scale, for light and dark: the only module that holds colours and sizes.

Fusion is the style on every platform, with our palette and a small stylesheet for what Fusion draws with gradients.
Icons are SVG files with `currentColor`, drawn in a colour of the palette; `set_icon` remembers what a button wears, so
that `apply` can dress it again when the scheme changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Literal

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

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
    "pixmap",
    "set_icon",
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
"""Height of a table's row."""
ROW_TALL = 56
"""Height of a row with two lines."""

Scheme = Literal["system", "light", "dark"]
Role = Literal["text", "muted", "accent", "on_accent", "ok", "warning", "error", "border", "control_border"]
FontRole = Literal["title", "section", "body", "strong", "detail", "mono"]

ICONS = Path(__file__).resolve().parent.parent / "resources" / "icons"


@dataclass(frozen=True)
class Tokens:
    """The colours of one scheme, as #RRGGBB. `text` and `muted` reach 4.5:1 on all three grounds."""

    dark: bool
    window: str
    surface: str
    sunken: str
    border: str
    control_border: str
    hover: str
    selected: str
    text: str
    muted: str
    disabled: str
    accent: str
    accent_hover: str
    on_accent: str
    ok: str
    warning: str
    error: str
    ok_ground: str
    warning_ground: str
    error_ground: str
    accent_ground: str
    match: str


LIGHT = Tokens(
    dark=False,
    window="#F5F6F8",
    surface="#FFFFFF",
    sunken="#ECEEF2",
    border="#DCDFE5",
    control_border="#858C98",
    hover="#EDEFF3",
    selected="#E3ECFC",
    text="#1A1D21",
    muted="#545C68",
    disabled="#8B929D",
    accent="#1F5FD6",
    accent_hover="#1A52BA",
    on_accent="#FFFFFF",
    ok="#146C43",
    warning="#8A5A00",
    error="#B3261E",
    ok_ground="#E7F3EC",
    warning_ground="#FBF2DE",
    error_ground="#FBEAE9",
    accent_ground="#E8F0FD",
    match="#FFE9A8",
)

DARK = Tokens(
    dark=True,
    window="#15171B",
    surface="#1C1F24",
    sunken="#111316",
    border="#30353E",
    control_border="#707986",
    hover="#242830",
    selected="#24344F",
    text="#E9EBEE",
    muted="#A0A8B4",
    disabled="#6F7783",
    accent="#7FAAFF",
    accent_hover="#9BBDFF",
    on_accent="#0B1220",
    ok="#5BD197",
    warning="#F2BD4B",
    error="#FF8A80",
    ok_ground="#18302A",
    warning_ground="#33291A",
    error_ground="#3A2224",
    accent_ground="#1E2B42",
    match="#5C4A12",
)


class Notifier(QObject):
    """Tells what paints by itself that the scheme has changed."""

    changed = Signal()


_notifier = Notifier()
theme_changed = _notifier.changed
_current = LIGHT
_follows_system = False


def tokens() -> Tokens:
    """The colours in force."""
    return _current


def color(role: str) -> QColor:
    """A token as QColor."""
    return QColor(getattr(_current, role))


def apply(app: QApplication, scheme: Scheme = "system") -> None:
    """Dress the application. With "system" it follows the system's scheme from now on."""
    global _current, _follows_system
    hints = app.styleHints()
    if scheme == "system" and not _follows_system:
        hints.colorSchemeChanged.connect(_system_changed)
    elif scheme != "system" and _follows_system:
        hints.colorSchemeChanged.disconnect(_system_changed)
    _follows_system = scheme == "system"
    dark = hints.colorScheme() == Qt.ColorScheme.Dark if scheme == "system" else scheme == "dark"
    chosen = DARK if dark else LIGHT
    dressed = app.property("headwater_dressed")
    if dressed and chosen is _current:
        return
    _current = chosen
    if not dressed:
        app.setStyle("Fusion")
        app.setProperty("headwater_dressed", True)
    app.setFont(font("body"))
    app.setPalette(_palette(_current))
    app.setStyleSheet(_stylesheet(_current))
    _pixmap.cache_clear()
    for widget in app.allWidgets():
        if isinstance(widget, QAbstractButton) and widget.property("headwater_icon"):
            name, role, size = str(widget.property("headwater_icon")).split()
            _dress(widget, name, role, int(size))
    _notifier.changed.emit()


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
    size, weight = _SIZES[role]
    kind = QFontDatabase.SystemFont.FixedFont if role == "mono" else QFontDatabase.SystemFont.GeneralFont
    made = QFontDatabase.systemFont(kind)
    if role == "mono" and not QFontInfo(made).fixedPitch():
        made.setFamily("monospace")
    made.setPixelSize(size)
    made.setWeight(weight)
    return made


# --- icons -----------------------------------------------------------------------------------------------------------


def icon(name: str, role: str = "text", size: int = 16) -> QIcon:
    """The drawing `name` in a colour of the palette, greyed where disabled. An unknown name gives the plug."""
    made = QIcon()
    for ratio in (1.0, 2.0):
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


def set_icon(button: QAbstractButton, name: str, role: str = "text", size: int = 16) -> None:
    """Give a button an icon that follows the scheme."""
    button.setProperty("headwater_icon", f"{name} {role} {size}")
    _dress(button, name, role, size)


def _dress(button: QAbstractButton, name: str, role: str, size: int) -> None:
    button.setIcon(icon(name, role, size))
    button.setIconSize(QSize(size, size))


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
    return Template(_SHEET).substitute(
        values, radius=RADIUS, icons=ICONS.as_posix(), scheme="dark" if t.dark else "light"
    )


def repolish(widget: QWidget) -> None:
    """Let a changed property that the stylesheet selects on take effect."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


_SHEET = (Path(__file__).with_name("theme.qss")).read_text(encoding="utf-8")
