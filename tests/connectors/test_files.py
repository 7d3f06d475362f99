"""Choosing files by globs and size, and what a name says about the content."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk import FileFilters, TooLarge
from connectors.sdk.files import FileFilter, capped, media_type, title


def wanted(include: list[str] | None = None, exclude: list[str] | None = None, **more: list[str]) -> FileFilter:
    return FileFilter(FileFilters(include=include or [], exclude=exclude or []), **more)


@pytest.mark.parametrize(
    ("glob", "matching", "other"),
    [
        ("*.md", ["a.md", "x/y/a.md", ".md"], ["a.MD", "a.md.txt", "amd"]),
        ("docs/**/*.md", ["docs/a.md", "docs/x/y/a.md"], ["a.md", "x/docs/a.md", "docs/a.txt"]),
        ("**/.git/**", [".git/config", "x/.git/a/b"], ["x.git/a", ".gitignore"]),
        ("node_modules", ["node_modules/a", "x/node_modules/y/z"], ["my_node_modules/a"]),
        ("build/", ["build/a", "x/build/a/b"], ["build", "rebuild/a"]),
        ("/top.txt", ["top.txt"], ["x/top.txt"]),
        ("docs/*", ["docs/a", "docs/a/b"], ["x/docs/a"]),
        ("?[0-9]", ["a1", "x/b2"], ["a", "a12", "ab"]),
        ("[!a-c].txt", ["d.txt"], ["a.txt"]),
        ("[]x].txt", ["].txt", "x.txt"], ["y.txt"]),
        ("a+(b).txt", ["a+(b).txt"], ["aab.txt"]),
        ("*.txt", ["two\nlines.txt", "😀.txt", "x" * 1000 + ".txt"], ["two\nlines"]),
        ("**", ["a", "a/b"], []),
    ],
)
def test_globs_read_as_in_a_gitignore(glob: str, matching: list[str], other: list[str]) -> None:
    included, excluded = wanted(include=[glob]), wanted(exclude=[glob])

    assert [path for path in matching + other if included.accepts(path)] == matching
    assert [path for path in matching + other if excluded.accepts(path)] == other


def test_exclude_wins_and_empty_patterns_mean_nothing() -> None:
    both = wanted(include=["*.md", ""], exclude=["drafts", "/"])

    assert both.accepts("a.md")
    assert not both.accepts("drafts/a.md")
    assert wanted(include=["", "/"]).accepts("anything")


def test_folders_that_can_hold_nothing_are_not_entered() -> None:
    assert not wanted(exclude=["**/.git/**"]).enters("a/.git")
    assert wanted(exclude=["*.md"]).enters("a")
    docs = wanted(include=["docs/2024/*.md", "docs/plans/**"])
    assert [folder for folder in ("docs", "docs/2024", "docs/plans/x", "docs/2023", "src") if docs.enters(folder)] == [
        "docs",
        "docs/2024",
        "docs/plans/x",
    ]
    assert wanted(include=["docs/*.md", "*.txt"]).enters("src")


def test_folders_that_were_picked_are_all_there_is() -> None:
    picked = wanted(folders=["a/b", "c/"])

    assert [path for path in ("a/b/x", "c/x", "a/x", "a/bc", "cc") if picked.accepts(path)] == ["a/b/x", "c/x"]
    assert [folder for folder in ("a", "a/b", "a/b/c", "c", "d", "a/bc") if picked.enters(folder)] == [
        "a",
        "a/b",
        "a/b/c",
        "c",
    ]
    assert wanted(folders=["a", ""]).accepts("b")  # the top itself was picked


_parts = st.text(alphabet="ab*?.[]!-", min_size=1, max_size=4)
_paths = st.lists(st.text(alphabet="ab.", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join)


@given(st.lists(_parts, min_size=1, max_size=3).map("/".join), _paths)
def test_what_is_not_entered_holds_nothing_that_is_accepted(glob: str, path: str) -> None:
    for files in (wanted(include=[glob]), wanted(exclude=[glob]), wanted(folders=[glob])):
        above = path.split("/")[:-1]
        folders = ["/".join(above[:depth]) for depth in range(1, len(above) + 1)]
        assert not files.accepts(path) or all(files.enters(folder) for folder in folders)


def test_a_file_above_the_cap_is_a_failed_item_with_a_remedy() -> None:
    small = FileFilter(FileFilters(max_bytes=10))

    assert small.too_large("a/b.bin", 10) is None
    assert small.too_large("a/b.bin", None) is None
    failure = small.too_large("a/b.bin", 11)
    assert failure is not None
    assert (failure.source_id, failure.title, failure.error.code) == ("a/b.bin", "b.bin", "too_large")
    assert "Largest file" in failure.error.remedy


def test_a_body_of_unknown_size_ends_at_the_cap_and_is_closed() -> None:
    closed: list[int] = []

    async def chunks(limit: int) -> AsyncIterator[bytes]:
        try:
            for _ in range(5):
                yield b"1234"
        finally:
            await asyncio.sleep(0)
            closed.append(limit)

    async def read(limit: int) -> int:
        size = 0
        async for chunk in capped(chunks(limit), limit, path="a"):
            size += len(chunk)
        return size

    async def refused() -> None:
        with pytest.raises(TooLarge):
            await read(19)
        assert closed == [20, 19]

    assert asyncio.run(read(20)) == 20
    asyncio.run(refused())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.md", "text/markdown"),
        ("A.PDF", "application/pdf"),
        ("x/y.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("mail.eml", "message/rfc822"),
        ("backup.tar.gz", "application/gzip"),
        ("x/.bashrc", ""),
        (".txt", ""),
        ("folder.d/README", ""),
        ("unknown.xyzzy", ""),
    ],
)
def test_the_ending_of_a_name_says_the_media_type(path: str, expected: str) -> None:
    assert media_type(path) == expected


def test_the_title_is_the_last_part() -> None:
    assert [title("a/b c.md"), title("c"), title("a/b/")] == ["b c.md", "c", "b"]
