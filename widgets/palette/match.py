"""How well a name fits what was typed: letters in order, better at the beginning of words and in one piece."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from widgets.palette.entry import Entry

__all__ = ["best", "match"]

START, WHOLE, RUN, GAP = 30, 60, 12, 1
MANY = 60


def match(query: str, text: str, *, loose: bool = True) -> tuple[int, tuple[int, ...]] | None:
    """The score of `text` and the letters that matched; None if a word of the query is not in it. `loose`: its letters
    may stand apart, at the beginnings of words.

    Each word of the query is looked for by itself, so that "sync wiki" finds "Wiki: Sync now"."""
    low = text.lower()
    if len(low) != len(text):  # a letter that grows when it is lowered would shift the marks
        low = text
    score, marks = 0, set[int]()
    for word in query.lower().split():
        found = _word(word, low, loose)
        if found is None:
            return None
        score += found[0]
        marks.update(found[1])
    return score, tuple(sorted(marks))


def best(query: str, entries: Iterable[Entry], limit: int) -> list[Entry]:
    """The entries that fit, the best first; an entry found by its other words stands below those found by name."""
    found: list[tuple[int, int, Entry]] = []
    for number, entry in enumerate(entries):
        by_name = _beyond(entry, match(query, entry.text, loose=not entry.beyond))
        if by_name is not None:
            score, marks = by_name
            score -= len(entry.text) // 8
        else:
            by_words = _beyond(entry, match(query, f"{entry.text} {entry.also}", loose=False)) if entry.also else None
            if by_words is None:
                continue
            score, marks = by_words[0] - WHOLE, ()
        if query.strip().lower() == entry.text.lower():
            score += WHOLE
        # One word that many things' verbs share: what goes by that name itself is meant first.
        if entry.beyond and " " not in query.strip():
            score -= MANY
        # What can't be done now is shown, but never before what can.
        score += entry.weight - (40 if entry.reason else 0)
        found.append((-score, number, replace(entry, marks=marks)))
    found.sort(key=lambda each: each[:2])
    return [entry for _score, _number, entry in found[:limit]]


def _beyond(entry: Entry, found: tuple[int, tuple[int, ...]] | None) -> tuple[int, tuple[int, ...]] | None:
    return found if found is not None and (not entry.beyond or found[1][-1] >= entry.beyond) else None


def _word(word: str, text: str, loose: bool) -> tuple[int, Iterable[int]] | None:
    at = _in_one_piece(word, text)
    if at is not None:
        start = _starts(text, at)
        whole = at + len(word) == len(text) or not text[at + len(word)].isalnum()
        score = RUN * len(word) + (START if start else 0) + (WHOLE if start and whole else 0) - GAP * min(at, 20)
        return score, range(at, at + len(word))
    if len(word) < 2 or not loose:
        return None
    return _scattered(word, text)


def _in_one_piece(word: str, text: str) -> int | None:
    """Where it stands, at the beginning of a word if it does anywhere."""
    first = at = text.find(word)
    while at >= 0:
        if _starts(text, at):
            return at
        at = text.find(word, at + 1)
    return first if first >= 0 else None


def _scattered(word: str, text: str) -> tuple[int, list[int]] | None:
    """Its letters in order, each at the beginning of a word or right after the one before: "sn" finds "Sync now"."""
    marks: list[int] = []
    at = -1
    for letter in word:
        follows = at + 1
        if marks and follows < len(text) and text[follows] == letter:
            at = follows
        else:
            at = next((here for here in range(follows, len(text)) if text[here] == letter and _starts(text, here)), -1)
            if at < 0:
                return None
        marks.append(at)
    return sum(START // 2 for here in marks if _starts(text, here)) - GAP * (marks[-1] - len(word)), marks


def _starts(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()
