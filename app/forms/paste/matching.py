"""Finds the fields that named values belong to, in all branches of all unions, and the branches that fit best.

A branch is chosen only by evidence: a value that belongs to one of its fields and to nothing outside of the union, or
the tag of the branch itself. Without evidence a union stays as it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from app.forms.paste.converting import WHOLE, convert, secret_slot
from app.forms.paste.entries import Entries, Entry
from app.forms.paste.finding import How
from app.forms.paste.names import Words, in_front, is_secret_name, keys_in, keys_of_field, likeness
from app.forms.spec import FieldSpec, Kind
from app.forms.state import FormState
from app.forms.unions import plain
from app.forms.values import UNSET, Json, Path, branch, same

_DEPTHS = (10, 6, 4, 2, 1)
_MOST = 1500
"""Fields that are looked at. A schema may be recursive: of one with more than these only the upper levels count."""
_AT = "\0"
"""Begins the key of a place in JSON, so that it is no name."""
_EXACT = 120
_SURE = 60
"""From here on a match may choose a branch of a union."""
_SURE_RULE = 40
_NOT_WANTED = 25
"""What a reading loses for each value that no field takes."""


@dataclass(frozen=True, slots=True)
class Place:
    """A field that could take a value."""

    path: Path
    spec: FieldSpec
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A value and its field."""

    entry: Entry
    place: Place
    points: int
    how: How


@dataclass(frozen=True, slots=True)
class Matching:
    """One reading of the text against the form. `tags` are the branches that the text names itself."""

    matches: tuple[Match, ...]
    tags: Mapping[Path, tuple[int, Entry]]
    unmatched: Entries

    @property
    def points(self) -> int:
        """How well the form understands the reading."""
        lost = sum(not entry.implied for entry in self.unmatched)
        won = sum(match.points + _SURE_RULE * match.entry.sure for match in self.matches)
        return won + _EXACT * len(self.tags) - _NOT_WANTED * lost


class Matcher:
    """The fields of one form, as far as they can be pasted into."""

    def __init__(self, state: FormState) -> None:
        self._state = state
        self._unions: list[tuple[Path, FieldSpec, tuple[str, ...]]] = []
        self._order: dict[Path, int] = {}
        self._consts: dict[tuple[str, ...], list[Json]] = defaultdict(list)
        self._places: list[Place] = []
        for deep in _DEPTHS:
            self._order, self._unions = {}, []
            self._places = list(islice(self._walk(state.form.root, (), (), deep), _MOST + 1))
            if len(self._places) <= _MOST:
                break
        self._index: dict[Words, list[Place]] = defaultdict(list)
        for place in self._places:
            keys = keys_of_field(place.spec.name) | keys_of_field(place.spec.label)
            for key in keys | {(_AT, *place.tokens)}:
                self._index[key].append(place)
        self._objects = {one.spec.name for one in self._places if one.spec.kind in WHOLE}

    def place_of(self, path: Path) -> int:
        """Where a field or union stands in the form."""
        return self._order[path]

    def has_more_than(self, other: Matcher) -> bool:
        """Whether there are fields that another shape of the form has not."""
        return not self._order.keys() <= other._order.keys()

    def unfit(self, entry: Entry) -> str:
        """The title of the field that a value is called like, but that can't hold it; "" if there is none."""
        likely = max(self._likely(entry), key=lambda place: _points(entry, place)[0], default=None)
        named = likely is not None and _points(entry, likely)[0] >= _SURE
        return likely.spec.label if likely is not None and named and not fits(entry, likely.spec) else ""

    def takes_object(self, name: str) -> bool:
        """Whether some field of this name takes a whole object."""
        return name in self._objects

    def _likely(self, entry: Entry) -> list[Place]:
        """The fields that a value can be meant for by its name or its place, in the order of the form."""
        keys = {key for name in entry.names for key in keys_in(name)} | {(_AT, *entry.tokens)}
        found = {place.path: place for key in keys for place in self._index.get(key, ())}
        return sorted(found.values(), key=lambda place: self._order[place.path])

    def _walk(
        self, spec: FieldSpec, path: Path, tokens: tuple[str, ...], deep: int, above: tuple[Json, ...] = ()
    ) -> Iterator[Place]:
        if spec.kind is Kind.CONST:
            self._consts[tokens].append(spec.const)
        if spec.read_only or spec.hidden or spec.spread or len(path) > deep:
            return
        properties = spec.schema.get("properties")
        if spec.kind is Kind.OBJECT and any(properties is one for one in above):
            return  # the schema repeats itself; a pasted text means the uppermost
        self._order[path] = len(self._order)
        if spec.kind is Kind.OBJECT:
            for child in self._state.children(path):
                yield from self._walk(child, (*path, child.name), (*tokens, child.name), deep, (*above, properties))
        elif spec.kind is Kind.UNION:
            self._unions.append((path, spec, tokens))
            for number, one in enumerate(spec.branches):
                yield from self._walk(one.spec, (*path, branch(number)), tokens, deep, above)
        else:
            yield Place(path, spec, tokens)

    def match(self, entries: Entries) -> Matching:
        """Gives each value its field and each field its value, the surest first."""
        possible = [match for entry in entries for place in self._likely(entry) for match in _possible(entry, place)]
        tags = self._tags(entries)
        chosen = self._choose(possible, {path: place for path, (place, _) in tags.items()})
        said = {id(entry) for _, entry in tags.values()}
        said |= {
            id(one) for one in entries if any(same(one.value, const) for const in self._consts.get(one.tokens, ()))
        }
        open_ = [one for one in possible if id(one.entry) not in said and _lies_on(one.place.path, chosen)]
        fronts = Counter(_front(one) for one in open_)

        def rank(one: Match) -> tuple[bool, int, int, int]:
            # Among names with words in front, those with the words that most have; then what lies higher in the form.
            vague = one.how == "ending"
            return vague, -fronts[_front(one)] * vague, -one.points, len(one.place.tokens)

        open_.sort(key=rank)
        matches: list[Match] = []
        taken: set[Path] = set()
        for one in open_:
            if id(one.entry) not in said and one.place.path not in taken:
                said.add(id(one.entry))
                taken.add(one.place.path)
                matches.append(one)
        return Matching(tuple(matches), tags, tuple(entry for entry in entries if id(entry) not in said))

    def _tags(self, entries: Entries) -> dict[Path, tuple[int, Entry]]:
        """Branches named in pasted JSON: the value of a union's discriminator, just where the union lies."""
        found: dict[Path, tuple[int, Entry]] = {}
        for path, spec, tokens in self._unions:
            for entry in entries:
                if spec.discriminator and entry.tokens == (*tokens, spec.discriminator):
                    for number, one in enumerate(spec.branches):
                        if one.tag is not None and plain(one.tag) == plain(entry.value):
                            found[path] = (number, entry)
        return found

    def _choose(self, possible: list[Match], tagged: Mapping[Path, int]) -> dict[Path, int | None]:
        """Which branch of each union the values speak for, the outer unions first."""
        chosen: dict[Path, int | None] = {}
        for path, spec, _ in self._unions:
            current = self._state.branch(path)
            support = [self._support(possible, path, number) for number in range(len(spec.branches))]
            best = max(range(len(support)), key=lambda n: (support[n], n == current, -n), default=None)
            if path in tagged:
                chosen[path] = tagged[path]
            else:
                chosen[path] = best if best is not None and support[best] else current
        return chosen

    @staticmethod
    def _support(possible: list[Match], union: Path, number: int) -> int:
        outside: dict[int, int] = {}
        inside: dict[int, int] = {}
        for one in possible:
            path = one.place.path
            if path[: len(union)] != union:
                outside[id(one.entry)] = max(one.points, outside.get(id(one.entry), 0))
            elif path[len(union)] == branch(number):
                inside[id(one.entry)] = max(one.points, inside.get(id(one.entry), 0))
        return sum(points for entry, points in inside.items() if points >= _SURE and points > outside.get(entry, 0))


