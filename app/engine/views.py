"""Connections as a list shows them: state, one sentence, last and active run."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any, NamedTuple

import apsw

from app.accounts import Secrets
from app.api import ApiBudget, ConnectionState, ConnectionView, RunView
from app.connections import Catalogue, Connections, Stored
from app.connections.catalogue import ConnectorType
from app.connections.config import secret_references, secret_titles
from app.library import Library
from app.library.runs import COLUMNS, NO_PASS, TABLES, run_view
from app.network import Network
from app.sync import Scheduler
from app.sync.sources import migrated
from app.words import counted
from connectors.sdk import ConfigError, Json, SecretRef


class Views:
    """Builds `ConnectionView`s."""

    def __init__(
        self,
        connections: Connections,
        catalogue: Catalogue,
        library: Library,
        scheduler: Scheduler,
        secrets: Secrets,
        network: Network,
    ) -> None:
        self._network = network
        self._connections = connections
        self._catalogue = catalogue
        self._library = library
        self._scheduler = scheduler
        self._secrets = secrets

    async def all(self, *, removed: bool = False) -> list[ConnectionView]:
        stored = await self._connections.all(removed=removed)
        active = {item.num: self._active(item) for item in stored}
        facts = await self._library.database.read(
            lambda db: {item.num: _look(db, item, active[item.num]) for item in stored}
        )
        missing = await self._missing(stored)
        return [self._view(item, facts[item.num], missing) for item in stored]

    async def one(self, stored: Stored) -> ConnectionView:
        active = self._active(stored)
        look = await self._library.database.read(lambda db: _look(db, stored, active))
        return self._view(stored, look, await self._missing([stored]))

    async def _missing(self, stored: list[Stored]) -> set[str]:
        """References of these to secrets that can't be had from the vault any more."""
        references: set[str] = set()
        for item in stored:
            known = self._catalogue.find(item.type)
            if known is not None:
                references.update(secret_references(known, _in_todays_form(known, item)).values())
        return await self._secrets.missing(references)

    def _active(self, stored: Stored) -> str:
        """The id of its run that has a task."""
        key = self._scheduler.active(stored.id)
        return key.id if key is not None else ""

    def _view(self, stored: Stored, look: _Look, missing: set[str]) -> ConnectionView:
        known = self._catalogue.find(stored.type)
        state, sentence = describe(stored, look, installed=known is not None)
        config = _in_todays_form(known, stored) if known is not None else stored.config
        references = secret_references(known, config) if known is not None else {}
        titles = secret_titles(known, config) if known is not None else {}
        gone = [title for reference, title in titles.items() if reference in missing]
        if gone and state not in ("queued", "running", "waiting", "disabled"):
            names = "; ".join(gone)
            sentence = f"Secret missing: {names}" if len(gone) == 1 else f"Secrets missing: {names}"
            state = "sign_in_again"
        return ConnectionView(
            id=stored.id,
            name=stored.name,
            type=stored.type,
            type_title=known.spec.title if known is not None else stored.type,
            icon=known.spec.icon if known is not None else "plug",
            state=state,
            sentence=sentence,
            config=config,
            config_version=stored.config_version,
            revision=stored.revision,
            epoch=stored.epoch,
            enabled=stored.enabled,
            schedule=stored.schedule,
            secrets={
                pointer: self._secrets.describe(SecretRef(reference)) if reference and reference not in missing else ""
                for pointer, reference in references.items()
            },
            documents=look.documents,
            bytes=look.bytes,
            failed_items=look.failing,
            held_back=look.held,
            last_run=look.last,
            active_run=look.active,
            last_ok_at=look.last_ok,
            next_run_at=self._scheduler.next_run(stored.id) if state != "paused" else None,
            created_at=stored.created_at,
            removed_at=stored.removed_at,
            budget=self._budget(stored),
        )

    def _budget(self, stored: Stored) -> ApiBudget | None:
        found = self._network.budget(stored.id)
        if found is None:
            return None
        host, budget = found
        return ApiBudget(host=host, limit=budget.limit, remaining=budget.remaining, resets_at=budget.resets_at)


