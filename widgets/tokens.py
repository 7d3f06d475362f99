"""The colours of the two schemes, with contrast that tests hold them to. `theme` is the way to them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DARK", "LIGHT", "Tokens"]


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
