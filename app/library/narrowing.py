"""The filters that a search and the list of documents have in common, as conditions on `document d`."""

from __future__ import annotations

from typing import Any

from app.api import DocumentFilter, SearchQuery

TIME = "coalesce(d.updated_at, d.stored_at)"
"""When a document changed, as its source says, or else when it was stored."""
ACCESS = """(CASE WHEN d.access IS NULL THEN 0 WHEN instr(d.access, '"public":true') THEN 2 ELSE 1 END)"""
"""Written as the index has it, else SQLite would not know it again."""
ACCESS_KINDS = {"unknown": 0, "limited": 1, "public": 2}


def narrow(filter: DocumentFilter | SearchQuery) -> tuple[list[str], list[Any]]:
    """Conditions, all of which hold, and their values. Documents of removed connections are never among them."""
    values: list[Any] = []
    chosen = ""
    if filter.connections:
        marks = ", ".join("?" * len(filter.connections))
        chosen = f" AND (id IN ({marks}) OR name IN ({marks}))"
        values += filter.connections * 2
    parts = [f"d.connection IN (SELECT num FROM connection WHERE removed_at IS NULL{chosen})"]
    if filter.type:
        parts.append("(d.media_type = ? OR substr(d.media_type, 1, ?) = ?)")
        prefix = filter.type if "/" in filter.type else filter.type + "/"
        values += [filter.type, len(prefix), prefix]
    if filter.after is not None:
        parts.append(f"{TIME} >= ?")
        values.append(filter.after)
    if filter.before is not None:
        parts.append(f"{TIME} < ?")
        values.append(filter.before)
    if filter.access:
        parts.append(f"{ACCESS} = ?")
        values.append(ACCESS_KINDS[filter.access])
    return parts, values
