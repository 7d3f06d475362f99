"""A person's words never become a syntax error, and mean what they look like."""

from __future__ import annotations

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.library.search import fts_query


@pytest.fixture(scope="module")
def index() -> apsw.Connection:
    db = apsw.Connection(":memory:")
    db.execute('CREATE VIRTUAL TABLE t USING fts5(title, body, tokenize="unicode61 remove_diacritics 2")')
    rows = [
        (1, "Calibration", "The barometer is calibrated in spring."),
        (2, "Travel", "Take the night train. Fähre or ferry, both are paid."),
        (3, "AND OR NOT", 'NEAR "quotes" (and) brackets'),
    ]
    db.executemany("INSERT INTO t (rowid, title, body) VALUES (?, ?, ?)", rows)
    return db


def find(index: apsw.Connection, text: str) -> list[int]:
    expression = fts_query(text)
    if not expression:
        return []
    return [row[0] for row in index.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rowid", (expression,))]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("barometer", [1]),
        ("barometer spring", [1]),
        ("barometer ferry", []),
        ("calib*", [1]),
        ("calib", []),
        ('"night train"', [2]),
        ('"train night"', []),
        ("fahre", [2]),
        ("the -barometer", [2]),
        ("AND", [3]),
        ("NOT", [3]),
        ('quotes"', [3]),
        ("(and) brackets)", [3]),
        ("title:Travel", []),
        ("-barometer", []),
        ("***", []),
        ("", []),
    ],
)
def test_words(index: apsw.Connection, text: str, hits: list[int]) -> None:
    assert find(index, text) == hits


@given(st.text(alphabet=st.sampled_from('ab-*"()^:{}+. ANDORNEAR,äß\x00\n'), max_size=30))
def test_nothing_typed_is_a_syntax_error(text: str) -> None:
    db = apsw.Connection(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(title, body)")
    find(db, text)
    db.close()
