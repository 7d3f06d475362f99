"""The walk through a tree: order, going on, folders that fail, and how much it asks for at a time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk import (
    AuthError,
    DocumentRef,
    Failure,
    FileFilters,
    HeadwaterError,
    NotFound,
    Page,
    PermissionDenied,
    TransientError,
    Upsert,
)
from connectors.sdk import tree as module
from connectors.sdk.files import FileFilter
from connectors.sdk.testing import Catalog
from connectors.sdk.tree import Entry, ordered, tree_pages


class Tree:
    """A tree in memory that counts what it is asked for."""

    def __init__(self, paths: Iterable[str], broken: dict[str, HeadwaterError] | None = None) -> None:
        self.paths = set(paths)
        self.broken = broken or {}
        self.down: HeadwaterError | None = None
        self.listed: list[str] = []
        self.busy = self.most = 0

    async def list_folder(self, folder: str) -> list[Entry]:
        self.listed.append(folder)
        self.busy += 1
        self.most = max(self.most, self.busy)
        await asyncio.sleep(0)
        self.busy -= 1
        if folder in self.broken:
            raise self.broken[folder]
        below = [path[len(folder) :] for path in self.paths if path.startswith(folder)]
        folders = {name.partition("/")[0] for name in below if "/" in name}
        files = {name for name in below if name and "/" not in name}
        return ordered([*(Entry(name, folder=True) for name in folders), *(Entry(name, size=1) for name in files)])

    async def verify(self) -> None:
        if self.down is not None:
            raise self.down

    async def pages(self, checkpoint: dict[str, Any] | None = None, filters: FileFilters | None = None) -> list[Page]:
        found = tree_pages(
            self.list_folder,
            verify=self.verify,
            wanted=FileFilter(filters or FileFilters()),
            checkpoint=checkpoint,
            ahead=3,
        )
        async with aclosing(found):
            return [page async for page in found]


def ids(pages: Iterable[Page]) -> list[str]:
    return [change.ref.source_id for page in pages for change in page.changes if isinstance(change, Upsert)]


def failures(pages: Iterable[Page]) -> list[Failure]:
    return [change for page in pages for change in page.changes if isinstance(change, Failure)]


def catalog(pages: Iterable[Page], *, known: Iterable[str] = ()) -> set[str]:
    """The documents that a host has after these pages, when it knew `known` before."""
    host = Catalog()
    earlier = [Upsert(ref=DocumentRef(source_id=path, title=path)) for path in known]
    for page in [Page(changes=[*earlier], checkpoint={}), *pages]:
        host.apply(page, "", {})
    return set(host.documents)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE_DOCUMENTS", 3)


_names = st.text(alphabet="ab. -0\n~ü😀\uffff", min_size=1, max_size=3).filter(lambda name: name not in (".", ".."))
_trees = st.sets(st.lists(_names, min_size=1, max_size=4).map("/".join), max_size=30)


def no_file_is_a_folder(paths: set[str]) -> set[str]:
    return {path for path in paths if not any(other.startswith(path + "/") for other in paths)}


@given(_trees.map(no_file_is_a_folder))
def test_documents_come_in_the_order_of_their_bytes_and_each_page_can_be_gone_on_from(paths: set[str]) -> None:
    async def run() -> None:
        pages = await Tree(paths).pages()
        found = ids(pages)
        assert found == sorted(paths, key=str.encode)
        assert (pages[0].covers.after, pages[-1].covers.through) == (None, None)  # type: ignore[union-attr]
        for page, following in itertools.pairwise(pages):
            assert page.covers.through == following.covers.after  # type: ignore[union-attr]
            assert ids(await Tree(paths).pages(page.checkpoint)) == found[found.index(ids([page])[-1]) + 1 :]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PAGE_DOCUMENTS", 3)
        asyncio.run(run())


def test_going_on_lists_only_the_folders_that_lead_there(small_pages: None) -> None:
    paths = [f"d{number}/sub/f{file}" for number in range(9) for file in range(3)]
    tree = Tree(paths)

    found = asyncio.run(tree.pages({"after": "d6/sub/f1", "seen": 20}))

    assert ids(found) == paths[20:]
    assert sorted(tree.listed) == ["", "d6/", "d6/sub/", "d7/", "d7/sub/", "d8/", "d8/sub/"]
    assert found[-1].progress is not None
    assert found[-1].progress.seen == 27


def test_each_folder_is_listed_once_and_few_at_a_time() -> None:
    tree = Tree(f"a{one}/b{two}/c{three}/f" for one in range(4) for two in range(4) for three in range(4))

    asyncio.run(tree.pages())

    assert len(tree.listed) == len(set(tree.listed)) == 1 + 4 + 16 + 64
    assert 2 <= tree.most <= 3


def test_what_the_filters_leave_out_is_neither_listed_nor_a_document() -> None:
    tree = Tree(["a.md", "b.txt", ".git/x.md", "docs/c.md", "docs/.git/d.md"])

    found = asyncio.run(tree.pages(filters=FileFilters(include=["*.md"], exclude=["**/.git/**"])))

    assert ids(found) == ["a.md", "docs/c.md"]
    assert tree.listed == ["", "docs/"]


def test_a_checkpoint_moves_on_through_what_the_filters_leave_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE_ENTRIES", 4)
    tree = Tree([f"a{number}.txt" for number in range(10)] + ["z.md"])

    found = asyncio.run(tree.pages(filters=FileFilters(include=["*.md"])))

    assert [page.checkpoint.get("after") for page in found] == ["a3.txt", "a7.txt", None]
    assert ids(found) == ["z.md"]


REFUSED = PermissionDenied("No", where="b/", remedy="Ask.")


def test_below_a_folder_that_cannot_be_read_nothing_counts_as_gone() -> None:
    known = ["a/1", "b/1", "b/c/2", "b0", "c/1"]

    found = asyncio.run(Tree(["a/1", "b/1", "c/2"], {"b/": REFUSED}).pages())

    assert [failure.source_id for failure in failures(found)] == ["b/"]
    assert failures(found)[0].error == REFUSED.info()
    assert catalog(found, known=known) == {"a/1", "b/1", "b/c/2", "c/2"}


def test_a_folder_that_failed_is_not_tried_again_by_the_run_that_goes_on() -> None:
    tree = Tree(["a/1", "b/1", "c/2"], {"b/": REFUSED})
    first = asyncio.run(tree.pages())[0]
    tree.listed.clear()

    rest = asyncio.run(tree.pages(first.checkpoint))

    assert (ids(rest), failures(rest), sorted(tree.listed)) == (["c/2"], [], ["", "c/"])


def test_a_folder_that_is_gone_takes_its_documents_along() -> None:
    found = asyncio.run(Tree(["a/1", "b/1"], {"b/": NotFound("Gone")}).pages())

    assert failures(found) == []
    assert catalog(found, known=["a/1", "b/1", "b/2"]) == {"a/1"}


def test_a_source_that_is_down_ends_the_run_before_a_page_says_that_anything_is_gone(small_pages: None) -> None:
    tree = Tree(["a/1", "b1", "b2", "b3", "b4"], {"a/": NotFound("Gone")})
    tree.down = TransientError("The disk was pulled out")
    found: list[Page] = []

    async def run() -> None:
        pages = tree_pages(tree.list_folder, verify=tree.verify, wanted=FileFilter(FileFilters()), checkpoint=None)
        async for page in pages:
            found.append(page)

    with pytest.raises(TransientError, match="pulled out"):
        asyncio.run(run())
    assert found == []


def test_a_lost_sign_in_ends_the_run_at_once() -> None:
    with pytest.raises(AuthError):
        asyncio.run(Tree(["a/1", "b/1"], {"b/": AuthError("Sign in again")}).pages())


def test_an_empty_tree_is_one_page_that_covers_everything() -> None:
    found = asyncio.run(Tree([]).pages())

    assert len(found) == 1
    assert catalog(found, known=["a"]) == set()


def test_stopping_leaves_no_listing_under_way() -> None:
    async def stop_early() -> None:
        tree = Tree(f"d{number}/f" for number in range(20))
        found = tree_pages(tree.list_folder, verify=tree.verify, wanted=FileFilter(FileFilters()), checkpoint=None)
        await anext(found)
        await found.aclose()
        assert len(asyncio.all_tasks()) == 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PAGE_DOCUMENTS", 1)
        asyncio.run(stop_early())
