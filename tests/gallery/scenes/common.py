"""What scenes of several pages are made of."""

from __future__ import annotations

from app.api import Gauge, RunCounts
from connectors.sdk import TransientError
from tests.gallery.scene import Given, Stage
from tests.widgets.fake_engine import FakeEngine, replace
from widgets.pages.page import Place

__all__ = ["ENGINE_GONE", "LONG", "connection", "gauges", "many", "rename"]

ENGINE_GONE = TransientError(
    "The engine that this was asked of has ended",
    remedy="Try again; an engine is started when there is none.",
    detail="ConnectionResetError: [Errno 104] Connection reset by peer",
)
LONG = (
    "Contracts, agreements and amendments of all subsidiaries in Europe, the Middle East and Africa, "
    "with their annexes, translations and correspondence since the foundation of the company, signed or not, v2"
)
"""Two hundred characters."""


def connection(name: str, tab: str = "", filter: str = "") -> Place:
    """A connection's page."""
    return Place("connection", name, tab, filter)


async def gauges(stage: Stage) -> None:
    """The running sync tells how far it is."""
    for view in await stage.engine.connections():
        if view.active_run is None:
            continue
        counts = RunCounts(documents=4120, new=118, changed=31, unchanged=3971, failed=2, bytes=48_200_000)
        gauge = Gauge(
            run_id=view.active_run.id,
            connection_id=view.id,
            counts=counts,
            total=9800,
            rate=1240,
            current="2024/legal/nda.docx",
        )
        stage.engine.emit(gauge=gauge)


def many(number: int) -> Given:
    """So many connections."""

    def given(engine: FakeEngine) -> None:
        for count in range(number - len(engine._connections)):
            engine.make_connection(
                f"Team {count + 1:03}",
                "folder",
                "up_to_date",
                "Up to date",
                documents=120 + count,
                last_ok_at=engine.now,
            )

    return given


def rename(name: str, new: str) -> Given:
    """A connection of another name."""

    def given(engine: FakeEngine) -> None:
        for view in list(engine._connections.values()):
            if view.name == name:
                engine.put(replace(view, name=new))

    return given
