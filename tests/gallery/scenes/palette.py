"""The palette and the sheet of keys."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.gallery.scene import Scene, does, keys, types
from widgets.pages.page import Place

CONTROL = Qt.KeyboardModifier.ControlModifier
OPEN = keys((CONTROL, Qt.Key.Key_K))

SCENES = (
    Scene("palette", page="palette", acts=(OPEN,), points=(37,)),
    Scene("palette-actions", page="palette", acts=(OPEN, types("palette_field", "sync"))),
    Scene("palette-objects", page="palette", acts=(OPEN, types("palette_field", "contracts"))),
    Scene("palette-nothing", page="palette", acts=(OPEN, types("palette_field", "zzz"))),
    Scene("palette-here", Place("activity"), page="palette", acts=(OPEN, types("palette_field", "errors"))),
    Scene("palette-refused", Place("library"), page="palette", acts=(OPEN, types("palette_field", "clear"))),
    Scene("keys", page="palette", acts=(does(lambda stage: stage.shell.served.sheet.open()),), points=(37,)),
    Scene("keys-narrow", page="palette", size=(900, 600), acts=(does(lambda stage: stage.shell.served.sheet.open()),)),
)
