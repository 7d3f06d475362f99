"""Brings a config that was stored under an older version of a schema over to the one at hand: `x-migrate`.

The schema lists the steps; each says what moved, so that no code of the connector has to run. A step acts only where it
finds something to do and never overwrites what is there, so doing all of them twice does no harm. Keys that no step
names are kept.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.forms.unions import plain
from app.forms.values import UNSET, Json, tokens_of

VERBS = ("rename", "move", "set", "drop", "map")


@dataclass(frozen=True, slots=True)
class Migrated:
    """A config as the schema wants it now. `notes` name the steps that did something, `warnings` those that make no
    sense; neither holds a value."""

    config: Json
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def migrate(schema: Json, config: Json, version: int | None = None) -> Migrated:
    """A config of `version` (None: not known) after the schema's steps. Pure: the config given is left as it is."""
    steps = schema.get("x-migrate") if isinstance(schema, Mapping) else None
    if not isinstance(steps, list):
        return Migrated(config)
    config = copy.deepcopy(config)
    notes, warnings = [], []
    for number, step in enumerate(steps, 1):
        verb = next((verb for verb in VERBS if isinstance(step, Mapping) and isinstance(step.get(verb), str)), "")
        if not verb or not _is_complete(verb, step):
            warnings.append(f"Step {number} of x-migrate makes no sense")
        elif not _is_done(step, version) and _take(config, verb, step):
            notes.append(f"{verb} {step[verb]}")
    return Migrated(config, tuple(notes), tuple(warnings))


def _is_complete(verb: str, step: Mapping[str, Any]) -> bool:
    match verb:
        case "rename" | "move":
            return isinstance(step.get("to"), str)
        case "set":
            return "value" in step
        case "map":
            return isinstance(step.get("values"), Mapping)
    return True


def _is_done(step: Mapping[str, Any], version: int | None) -> bool:
    """Whether a config of a version has taken a step already."""
    since = step.get("version")
    return version is not None and isinstance(since, int) and since <= version


def _take(config: Json, verb: str, step: Mapping[str, Any]) -> bool:
    done = False
    for tokens in list(_places(config, tokens_of(step[verb]), ())):
        above = _get(config, tokens[:-1])
        if not isinstance(above, dict):
            continue
        there = tokens[-1] in above
        match verb:
            case "rename" if there and step["to"] not in above:
                above[step["to"]] = above.pop(tokens[-1])
            case "move" if there and _put(config, _target(step[verb], step["to"], tokens), above[tokens[-1]]):
                del above[tokens[-1]]
            case "drop" if there:
                del above[tokens[-1]]
            case "set" if not there:
                above[tokens[-1]] = copy.deepcopy(step["value"])
            case "map" if there and not isinstance(above[tokens[-1]], dict | list):
                new = step["values"].get(plain(above[tokens[-1]]), UNSET)
                if new is UNSET:
                    continue
                above[tokens[-1]] = copy.deepcopy(new)
            case _:
                continue
        done = True
    return done


def _places(node: Json, pattern: list[str], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The places a pointer names, in which * stands for every item; the last one need not be there."""
    if not pattern:
        return
    token, rest = pattern[0], pattern[1:]
    names: list[str] = [token]
    if token == "*":
        names = (
            [str(n) for n in range(len(node))]
            if isinstance(node, list)
            else list(node)
            if isinstance(node, dict)
            else []
        )
    for name in names:
        if not rest:
            yield (*above, name)
        else:
            below = _get(node, (name,))
            if below is not UNSET:
                yield from _places(below, rest, (*above, name))


def _target(source: str, target: str, tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Where something moves to: each * is the item it came from."""
    items = [token for token, wanted in zip(tokens, tokens_of(source), strict=True) if wanted == "*"]
    return tuple(items.pop(0) if token == "*" and items else token for token in tokens_of(target))


def _get(node: Json, tokens: tuple[str, ...]) -> Json:
    for token in tokens:
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list) and token.isdecimal() and int(token) < len(node):
            node = node[int(token)]
        else:
            return UNSET
    return node


def _put(node: Json, tokens: tuple[str, ...], value: Json) -> bool:
    """Puts a value where nothing is yet, with the objects above it."""
    if not tokens or _get(node, tokens) is not UNSET:
        return False
    for end in range(1, len(tokens)):
        above = _get(node, tokens[: end - 1])
        if _get(node, tokens[:end]) is UNSET and isinstance(above, dict):
            above[tokens[end - 1]] = {}
    above = _get(node, tokens[:-1])
    if not isinstance(above, dict):
        return False
    above[tokens[-1]] = value
    return True