class _Look(NamedTuple):
    """What the database says of a connection. `last` is its newest run that is over and was no dry run."""

    documents: int
    bytes: int
    failing: int
    held: int
    active: RunView | None
    last: RunView | None
    last_ok: float | None


def describe(stored: Stored, look: _Look, *, installed: bool) -> tuple[ConnectionState, str]:
    """A connection's state and the one sentence that says it."""
    documents, active, last = counted(look.documents, "document"), look.active, look.last
    if active is not None:
        if active.state == "queued":
            return "queued", "Waiting for its turn"
        if active.state == "waiting" and not active.pausing:
            if not active.until:
                return "waiting", f"Waiting: {active.reason}"
            until = time.strftime("%H:%M", time.localtime(active.until))
            return "waiting", f"Waiting until {until}: {active.reason}"
        if active.state != "paused":
            return "running", "Pausing at the end of this page" if active.pausing else "Syncing"
    if not installed:
        return "needs_attention", f"The source type “{stored.type}” is not installed"
    if not stored.enabled:
        return "disabled", f"Disabled, {documents}"
    if active is not None:
        return "paused", f"Paused at {documents}"
    if last is None:
        return "new", "Not synced yet"
    if last.state == "failed":
        problem = last.error.what if last.error is not None else last.summary
        if last.error is not None and last.error.category == "auth":
            return "sign_in_again", f"Sign in again: {problem}"
        return "needs_attention", problem
    if look.held:
        return "held_back", f"{counted(look.held, 'deletion waits', 'deletions wait')} for you"
    if look.failing:
        fails = counted(look.failing, "item fails", "items fail")
        return "needs_attention", f"{fails}; {documents} in the library"
    if last.state in ("interrupted", "cancelled"):
        return "needs_attention", f"Stopped at {documents}; sync to go on"
    return "up_to_date", f"Up to date, {documents}"


def _look(db: apsw.Connection, stored: Stored, active: str) -> _Look:
    row = db.execute(
        "SELECT documents, bytes, (SELECT count(*) FROM failing WHERE connection = num), "
        "(SELECT count(*) FROM staged_deletion WHERE connection = num AND held = 1) FROM connection WHERE num = ?",
        (stored.num,),
    ).fetchone() or (0, 0, 0, 0)
    running = db.execute(
        f"SELECT {COLUMNS} FROM {TABLES} WHERE r.id = ?1 OR (?1 = '' AND r.connection = ?2 AND r.state = 'paused')",
        (active, stored.num),
    ).fetchone()
    # A retry of single items says nothing of the whole, unless it met what concerns the whole.
    last = db.execute(
        f"SELECT {COLUMNS} FROM {TABLES} WHERE r.connection = ?1 AND r.mode <> 'dry_run' AND r.id <> ?2 "
        "AND r.state <> 'paused' AND (r.mode <> 'retry' OR r.state = 'failed' AND r.num > coalesce((SELECT max(num) "
        "FROM run WHERE connection = ?1 AND mode = 'retry' AND state IN ('done', 'done_with_failures')), 0)) "
        "ORDER BY r.num DESC LIMIT 1",
        (stored.num, active),
    ).fetchone()
    good: Any = db.execute(
        f"SELECT max(finished_at) FROM run WHERE connection = ? AND mode NOT IN {NO_PASS} AND "
        "state IN ('done', 'done_with_failures', 'held_back')",
        (stored.num,),
    ).fetchone()
    documents, size, failing, held = row
    return _Look(
        documents,
        size,
        failing,
        held,
        run_view(running) if running is not None else None,
        run_view(last) if last is not None else None,
        good[0] if good else None,
    )


def _in_todays_form(type: ConnectorType, stored: Stored) -> dict[str, Json]:
    """A stored config as the type's form shows it; one that can't be brought over stays as it is, to be mended."""
    if stored.config_version < type.spec.config_version:
        with suppress(ConfigError):
            return migrated(type, stored.config, stored.config_version)
    return stored.config
