"""Which texts of the Qt-free code a person may read, found in its syntax trees.

What ends in an error, a step of a test, a view or an option is followed back to where it is written: through
variables and conditional expressions of the function, through the module's own tables and functions (what they return,
what they are called with). A value in an f-string becomes a {name}. `N_(...)` marks what comes to a person on another
way: a text, or a whole table.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

SPOKEN = re.compile(
    r"(Error|Denied|Limited|Refused|Failed|Unreadable|NotFound|TooLarge|Removed|Epoch|Warn|refusal|refused)$"
)
"""Calls whose first argument a person reads."""
WHOLLY = {"CheckStep", "Option", "Node", "Probe", "say", "translated"}
"""Calls of whose arguments a person reads all that have words."""
MARK = "N_"
"""Marks what is read anyway, even a single word."""
WORDS = {
    *("what", "remedy", "title", "description", "help", "summary", "reason", "label", "purpose", "message", "detail"),
    *("sentence", "note", "about", "findings", "problem"),
}
"""Keywords of any call, fields of a class, and attributes that are set, that a person reads."""
UNREAD = {
    *("ValueError", "TypeError", "RuntimeError", "KeyError", "AttributeError"),
    *("AssertionError", "NotImplementedError", "LookupError"),
}
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Scope: TypeAlias = Function | ast.Lambda | ast.Module


def spoken(tree: ast.Module, told: frozenset[str] = frozenset()) -> Iterator[str]:
    """Texts of one module. `told` are more calls whose first argument a person reads, such as errors."""
    module = _Module(tree)
    for scope, node in module.nodes:
        for sink in _sinks(node, told, module.fields):
            yield from module.follow(sink, scope, set())


def errors(trees: Iterable[ast.Module], family: str = "HeadwaterError") -> frozenset[str]:
    """The names of an error and of all that are derived from it."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    found, before = {family}, 0
    while len(found) > before:
        before = len(found)
        found |= {one.name for one in classes if found & {getattr(base, "id", "") for base in one.bases}}
    return frozenset(found)


def counts(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What is counted in texts: one and several of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node) == "counted":
            words = [word.value for word in node.args[1:] if isinstance(word, ast.Constant)]
            if words:
                yield words[0], words[1] if len(words) > 1 else f"{words[0]}s"


def telling(text: str) -> bool:
    """Whether there are words of a language in it, and not only values and signs."""
    plain = re.sub(r"\{\w*\}", "", text)
    return bool(re.search(r"[A-Za-z]{2,}\s+[A-Za-z]|^[A-Z][a-z]{2,}|(^|\s)[a-z]{2,}\s", plain))


