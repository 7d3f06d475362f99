"""A connection's page: its four tabs, whatever has become of it."""

from __future__ import annotations

from typing import Any

from app.api import DocumentPage, RunView
from connectors.sdk import NotFound
from tests.gallery.scene import Given, Scene, Stage, answers, does, fails, hangs, pick, press, scroll, types
from tests.gallery.scenes.common import ENGINE_GONE, LONG, connection, gauges, rename
from tests.widgets.fake_data import stand
from tests.widgets.fake_engine import FakeEngine, replace


def run(name: str, **fields: Any) -> Given:
    """The connection's active run is like this."""

    def given(engine: FakeEngine) -> None:
        view = next(view for view in engine._connections.values() if view.name == name)
        active = view.active_run or engine.make_run(view, "running", 90, 0)
        made: RunView = engine.put_run(replace(active, **fields))
        state = fields.get("state", view.state)
        engine.put(replace(view, active_run=made, state=state if state in STATES else "running"))

    return given


def stands(state: str) -> Given:
    """Contracts and its run are in a state."""
    return lambda engine: stand(
        engine, next(view for view in engine._connections.values() if view.name == "Contracts"), run=state
    )


STATES = ("running", "waiting", "queued", "paused")


def away(stage: Stage) -> None:
    """The engine has gone while the page is looked at."""
    assert stage.shell.feed is not None
    stage.shell.feed.lost.emit(ENGINE_GONE)


def edited(stage: Stage) -> None:
    """The folders were changed in the settings."""
    form = stage.page.settings.form
    form.set_value({**form.value(), "prefix": "2024/legal/"})


def leave(stage: Stage) -> None:
    """Somebody leaves with changed settings."""
    from widgets.pages.page import Place

    stage.page.ask_to_leave(Place("sources"))


CONTRACTS = connection("Contracts")
DOCUMENTS = connection("Contracts", "documents")
RUNS = connection("Contracts", "runs")
SETTINGS = connection("Contracts", "settings")

SCENES = (
    Scene("overview-running", CONTRACTS, acts=(does(gauges),), points=(33,)),
    Scene("overview-failing", CONTRACTS, acts=(does(gauges), scroll()), points=(29,)),
    Scene("overview-unknown-total", CONTRACTS, given=(run("Contracts", total=None),)),
    Scene("overview-queued", CONTRACTS, given=(run("Contracts", state="queued", started_at=None),), points=(27,)),
    Scene(
        "overview-waiting",
        connection("Support tickets"),
        given=(
            run(
                "Support tickets",
                state="waiting",
                reason="The source's rate limit is used up",
                until=1741775400.0 + 240,
            ),
        ),
        points=(27,),
    ),
    Scene("overview-paused", CONTRACTS, given=(stands("paused"),), points=(27,)),
    Scene("overview-pausing", CONTRACTS, given=(stands("pausing"),), points=(27,)),
    Scene("overview-done-with-failures", CONTRACTS, given=(stands(""),), acts=(scroll(),), points=(29,)),
    Scene("overview-up-to-date", connection("Company drive"), points=(32,)),
    Scene("overview-new", connection("Press")),
    Scene("overview-disabled", connection("Old intranet")),
    Scene("overview-attention", connection("Invoices")),
    Scene("overview-sign-in-again", connection("Handbook"), points=(19,)),
    Scene("overview-sign-in-form", connection("Handbook", "overview", "sign_in"), points=(19,)),
    Scene("overview-held-back", connection("Archive")),
    Scene("overview-long-name", connection(LONG), given=(rename("Contracts", LONG),), acts=(does(gauges),)),
    Scene(
        "overview-gone",
        connection("Nothing"),
        given=(
            fails(
                NotFound("There is no such connection", where="Nothing", remedy="There are: Handbook, Contracts."),
                "connection",
            ),
        ),
    ),
    Scene("overview-narrow", CONTRACTS, size=(900, 600), acts=(does(gauges),)),
    Scene("overview-loading", CONTRACTS, given=(hangs("connection"),)),
    Scene("overview-engine-gone", CONTRACTS, given=(fails(ENGINE_GONE, "connection"),)),
    Scene("overview-engine-lost", CONTRACTS, acts=(does(gauges), does(away))),
    Scene("documents", DOCUMENTS, page="connection-tabs"),
    Scene("documents-search", DOCUMENTS, page="connection-tabs", acts=(types("search", "travel"),)),
    Scene("documents-nothing", DOCUMENTS, page="connection-tabs", acts=(types("search", "zzz"),)),
    Scene("documents-empty", connection("Press", "documents"), page="connection-tabs"),
    Scene("documents-deleted", connection("Archive", "documents", "deleted"), page="connection-tabs"),
    Scene("documents-loading", DOCUMENTS, page="connection-tabs", given=(hangs("documents"),)),
    Scene("documents-failed", DOCUMENTS, page="connection-tabs", given=(fails(ENGINE_GONE, "documents"),)),
    Scene("runs", RUNS, page="connection-tabs"),
    Scene("runs-one", RUNS, page="connection-tabs", acts=(pick("runs", 5),)),
    Scene("runs-empty", connection("Press", "runs"), page="connection-tabs"),
    Scene("runs-failed", RUNS, page="connection-tabs", given=(fails(ENGINE_GONE, "runs"),)),
    Scene("runs-loading", RUNS, page="connection-tabs", given=(hangs("runs"),)),
    Scene("connection-settings", SETTINGS, page="connection-tabs"),
    Scene("connection-settings-below", SETTINGS, page="connection-tabs", acts=(scroll(),)),
    Scene("connection-settings-scope", SETTINGS, page="connection-tabs", acts=(does(edited), press("save"))),
    Scene("leave-settings", SETTINGS, page="connection-tabs", acts=(does(edited), does(leave))),
    Scene(
        "documents-none-yet",
        connection("Invoices", "documents"),
        page="connection-tabs",
        given=(answers(documents=DocumentPage(documents=[], total=0)),),
    ),
)
