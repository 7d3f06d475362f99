"""Names of exported files: safe everywhere, unlike each other, and inside their folder."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.library.export import Names, safe_path


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("docs/plan.md", "docs/plan.md"),
        ("../../etc/passwd", "%%2E%2E/%%2E%2E/etc/passwd"),
        ("/leading", "%empty/leading"),
        ("a//b", "a/%empty/b"),
        ("line\nbreak", "line%0Abreak"),
        ("con.txt", "%63on.txt"),
        ("ends with dot.", "ends with dot%2E"),
        ("50%", "50%25"),
        ("what?", "what%3F"),
        ("Übersicht 😀.md", "Übersicht 😀.md"),
    ],
)
def test_unsafe_names_are_escaped(path: str, safe: str) -> None:
    assert safe_path(path) == safe


def test_a_name_of_a_thousand_signs_is_cut_and_stays_distinct() -> None:
    one, two = safe_path("x" * 1000), safe_path("x" * 999 + "y")
    assert len(one.encode()) <= 255
    assert one != two


def test_a_key_that_is_both_file_and_folder_and_names_that_differ_in_case_only() -> None:
    names = Names()
    taken = [names.take("c", path, path) for path in ("a", "a/b", "A", "a/B", "caf\u00e9", "cafe\u0301")]
    assert len({name.casefold() for name in taken}) == 6
    assert taken[0] == "c/a"
    assert not any(name.startswith("c/a/") for name in taken)
    assert names.escaped == 4


@given(st.lists(st.text(max_size=12, alphabet="ab/.\\:* \n%é"), max_size=12, unique=True))
def test_every_document_gets_its_own_file_below_the_folder(paths: list[str]) -> None:
    names = Names()
    taken = [names.take("c", path, path) for path in paths]
    folded = [name.casefold() for name in taken]
    assert len(set(folded)) == len(paths)
    for name in taken:
        assert ".." not in PurePosixPath(name).parts
        assert name.startswith("c/")
        assert not any(other.startswith(name.casefold() + "/") for other in folded)
