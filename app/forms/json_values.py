"""JSON values read from text as JSON has them: each name once, no number that is none; else a Fault."""

from __future__ import annotations

import json
import math
from typing import NoReturn

from app.forms.values import Json


class Fault(Exception):
    """Why a text can't be read. `where` is line and column, counted from 0."""

    def __init__(self, key: str, where: tuple[int, int] | None = None, name: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.where = where
        self.name = name


def read_json(text: str) -> Json:
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_float)
    except json.JSONDecodeError as error:
        raise Fault("syntax", (error.lineno - 1, error.colno - 1)) from None
    except ValueError:
        raise Fault("unplaced") from None


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise Fault("twice", name=next(name for name in names if names.count(name) > 1))
    return found


def _no_number(name: str) -> NoReturn:
    raise Fault("number", name=name)


def _float(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)
