"""Sources: the list in all states, narrowed, empty, and what is done from it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.gallery.scene import Scene, Stage, does, fails, hangs, keys, pick, press, types
from tests.gallery.scenes.common import ENGINE_GONE, LONG, gauges, many, rename
from tests.widgets.fake_data import stand
from tests.widgets.fake_engine import FakeEngine

WITHOUT_A_SPACE = "quarterly_report_of_the_north_" * 7


def paused(engine: FakeEngine) -> None:
    """A sync that waits for its person."""
    stand(engine, next(view for view in engine._connections.values() if view.name == "Release notes"), run="paused")


def alone(engine: FakeEngine) -> None:
    """There is one connection."""
    for view in list(engine._connections.values()):
        if view.name != "Company drive":
            del engine._connections[view.id]


def choose_all(stage: Stage) -> None:
    """Several rows are chosen."""
    stage.page.list.selectAll()
    stage.page.list.setFocus()


def away(stage: Stage) -> None:
    """The engine has gone while the list is looked at."""
    assert stage.shell.feed is not None
    stage.shell.feed.lost.emit(ENGINE_GONE)


SCENES = (
    Scene("sources", acts=(does(gauges),), points=(32, 34, 40)),
    Scene("first-start", engine="empty", points=(6,)),
    Scene("sources-loading", given=(hangs("connections"),)),
    Scene("sources-chosen", acts=(pick("connections", 1),)),
    Scene("sources-selection", given=(paused,), acts=(does(choose_all),)),
    Scene("sources-offline", given=(fails(ENGINE_GONE, "connections"),)),
    Scene("sources-engine-lost", acts=(does(gauges), does(away))),
    Scene("sources-attention", acts=(press("chip_needs_attention"),), points=(34,)),
    Scene("sources-search", acts=(types("search", "con"),)),
    Scene("sources-nothing", acts=(types("search", "zzz"),)),
    Scene("sources-many", given=(many(200),)),
    Scene(
        "sources-long-names",
        given=(rename("Contracts", LONG), rename("Archive", WITHOUT_A_SPACE)),
        acts=(does(gauges),),
    ),
    Scene("sources-one", given=(alone,)),
    Scene("sources-removed", acts=(pick("connections", 6), keys(Qt.Key.Key_Delete))),
)