def _lies_on(path: Path, chosen: Mapping[Path, int | None]) -> bool:
    """Whether a field lies on the chosen branches only."""
    steps = ((path[:end], step) for end, step in enumerate(path))
    return all(chosen.get(above) == step[1] for above, step in steps if isinstance(step, tuple))


def _possible(entry: Entry, place: Place) -> Iterator[Match]:
    """The match of a value and a field, if their names and types allow it."""
    points, how = _points(entry, place)
    if points and fits(entry, place.spec):
        yield Match(entry, place, points, how)


def fits(entry: Entry, spec: FieldSpec) -> bool:
    """Whether a field can hold a value at all."""
    if spec.kind is Kind.SECRET:
        return secret_slot(entry.value) is not None
    return not entry.secret_only and convert(spec, entry.value) is not UNSET


def _points(entry: Entry, place: Place) -> tuple[int, How]:
    spec = place.spec
    if entry.tokens and entry.tokens == place.tokens:
        return _EXACT, "name"
    if spec.kind in (Kind.LIST, Kind.TUPLE, Kind.MAP, Kind.JSON, Kind.PAIRS) and not isinstance(
        entry.value, list | dict
    ):
        return 0, "name"
    best: tuple[int, How] = (0, "name")
    for rank, name in enumerate(entry.names):
        by_name, by_title = likeness(name, spec.name), likeness(name, spec.label) - 5
        points = max(by_name, by_title) - 2 * rank
        if points > best[0]:
            titled = by_title > by_name
            best = (points, "ending" if points < 75 else "alias" if points < 90 else "title" if titled else "name")
    if spec.kind is not Kind.SECRET and best[0] and is_secret_name(entry.names[0]):
        best = (best[0] - 10, best[1])  # a secret goes rather where it is not shown
    return best


def _front(match: Match) -> tuple[str, ...]:
    """The words in front of a name. Those of most matches are the application's; others belong to something else."""
    return in_front(match.entry.names[0], match.place.spec.name)
