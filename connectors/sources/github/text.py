"""The text of a thread, as Markdown: what was asked, then who said what, in the order of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from connectors.sdk import Json
from connectors.sources.github.part import login


class Said(NamedTuple):
    """One contribution to a thread. `how` is what came before "by": "Comment", "Review (approved)"."""

    when: str
    how: str
    author: str
    body: str
    level: int = 2

    def text(self) -> str:
        """The contribution under its own heading."""
        return f"{'#' * self.level} {self.how} by {self.author}, {self.when[:10]}\n\n{_plain(self.body)}"


def thread(title: str, facts: Sequence[tuple[str, Json]], body: Json, said: Iterable[Said] = ()) -> bytes:
    """The document. Facts without a value are left out."""
    lines = [f"- {name}: {_shown(value)}" for name, value in facts if value not in (None, "", [], False)]
    parts = [f"# {title}", "\n".join(lines), _plain(body), *(each.text() for each in said)]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def comments(found: Iterable[dict[str, Json]]) -> list[Said]:
    """Comments as the REST API has them."""
    return [
        Said(str(each["created_at"]), "Comment", login(each.get("user")), str(each.get("body") or "")) for each in found
    ]


def reviews(found: Iterable[dict[str, Json]]) -> list[Said]:
    """Reviews that say something: one without words only holds its comments, unless it decides."""
    said = []
    for each in found:
        verdict = str(each.get("state", "")).lower().replace("_", " ")
        if each.get("body") or verdict in ("approved", "changes requested", "dismissed"):
            when = str(each.get("submitted_at") or "")
            said.append(Said(when, f"Review ({verdict})", login(each.get("user")), str(each.get("body") or "")))
    return said


def remarks(found: Iterable[dict[str, Json]]) -> list[Said]:
    """Comments on lines of code."""
    said = []
    for each in found:
        line = each.get("line") or each.get("original_line")
        place = f"`{each['path']}`" + (f" line {line}" if line else "")
        said.append(
            Said(str(each["created_at"]), f"Comment on {place}", login(each.get("user")), str(each.get("body") or ""))
        )
    return said


def names(found: Json, key: str = "name") -> list[str]:
    """The names in a list of labels or people; a label may be a bare string."""
    return [str(each if isinstance(each, str) else each.get(key) or "") for each in found or [] if each]


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return "yes" if value is True else str(value)


def _plain(body: Json) -> str:
    return str(body or "").replace("\r\n", "\n").strip()
