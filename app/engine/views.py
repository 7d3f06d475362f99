"""Connections as a list shows them: state, one sentence, last and active run."""

from __future__ import annotations

import time
from typing import Any

import apsw

from app.accounts import Secrets
from app.api import ConnectionState, ConnectionView, RunView
from app.connections import Catalogue, Connections, Stored
from app.connections.config import secret_references
from app.library import Library
from app.library.runs import COLUMNS, TABLES, run_view
from app.sync import Scheduler
from connectors.sdk import SecretRef


class Views:
    """Builds `ConnectionView`s."""

    def __init__(
        self,
        connections: Connections,
        catalogue: Catalogue,
        library: Library,
        scheduler: Scheduler,
        secrets: Secrets,
    ) -> None:
        self._connections = connections
        self._catalogue = catalogue
        self._library = library
        self._scheduler = scheduler
        self._secrets = secrets

    async def all(self, *, removed: bool = False) -> list[ConnectionView]:
        stored = await self._connections.all(removed=removed)
        facts = await self._library.database.read(lambda db: {item.num: _look(db, item) for item in stored})
        return [self._view(item, *facts[item.num]) for item in stored]

    async def one(self, stored: Stored) -> ConnectionView:
        facts = await self._library.database.read(lambda db: _look(db, stored))
        return self._view(stored, *facts)

    def _view(
        self, stored: Stored, numbers: dict[str, Any], last: RunView | None, last_ok: float | None
    ) -> ConnectionView:
        known = self._catalogue.find(stored.type)
        active = last if last is not None and self._scheduler.active(stored.id) else None
        state, sentence = describe(stored, numbers, last, active is not None, known is not None)
        references = secret_references(known, stored.config) if known is not None else {}
        return ConnectionView(
            id=stored.id,
            name=stored.name,
            type=stored.type,
            type_title=known.spec.title if known is not None else stored.type,
            icon=known.spec.icon if known is not None else "plug",
            state=state,
            sentence=sentence,
            config=stored.config,
            config_version=stored.config_version,
            revision=stored.revision,
            epoch=stored.epoch,
            enabled=stored.enabled,
            schedule=stored.schedule,
            secrets={
                pointer: self._secrets.describe(SecretRef(reference)) if reference else ""
                for pointer, reference in references.items()
            },
            documents=numbers["documents"],
            bytes=numbers["bytes"],
            failed_items=numbers["failing"],
            held_back=numbers["held"],
            last_run=last,
            active_run=active,
            last_ok_at=last_ok,
            next_run_at=self._scheduler.next_run(stored.id),
            created_at=stored.created_at,
            removed_at=stored.removed_at,
        )


def describe(
    stored: Stored, numbers: dict[str, Any], last: RunView | None, active: bool, installed: bool
) -> tuple[ConnectionState, str]:
    """A connection's state and the one sentence that says it."""
    documents = f"{numbers['documents']:,} documents"
    if active and last is not None:
        if last.state == "queued":
            return "queued", "Waiting for its turn"
        if last.state == "waiting":
            until = time.strftime("%H:%M", time.localtime(last.until)) if last.until else "later"
            return "waiting", f"Waiting until {until}: {last.reason}"
        return "running", "Syncing"
    if not installed:
        return "needs_attention", f"The source type “{stored.type}” is not installed"
    if not stored.enabled:
        return "disabled", f"Disabled, {documents}"
    if last is None:
        return "new", "Not synced yet"
    if last.state == "failed":
        problem = last.error.what if last.error is not None else last.summary
        if last.error is not None and last.error.category == "auth":
            return "sign_in_again", f"Sign in again: {problem}"
        return "needs_attention", problem
    if numbers["held"]:
        return "held_back", f"{numbers['held']:,} deletions wait for you"
    if numbers["failing"]:
        items = "1 item fails" if numbers["failing"] == 1 else f"{numbers['failing']:,} items fail"
        return "needs_attention", f"{documents}, {items}"
    if last.state in ("interrupted", "cancelled"):
        return "needs_attention", f"Stopped at {documents}; sync to go on"
    return "up_to_date", f"Up to date, {documents}"


def _look(db: apsw.Connection, stored: Stored) -> tuple[dict[str, Any], RunView | None, float | None]:
    row = db.execute(
        "SELECT documents, bytes, (SELECT count(*) FROM failing WHERE connection = num), "
        "(SELECT count(*) FROM staged_deletion WHERE connection = num AND held = 1) FROM connection WHERE num = ?",
        (stored.num,),
    ).fetchone() or (0, 0, 0, 0)
    last = db.execute(
        f"SELECT {COLUMNS} FROM {TABLES} WHERE r.connection = ? ORDER BY r.num DESC LIMIT 1", (stored.num,)
    ).fetchone()
    good: Any = db.execute(
        "SELECT max(finished_at) FROM run WHERE connection = ? AND mode <> 'dry_run' AND "
        "state IN ('done', 'done_with_failures', 'held_back')",
        (stored.num,),
    ).fetchone()
    numbers = dict(zip(("documents", "bytes", "failing", "held"), row, strict=True))
    return numbers, None if last is None else run_view(last), good[0] if good else None
