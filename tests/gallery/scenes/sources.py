"""Sources: the list in all states, narrowed, empty, and what is done from it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.gallery.scene import Scene, answers, does, hangs, keys, pick, press, types
from tests.gallery.scenes.common import LONG, gauges, many, rename

SCENES = (
    Scene("sources", acts=(does(gauges),), points=(32, 34, 40)),
    Scene("first-start", engine="empty", points=(6,)),
    Scene("sources-loading", given=(hangs("connections"),)),
    Scene("sources-chosen", acts=(pick("connections", 1),)),
    Scene("sources-attention", acts=(press("chip_needs_attention"),), points=(34,)),
    Scene("sources-search", acts=(types("search", "con"),)),
    Scene("sources-nothing", acts=(types("search", "zzz"),)),
    Scene("sources-many", given=(many(200),)),
    Scene("sources-long-names", given=(rename("Contracts", LONG), rename("Archive", LONG[::-1])), acts=(does(gauges),)),
    Scene("sources-one", given=(answers(connections=[]),), points=(6,)),
    Scene("sources-removed", acts=(pick("connections", 6), keys(Qt.Key.Key_Delete))),
)
