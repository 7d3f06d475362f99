"""The palette's contrast, and icons that follow it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from widgets import theme
from widgets.tokens import DARK, LIGHT, Tokens


def luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.point(40)
def test_text_reaches_4_5_on_every_ground(tokens: Tokens) -> None:
    grounds = ("window", "surface", "sunken", "hover", "selected")
    tinted = {"ok": "ok_ground", "warning": "warning_ground", "error": "error_ground", "accent": "accent_ground"}
    pairs = [(role, ground) for role in ("text", "muted") for ground in (*grounds, *tinted.values())]
    pairs += [(role, ground) for role in tinted for ground in ("window", "surface", "selected", tinted[role])]
    pairs += [("on_accent", "accent"), ("on_accent", "accent_hover"), ("text", "match")]
    low = {
        pair: round(value, 2)
        for pair in pairs
        if (value := contrast(getattr(tokens, pair[0]), getattr(tokens, pair[1]))) < 4.5
    }
    assert not low


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_borders_of_controls_reach_3(tokens: Tokens) -> None:
    assert contrast(tokens.control_border, tokens.surface) >= 3
    assert contrast(tokens.control_border, tokens.window) >= 3


def test_every_state_has_a_drawing() -> None:
    from widgets.parts import states

    missing = [look.icon for look in states._LOOKS.values() if not (theme.ICONS / f"{look.icon}.svg").is_file()]
    assert not missing


def test_an_unknown_icon_is_the_plug(themed: QApplication) -> None:
    assert theme.pixmap("../../etc/passwd").toImage() == theme.pixmap("plug").toImage()


def test_icons_change_with_the_scheme(themed: QApplication) -> None:
    button = QPushButton()
    theme.set_icon(button, "sync")
    before = button.icon().pixmap(16, 16).toImage()
    theme.apply(themed, "dark")
    after = button.icon().pixmap(16, 16).toImage()
    theme.apply(themed, "light")
    assert before != after
    assert button.icon().pixmap(16, 16).toImage() == before