class _Module:
    """A module's nodes with the function each stands in, and what its names may be."""

    def __init__(self, tree: ast.Module) -> None:
        self.nodes: list[tuple[Scope, ast.AST]] = []
        self.fields: dict[str, list[str]] = {}
        self._above: dict[Scope, Scope] = {}
        self._functions: dict[str, list[Function]] = defaultdict(list)
        self._returned: dict[Scope, list[ast.expr]] = defaultdict(list)
        self._assigned: dict[tuple[Scope, str], list[ast.expr]] = defaultdict(list)
        self._calls: dict[str, list[tuple[Scope, ast.Call]]] = defaultdict(list)
        self._walk(tree, tree)

    def _walk(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            self.nodes.append((scope, child))
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                self._functions[child.name].append(child)
            elif isinstance(child, ast.ClassDef):
                self.fields[child.name] = [_field(each) for each in child.body if isinstance(each, ast.AnnAssign)]
            elif isinstance(child, ast.Return) and child.value is not None:
                self._returned[scope].append(child.value)
            elif isinstance(child, ast.Call):
                self._calls[_name(child)].append((scope, child))
            for name, value in _assignments(child):
                self._assigned[scope, name].append(value)
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                self._above[child] = scope
                self._walk(child, child)
            else:
                self._walk(child, scope)

    def follow(self, node: ast.expr, scope: Scope, seen: set[ast.AST], *, marked: bool = False) -> Iterator[str]:
        """The texts that an expression can be; of those that are not `marked` only what has words."""
        if node in seen:
            return
        seen.add(node)
        text = template_of(node)
        if text is not None and (marked or telling(text) or _counts(node)):
            yield text
        marked = (marked and not isinstance(node, ast.JoinedStr)) or _name(node) == MARK
        for part, inner in self._parts(node, scope):
            yield from self.follow(part, inner, seen, marked=marked)

    def _parts(self, node: ast.expr, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """The expressions that one may be, or is made of."""
        match node:
            case ast.IfExp():
                yield from ((part, scope) for part in (node.body, node.orelse))
            case ast.BoolOp(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Dict(values=parts):
                yield from ((part, scope) for part in parts)
            case ast.JoinedStr():
                yield from ((part.value, scope) for part in node.values if isinstance(part, ast.FormattedValue))
            case ast.Lambda():
                yield node.body, node
            case ast.Await() | ast.Starred() | ast.NamedExpr() | ast.Subscript():
                yield node.value, scope
            case ast.Name():
                yield from self._named(node.id, scope)
            case ast.Call(func=ast.Name(id=mark)) if mark == MARK:
                yield from ((part, scope) for part in node.args)
            case ast.Call(func=ast.Attribute(attr="get" | "items" | "values", value=ast.Name() as table)):
                yield from ((part, scope) for part in (table, *node.args[1:]))
            case ast.Call(func=ast.Name() | ast.Attribute()):
                yield from self._results(_name(node))
            case ast.Attribute(value=ast.Name()):
                yield from self._results(node.attr)

    def _results(self, name: str) -> Iterator[tuple[ast.expr, Scope]]:
        for function in self._functions.get(name, ()):
            yield from ((value, function) for value in self._returned[function])

    def _named(self, name: str, scope: Scope) -> Iterator[tuple[ast.expr, Scope]]:
        """What is assigned to a name, here or further out; what a parameter is called with."""
        if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from self._given(name, scope)
        found = self._assigned.get((scope, name))
        if found is None and scope in self._above:
            yield from self._named(name, self._above[scope])
        yield from ((value, scope) for value in found or ())
        yield from self._results(name)

    def _given(self, name: str, function: Function) -> Iterator[tuple[ast.expr, Scope]]:
        names = [each.arg for each in function.args.args]
        for scope, call in self._calls[function.name]:
            yield from ((word.value, scope) for word in call.keywords if word.arg == name)
            place = names.index(name) - (names[0] in ("self", "cls")) if name in names else len(call.args)
            if place < len(call.args):
                yield call.args[place], scope


def _sinks(node: ast.AST, told: frozenset[str], fields: Mapping[str, list[str]]) -> Iterable[ast.expr]:
    """The expressions in a node whose texts a person reads."""
    if isinstance(node, ast.Assign):
        return [node.value] if any(isinstance(to, ast.Attribute) and to.attr in WORDS for to in node.targets) else []
    if not isinstance(node, ast.Call):
        return []
    name = _name(node)
    if name in UNREAD - told:
        return []
    first = node.args[:1] if name in told or SPOKEN.search(name) else []
    said = [word.value for word in node.keywords if word.arg in WORDS]
    said += [value for field, value in zip(fields.get(name, ()), node.args, strict=False) if field in WORDS]
    return [*(node.args if name in WHOLLY else [node] if name == MARK else first), *said]


def _assignments(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names with what they become; an entry of a list or table counts for its name."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _unpacked(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
            yield from _unpacked(target, value)
        case ast.NamedExpr(target=target, value=value):
            yield from _unpacked(target, value)
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            yield from _unpacked(target, value)
        case ast.Call(func=ast.Attribute(attr="append", value=ast.Name(id=name)), args=[value]):
            yield name, value


def _unpacked(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case ast.Subscript(value=ast.Name(id=name)), _:
            yield name, value
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for one, its in zip(targets, values, strict=True):
                yield from _unpacked(one, its)
        case ast.Tuple(elts=targets), _:
            for one in targets:
                yield from _unpacked(one, value)


def template_of(node: ast.expr) -> str | None:
    """A literal as it is, an f-string with names for its values."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = template_of(node.left), template_of(node.right)
        return left + right if left is not None and right is not None else None
    if not isinstance(node, ast.JoinedStr):
        return None
    made = ""
    names: dict[str, str] = {}
    for part in node.values:
        if isinstance(part, ast.Constant):
            made += str(part.value)
            continue
        assert isinstance(part, ast.FormattedValue)
        source = ast.unparse(part.value)
        if source not in names:
            names[source] = _name_for(part.value, set(names.values()))
        made += "{" + names[source] + "}"
    return made


def _name_for(node: ast.expr, taken: set[str]) -> str:
    """A word for a value: the last name in its expression."""
    words = re.findall(r"[A-Za-z][a-z_A-Z]*", ast.unparse(node))
    word = words[-1].strip("_") if words else "value"
    made, number = word, 2
    while made in taken:
        made, number = f"{word}{number}", number + 1
    return made


def _field(node: ast.AnnAssign) -> str:
    return node.target.id if isinstance(node.target, ast.Name) else ""


def _counts(node: ast.expr) -> bool:
    return any(_name(part) == "counted" for part in ast.walk(node))


def _name(node: ast.AST) -> str:
    """What a call calls."""
    function = node.func if isinstance(node, ast.Call) else None
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
