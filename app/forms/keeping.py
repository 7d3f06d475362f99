"""What somebody has typed into a form, as JSON: to be put away when it is left, and to go on with later.

Everything goes along that a person could miss: half-typed numbers, items, and what stands in branches that are not
chosen at the moment. Secrets do not: of them only their place is written, so that whoever comes back is told which
must be entered again. A password within an address counts as one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from app.forms.secrets import SecretSlot
from app.forms.spec import FieldSpec
from app.forms.values import NAMELESS, Chosen, Foreign, Json, Nameless, Path, Present, Step, Unparsed

__all__ = ["pack", "unpack", "without_passwords"]

_PASSWORD = re.compile(r"(://[^/\s:@]*):[^/\s@]+@")


def pack(cells: Mapping[Path, Any], secrets: Mapping[Path, SecretSlot], spec: Callable[[Path], FieldSpec]) -> Json:
    """Cells and secrets as JSON. What is half-typed in a field that may hold secrets is left out with them."""
    again: list[Json] = []
    written: list[Json] = []
    for path, cell in cells.items():
        if isinstance(cell, Unparsed) and not spec(path).is_leaf:
            continue
        clean, had_password = without_passwords(_cell(cell))
        written.append([_steps(path), clean])
        if had_password:
            again.append(_steps(path))
    referred: list[Json] = []
    for path, slot in secrets.items():
        if slot.state == "changed" and slot.text is None:
            referred.append([_steps(path), slot.reference])
        elif slot.state == "changed":
            again.append(_steps(path))
    return {"cells": written, "references": referred, "again": again}


def unpack(packed: Json) -> tuple[dict[Path, Any], dict[Path, SecretSlot], list[Path], int]:
    """Cells, secrets that were pointed at, the fields whose secret must be entered again, and the highest item number.
    Raises ValueError (or one of its kin) for what `pack` did not write."""
    if not isinstance(packed, dict):
        raise TypeError("no form")
    cells = {_path(steps): _read(cell) for steps, cell in packed["cells"]}
    secrets = {_path(steps): SecretSlot.referred(str(reference)) for steps, reference in packed["references"]}
    again = [_path(steps) for steps in packed["again"]]
    return cells, secrets, again, max((number for path in cells for number in _numbers(path, cells[path])), default=0)


def _cell(cell: Any) -> Json:
    match cell:
        case Unparsed():
            return {"unparsed": [cell.text, cell.problem]}
        case Foreign():
            return {"foreign": cell.value}
        case Present():
            return {"present": [list(extra) for extra in cell.extras]}
        case Chosen():
            return {"chosen": cell.place}
        case tuple():
            return {"items": [_entry(entry) for entry in cell]}
        case _:
            return {"value": cell}


def _read(cell: Json) -> Any:
    ((kind, content),) = cell.items()
    match kind:
        case "unparsed":
            return Unparsed(str(content[0]), str(content[1]))
        case "foreign":
            return Foreign(content)
        case "present":
            return Present(tuple((str(key), value) for key, value in content))
        case "chosen":
            return Chosen(int(content))
        case "items":
            return tuple(_entered(entry) for entry in content)
        case "value":
            return content
        case _:
            raise ValueError(f"no such cell: {kind}")


def _entry(entry: Any) -> Json:
    if not isinstance(entry, tuple):
        return entry
    return [entry[0], None if isinstance(entry[1], Nameless) else entry[1]]


def _entered(entry: Json) -> Any:
    if not isinstance(entry, list):
        return int(entry)
    return int(entry[0]), NAMELESS if entry[1] is None else str(entry[1])


def _steps(path: Path) -> list[Json]:
    return [list(step) if isinstance(step, tuple) else step for step in path]


def _path(steps: Json) -> Path:
    return tuple(_step(step) for step in steps)


def _step(step: Json) -> Step:
    return (str(step[0]), int(step[1])) if isinstance(step, list) else str(step)


def _numbers(path: Path, cell: Any) -> list[int]:
    found = [step[1] for step in path if isinstance(step, tuple) and step[0] == "#"]
    if isinstance(cell, tuple):
        found += [entry[0] if isinstance(entry, tuple) else entry for entry in cell]
    return found


def without_passwords(value: Json) -> tuple[Json, bool]:
    """A value whose addresses name no password, and whether one did."""
    if isinstance(value, str):
        clean = _PASSWORD.sub(r"\1@", value)
        return clean, clean != value
    if isinstance(value, list):
        parts = [without_passwords(one) for one in value]
        return [part for part, _ in parts], any(had for _, had in parts)
    if isinstance(value, dict):
        kept = {key: without_passwords(one) for key, one in value.items()}
        return {key: part for key, (part, _) in kept.items()}, any(had for _, had in kept.values())
    return value, False
