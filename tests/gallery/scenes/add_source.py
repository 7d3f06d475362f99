"""Add a source: catalogue, form, paste, test, guard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtGui import QGuiApplication

from app.api import Gauge, RunCounts
from app.forms.secrets import SecretSlot
from connectors.sdk import PermissionDenied
from tests.gallery.scene import Act, Given, Scene, Stage, does, fails, hangs, press, scroll, types
from tests.gallery.scenes.common import ENGINE_GONE
from tests.widgets.fake_data import AUTH_ERROR
from tests.widgets.fake_engine import FAILED_STEPS, FakeEngine
from tests.widgets.fake_engine import replace as changed
from widgets.pages.page import Place

ADD = Place("add_source")
S3_VALUE = {"bucket_name": "contracts", "auth": {"method": "access_key", "aws_access_key_id": "AKIADEMO"}}
SECRET = ("auth", "aws_secret_access_key")
FOLDER_VALUE = {"path": "/srv/handbook"}
PASTED = "s3://AKIADEMO:not-a-real-secret@contracts/2024?endpoint=https://s3.eu-central-1.amazonaws.com"


def chosen(type: str) -> Act:
    """Choose a type in the catalogue."""
    return types("search", type, enter=True)


def value(of: dict[str, Any]) -> Act:
    """Values in the form."""

    def act(stage: Stage) -> None:
        form = stage.page.draft.form
        form.set_value({**form.value(), **of})

    return does(act)


def gated(engine: FakeEngine) -> None:
    """The second step of a test never ends."""
    import asyncio

    engine.gate = asyncio.Semaphore(1)


def failing(engine: FakeEngine) -> None:
    """The test fails at signing in."""
    blamed = changed(AUTH_ERROR, pointer="/auth/aws_access_key_id")
    engine.steps = [changed(step, error=blamed) if step.error else step for step in FAILED_STEPS]


def secret(stage: Stage) -> None:
    """Somebody typed it."""
    state = stage.page.draft.form.state
    path = state.find("/" + "/".join(SECRET))
    assert path is not None
    state.set_secret(path, SecretSlot.typed("not-a-real-secret"))


def stale(stage: Stage) -> None:
    """Something is changed after the test."""
    form = stage.page.draft.form
    form.set_value({**form.value(), "bucket_name": "others"})


def copied(_stage: Stage) -> None:
    """Somebody has copied an address elsewhere."""
    QGuiApplication.clipboard().setText(PASTED)


def again(stage: Stage) -> None:
    """The window was started anew: what was typed is there, but for the secret."""
    page = stage.page
    page._gather()
    draft = page.store.drafts["s3"]
    page._forget("s3")
    page._restore(replace(draft, secrets={}))


def gauge(stage: Stage) -> None:
    """The first sync is under way."""
    run = stage.page.first_run._run
    counts = RunCounts(documents=412, new=412, bytes=4_200_000)
    told = Gauge(
        run_id=run.id,
        connection_id=run.connection_id,
        counts=counts,
        total=980,
        rate=140,
        current="2024/legal/nda.docx",
    )
    stage.engine.emit(gauge=told)


def lost(stage: Stage) -> None:
    """The engine ended unasked."""
    assert stage.shell.feed is not None
    stage.shell.feed.lost.emit(ENGINE_GONE)


def form(
    name: str, type: str, of: dict[str, Any], *acts: Act, given: tuple[Given, ...] = (), points: tuple[int, ...] = ()
) -> Scene:
    """A type's form with values, and what is done in it."""
    return Scene(name, ADD, acts=(chosen(type), value(of), *acts), given=given, points=points)


DENIED = PermissionDenied(
    "The profile can't be written",
    where="~/.local/share/headwater",
    remedy="Give your user write permission to this folder, or choose another one with --profile.",
)

SCENES = (
    Scene("catalogue", ADD, points=(2, 5)),
    Scene("catalogue-search", ADD, acts=(types("search", "bucket"),)),
    Scene("catalogue-nothing", ADD, acts=(types("search", "zzz"),)),
    Scene("catalogue-problem", ADD, acts=(chosen("gopher"),)),
    Scene("catalogue-loading", ADD, given=(hangs("connectors"),)),
    Scene("form-empty", ADD, acts=(chosen("s3"),), points=(7, 14)),
    form("form", "s3", S3_VALUE, points=(11, 14)),
    form("form-errors", "s3", {}, press("save_and_sync")),
    form("form-save-failed", "folder", FOLDER_VALUE, press("save"), given=(fails(DENIED, "add_connection"),)),
    Scene("form-loading", ADD, given=(hangs("connector_schema"),), acts=(chosen("s3"),)),
    Scene("form-engine-gone", ADD, given=(fails(ENGINE_GONE, "connector_schema"),), acts=(chosen("s3"),)),
    form("form-below", "s3", S3_VALUE, scroll()),
    form("paste", "s3", {}, does(copied), press("paste")),
    form("test", "s3", S3_VALUE, does(secret), press("test"), points=(20,)),
    form(
        "test-deep",
        "s3",
        S3_VALUE,
        does(secret),
        does(lambda s: s.page.draft.test.deep.setChecked(True)),
        press("test"),
    ),
    form("test-running", "s3", S3_VALUE, does(secret), press("test"), given=(gated,)),
    form("test-failed", "s3", S3_VALUE, does(secret), press("test"), given=(failing,), points=(21,)),
    form("test-failed-field", "s3", S3_VALUE, does(secret), press("test"), given=(failing,), points=(21,)),
    form("test-details", "s3", S3_VALUE, does(secret), press("test", "step_details"), given=(failing,), points=(21,)),
    form("test-stale", "s3", S3_VALUE, does(secret), press("test"), does(stale)),
    form("drafts", "folder", FOLDER_VALUE, chosen("s3"), value(S3_VALUE), types("search", "")),
    form("draft-discarded", "folder", FOLDER_VALUE, press("discard")),
    form("draft-again", "s3", S3_VALUE, does(secret), does(again)),
    form("first-run", "folder", FOLDER_VALUE, press("save_and_sync"), does(gauge)),
    form("form-offline", "folder", FOLDER_VALUE, does(lost)),
    Scene("catalogue-failed", ADD, given=(fails(ENGINE_GONE, "connectors"),)),
    replace(form("form-narrow", "s3", S3_VALUE), size=(900, 600)),
)
