"""Where a value lies in a JSON answer: a plain name, a dotted path, or a JSONPath beginning with `$`.

Plain names are the common case and need no library; they may carry any character (`@odata.id`, `dc:title`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from connectors.sdk import N_, Json

if TYPE_CHECKING:
    from jsonpath import CompoundJSONPath, JSONPath

MISSING = object()
_SHAPES = N_({str: "text", bool: "true or false"})


def _checked(text: str) -> str:
    path = text.strip()
    if path.startswith("$"):
        from jsonpath import JSONPathError

        try:
            _compiled(path)
        except JSONPathError as error:
            raise ValueError(f"this is not a JSONPath: {str(error).splitlines()[0]}") from error
    return path


JsonPath = Annotated[str, AfterValidator(_checked)]
"""The type of a path in a config model; "" means none."""


@lru_cache(maxsize=256)
def _compiled(path: str) -> JSONPath | CompoundJSONPath:
    import jsonpath  # here and not above: a tenth of a second that most connections never need

    return jsonpath.compile(path)


def find_all(path: str, value: Json) -> list[Json]:
    """Everything that `path` matches in `value`."""
    if path.startswith("$"):
        return list(_compiled(path).findall(value))
    found = _walk(path, value)
    return [] if found is MISSING else [found]


def find(path: str, value: Json) -> Json:
    """What `path` matches: one value as it is, several as a list, None for nothing."""
    found = find_all(path, value)
    return found[0] if len(found) == 1 else found or None


def has(path: str, value: Json) -> bool:
    """Whether there is anything at `path`, a null included."""
    return bool(find_all(path, value))


def _walk(path: str, value: Json) -> Json:
    """The longest name that is there wins: `a.b` is the key "a.b" before it is "b" within "a"."""
    if isinstance(value, dict) and path in value:
        return value[path]
    head, dot, rest = path.partition(".")
    while dot:
        inner: Json = MISSING
        if isinstance(value, dict) and head in value:
            inner = _walk(rest, value[head])
        elif isinstance(value, list) and head.isdecimal() and int(head) < len(value):
            inner = _walk(rest, value[int(head)])
        if inner is not MISSING:
            return inner
        more, dot, rest = rest.partition(".")
        head = f"{head}.{more}"
    if isinstance(value, list) and path.isdecimal() and int(path) < len(value):
        return value[int(path)]
    return MISSING


def fields(value: Json, *, depth: int = 3) -> dict[str, Json]:
    """The paths of an object's values with what is there, nested objects dotted. Lists count as values."""
    found: dict[str, Json] = {}
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, dict) and inner and depth > 1:
                found.update({f"{name}.{path}": leaf for path, leaf in fields(inner, depth=depth - 1).items()})
            else:
                found[name] = inner
    return found


def shape(value: Json) -> str:
    """What a value looks like, in half a sentence: for an error that says what came instead."""
    if isinstance(value, dict):
        names = ", ".join([*list(value)[:8], "..."] if len(value) > 8 else value)
        return N_(f"an object with the fields {names}") if value else N_("an empty object")
    if isinstance(value, list):
        return N_(f"a list of {len(value)}") if value else N_("an empty list")
    if value is None:
        return "null"
    return _SHAPES.get(type(value), N_("a number"))


def lists(value: Json) -> list[str]:
    """Paths in an answer where items may lie: its lists of objects, the longest first."""
    found = {
        path: leaf
        for path, leaf in fields(value).items()
        if isinstance(leaf, list) and all(isinstance(item, dict) for item in leaf)
    }
    return sorted(found, key=lambda path: -len(found[path]))
