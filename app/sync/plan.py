"""What a page means for the library: what must be fetched, what is as it was, what is gone."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.library.batch import Failed
from app.library.catalog import Catalog, Known
from connectors.sdk import N_, AccessChanged, Delete, Failure, Page, Upsert

SKIPPED_CODES = frozenset({"too_large", "archived", "skipped"})
"""Failures that no retry will change: the item is left out on purpose."""


@dataclass(slots=True)
class Plan:
    """A page, sorted by what is to be done."""

    fetch: list[Upsert] = field(default_factory=list)
    new: int = 0
    touched: list[Upsert] = field(default_factory=list)
    access: list[AccessChanged] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    unchanged: int = 0


async def plan_page(
    catalog: Catalog, connection_num: int, partition: str, page: Page, *, everything: bool, run: int = 0
) -> Plan:
    """Compare a page with the catalog by fingerprint. `everything`: fetch also what is known to be unchanged.

    What `run` itself has stored is of a page that broke off and is read again: it was counted then."""
    plan = Plan(unchanged=page.unchanged)
    upserts = [change for change in page.changes if isinstance(change, Upsert)]
    listed = page.kind == "listing" and page.covers is not None
    known: dict[str, Known] = {}
    if listed and page.covers is not None:
        known = await catalog.covered(connection_num, partition, page.covers)
        if partition:  # a document may have moved here from another slice
            other = [change.ref.source_id for change in upserts if change.ref.source_id not in known]
            known_elsewhere = await catalog.known(connection_num, other)
        else:
            known_elsewhere = {}
    else:
        known_elsewhere = await catalog.known(connection_num, [change.ref.source_id for change in upserts])
    present: set[str] = set()
    for change in page.changes:
        match change:
            case Upsert():
                source_id = change.ref.source_id
                present.add(source_id)
                _sort(plan, change, known.get(source_id) or known_elsewhere.get(source_id), everything, run)
            case Failure():
                if change.source_id is not None:
                    present.add(change.source_id)
                kind = "skipped" if change.error.code in SKIPPED_CODES else "failed"
                title = change.title or change.source_id or N_("An item without a name")
                plan.failed.append(Failed(change.source_id, title, change.error, kind))
            case Delete():
                plan.gone.append((change.source_id, change.reason))
            case AccessChanged():
                plan.access.append(change)
    if listed and page.covers is not None:
        failing = await catalog.unnamed_failures(connection_num, partition, page.covers)
        plan.seen += [source_id for source_id in failing if source_id not in present]
        plan.gone += [(source_id, "gone") for source_id in known if source_id not in present]
    return plan


def _sort(plan: Plan, change: Upsert, known: Known | None, everything: bool, run: int) -> None:
    same = (
        known is not None
        and not known.deleted
        and change.fingerprint is not None
        and known.fingerprint == change.fingerprint
        and (not everything or known.run == run)
    )
    if not same:
        plan.fetch.append(change)
        plan.new += known is None or known.deleted
        return
    assert known is not None
    ref = change.ref
    plan.seen.append(ref.source_id)
    if (known.title, known.path, known.url) == (ref.title, ref.path or ref.source_id, ref.url):
        plan.unchanged += known.run != run
    else:
        plan.touched.append(change)
