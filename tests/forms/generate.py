"""Schemas with a fitting value, made up by hypothesis: every kind of field, nested, with branches and recursion."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Pair = tuple[dict[str, Any], Any]
NAMES = st.sampled_from(["a", "b", "c_d", "e/f", "g~h", "ünï", "k"])
TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=8)
KEYWORDS = (
    "type properties items oneOf anyOf allOf enum const default required title description format minimum maximum"
    " pattern examples additionalProperties $ref order group x-options x-path multiline writeOnly discriminator if then"
    " else dependentRequired dependentSchemas dependencies prefixItems patternProperties always_show x-ui x-editor"
)
WORDS = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXT,
        "description": TEXT,
        "order": st.integers(0, 3),
        "x-advanced": st.booleans(),
        "group": st.sampled_from(["one", "two"]),
        "multiline": st.booleans(),
    },
)


def _scalar() -> st.SearchStrategy[Pair]:
    made: list[st.SearchStrategy[Any]] = [
        st.tuples(st.just({"type": "string"}), TEXT),
        st.tuples(st.just({"type": "integer"}), st.integers(-(2**63), 2**63)),
        st.tuples(st.just({"type": "integer", "x-unit": "bytes", "minimum": 0}), st.integers(0, 2**50)),
        st.tuples(st.just({"type": "number"}), st.floats(allow_nan=False, allow_infinity=False)),
        st.tuples(st.just({"type": "boolean"}), st.booleans()),
        st.tuples(st.just({"enum": ["x", "y", 3, False]}), st.sampled_from(["x", "y", 3, False])),
        st.tuples(st.just({"type": ["string", "null"]}), st.none() | TEXT),
        st.tuples(st.just({"type": ["integer", "string"]}), st.integers() | TEXT),
        st.tuples(st.just({"type": "array", "items": {"type": "string"}}), st.lists(TEXT, max_size=3)),
        st.tuples(st.just({"type": "array", "items": {"enum": [1, 2]}}), st.lists(st.sampled_from([1, 2]), max_size=2)),
        st.tuples(
            st.just({"additionalProperties": {"type": "integer"}}), st.dictionaries(TEXT, st.integers(), max_size=2)
        ),
        st.tuples(st.just({}), st.none() | st.integers() | st.lists(TEXT, max_size=2)),
    ]
    return st.one_of(made)


@st.composite
def _object(draw: st.DrawFn, below: st.SearchStrategy[Pair]) -> Pair:
    fields = draw(st.dictionaries(NAMES, below, max_size=4))
    required = sorted(draw(st.sets(st.sampled_from(sorted(fields)))) if fields else [])
    present = [name for name in fields if name in required or draw(st.booleans())]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: {**draw(WORDS), **pair[0]} for name, pair in fields.items()},
        "required": required,
    }
    value = {name: fields[name][1] for name in present}
    if draw(st.booleans()):
        value["unknown"] = [None]
    return schema, value


@st.composite
def _union(draw: st.DrawFn, below: st.SearchStrategy[Pair]) -> Pair:
    pairs = draw(st.lists(_object(below), min_size=1, max_size=4))
    branches = []
    for place, (schema, _) in enumerate(pairs):
        branches.append(
            {
                **schema,
                "properties": {"kind": {"const": f"k{place}"}, **schema["properties"]},
                "required": ["kind", *schema["required"]],
            }
        )
    chosen = draw(st.integers(0, len(pairs) - 1))
    word = draw(st.sampled_from(["oneOf", "anyOf"]))
    return {word: branches}, {"kind": f"k{chosen}", **pairs[chosen][1]}


@st.composite
def _several(draw: st.DrawFn, below: st.SearchStrategy[Pair]) -> Pair:
    schema, value = draw(_object(below))
    count = draw(st.integers(0, 2))
    if draw(st.booleans()):
        return {"type": "array", "items": schema}, [value] * count
    return {"type": "object", "additionalProperties": schema}, {f"key {n}": value for n in range(count)}


@st.composite
def _conditional(draw: st.DrawFn, below: st.SearchStrategy[Pair]) -> Pair:
    """Fields that depend on another one, by either of the words there are for it."""
    pairs = draw(st.lists(_object(below), min_size=1, max_size=3))
    kinds = [f"k{place}" for place in range(len(pairs))]
    chosen = draw(st.integers(0, len(pairs) - 1))
    value = {"kind": kinds[chosen], **pairs[chosen][1]}
    word = draw(st.sampled_from(["if", "else", "dependentSchemas", "dependencies"]))
    schema: dict[str, Any] = {"type": "object", "properties": {"kind": {"enum": kinds}}, "required": ["kind"]}
    if word in ("if", "else"):
        schema["allOf"] = []
        for kind, (part, _) in zip(kinds, pairs, strict=True):
            test = {"properties": {"kind": {"const": kind}}}
            then = {"if": test, "then": part} if word == "if" else {"if": {"not": test}, "else": part}
            schema["allOf"].append(then)
    else:
        cases = [
            {**part, "properties": {**part["properties"], "kind": {"enum": [kind]}}}
            for kind, (part, _) in zip(kinds, pairs, strict=True)
        ]
        schema[word] = {"kind": {"oneOf": cases}}
        schema["$comment"] = "dependencies is a word of draft 7" if word == "dependencies" else ""
    return schema, value


@st.composite
def _tuple(draw: st.DrawFn, below: st.SearchStrategy[Pair]) -> Pair:
    pairs = draw(st.lists(below, min_size=1, max_size=3))
    count = draw(st.integers(0, len(pairs)))
    value = [one for _, one in pairs[:count]]
    schema: dict[str, Any] = {"type": "array", "prefixItems": [one for one, _ in pairs]}
    if draw(st.booleans()):
        schema["items"], extra = draw(below)
        value += [extra] * draw(st.integers(0, 2)) if count == len(pairs) else []
    return schema, value


@st.composite
def _open_object(draw: st.DrawFn, below: st.SearchStrategy[Pair]) -> Pair:
    """An object with free keys beside its fields."""
    schema, value = draw(_object(below))
    free, one = draw(below)
    value.pop("unknown", None)
    word = draw(st.sampled_from(["additionalProperties", "patternProperties"]))
    schema[word] = free if word == "additionalProperties" else {"^free ": free}
    return schema, {**value, **{f"free {n}": one for n in range(draw(st.integers(0, 2)))}}


def configs() -> st.SearchStrategy[Pair]:
    """An object's schema and a config that satisfies it."""

    def holding(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
        makers = [_object(inner), _union(inner), _several(inner), _conditional(inner), _tuple(inner)]
        return st.one_of([*makers, _open_object(inner)])

    below = st.recursive(_scalar(), holding, max_leaves=6)
    return _object(below)


def nonsense() -> st.SearchStrategy[Any]:
    """Schemas in which any keyword may hold anything."""
    words = st.sampled_from(KEYWORDS.split())
    leaf = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.sampled_from(["string", "object", "array", "a", "#", "#/properties/a"])
    )
    return st.recursive(
        leaf,
        lambda inner: st.dictionaries(words | NAMES, inner, max_size=4) | st.lists(inner, max_size=3),
        max_leaves=14,
    )
