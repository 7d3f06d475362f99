"""How many requests a host still grants, as its answers tell it: what is left of how many, and until when.

Many APIs say so beside every answer, GitHub's X-RateLimit-* being the oldest habit and RateLimit-* the draft of a
standard. A host may keep several budgets (GitHub's search has its own); the scarcest is the one that matters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import httpx

__all__ = ["Budget", "budget_told", "scarcest"]

_PREFIXES = ("x-ratelimit-", "ratelimit-", "x-rate-limit-")
_EPOCH = 1e9
"""A reset above this is a time, below it a number of seconds."""
_EPOCH_MS = 1e12


class Budget(NamedTuple):
    """`remaining` of `limit` requests until `resets_at`; `resource` tells the budgets of one host apart."""

    limit: int
    remaining: int
    resets_at: float
    resource: str = ""


def budget_told(headers: httpx.Headers, now: float) -> Budget | None:
    """What the head of an answer says, None if it says nothing or nothing that makes sense."""
    for prefix in _PREFIXES:
        remaining = _number(headers.get(f"{prefix}remaining"))
        if remaining is None:
            continue
        limit, reset = _number(headers.get(f"{prefix}limit")), _number(headers.get(f"{prefix}reset"))
        if limit is None or reset is None or not 0 <= remaining <= limit or limit < 1:
            return None
        at = reset / 1000 if reset > _EPOCH_MS else reset if reset > _EPOCH else now + reset
        return Budget(int(limit), int(remaining), at, headers.get(f"{prefix}resource", ""))
    return None


def scarcest(budgets: Iterable[Budget], now: float) -> Budget | None:
    """The one that ends first; what was told for a time that is over is not known any more."""
    standing = [budget for budget in budgets if budget.resets_at > now]
    return min(standing, key=lambda budget: (budget.remaining / budget.limit, budget.resets_at), default=None)


def _number(text: str | None) -> float | None:
    """The first number: the standard's draft may put the window behind it, as in `100, 100;w=60`."""
    try:
        found = float((text or "").split(",")[0].split(";")[0])
    except ValueError:
        return None
    return found if math.isfinite(found) else None
