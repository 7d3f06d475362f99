"""The window around the pages: starting, failing, closing, locked, narrow, with notices."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt

from connectors.sdk import TransientError
from tests.gallery.scene import Act, Scene, Stage, does, keys
from tests.gallery.scenes.common import ENGINE_GONE, gauges
from widgets.parts.panels import Banner

START_FAILED = TransientError(
    "Another program holds the database",
    where="~/.local/share/headwater/library.db",
    remedy="Close it and try again.",
    detail="apsw.BusyError: database is locked",
)


def start_failed(stage: Stage) -> None:
    """The engine did not come."""
    stage.shell.show_failure(START_FAILED.info())


def lost(stage: Stage) -> None:
    """The engine has just died."""
    assert stage.shell.feed is not None
    stage.shell.feed.lost.emit(ENGINE_GONE)


def found(stage: Stage) -> None:
    """And was started again."""
    stage.shell._engine_found()


def closing(tray: bool) -> Act:
    """The window is closed while a sync runs."""

    def act(stage: Stage) -> None:
        stage.shell.tray_available = tray
        stage.shell.ask_to_close()

    return act


async def three(stage: Stage) -> None:
    """As many notices as there may be."""
    said = QCoreApplication.translate
    gone = said("bulk", "{0} and its documents were removed.").format("Contracts")
    stage.shell.show_notice(Banner(gone, action_text=said("bulk", "Undo")))
    await stage.rest()
    stage.shell.report(ENGINE_GONE)
    await stage.rest()
    stage.shell.show_notice(
        Banner(said("ConnectionActions", "Saved {0}.").format("contracts.json"), icon="export", ground="ok")
    )


SCENES = (
    Scene("starting", engine="none", page="window"),
    Scene("engine-failed", engine="none", page="window", before=(does(start_failed),)),
    Scene("engine-lost", page="window", acts=(does(lost),)),
    Scene("engine-restarted", page="window", acts=(does(found),)),
    Scene("closing", page="window", acts=(does(closing(True)),)),
    Scene("closing-no-tray", page="window", acts=(does(closing(False)),)),
    Scene("notices", page="window", acts=(does(three),)),
    Scene("narrow", page="window", size=(900, 600), acts=(does(gauges),)),
    Scene("wide", page="window", size=(1920, 1080), acts=(does(gauges),)),
    Scene("focus-in-rail", page="window", acts=(keys(Qt.Key.Key_Tab, Qt.Key.Key_Tab),)),
)
