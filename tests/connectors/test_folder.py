"""The folder source over real files, also those that a file system should not have."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import ValidationError

from connectors.sdk import (
    CheckStep,
    ConfigError,
    Content,
    DocumentRef,
    Failure,
    NotFound,
    Page,
    Partition,
    PermissionDenied,
    TooLarge,
    TransientError,
    Upsert,
)
from connectors.sdk import tree as tree_module
from connectors.sdk.testing import CHECKS, Case, Catalog, Check, MemoryState, collect
from connectors.sources import folder as module
from connectors.sources.folder import FolderSource
from tests.support.context import connected

posix = pytest.mark.skipif(sys.platform == "win32", reason="names and links as POSIX has them")
not_root = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


def put(root: Path, *paths: str, body: str = "text") -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(body, encoding="utf-8")


@asynccontextmanager
async def opened(root: Path, **config: Any) -> AsyncIterator[FolderSource]:
    async with connected(FolderSource, {"path": str(root), **config}) as source:
        yield source


def read(root: Path, *, catalog: Catalog | None = None, fetch: bool = False, **config: Any) -> Catalog:
    async def run() -> Catalog:
        async with opened(root, **config) as source:
            return await collect(source, catalog=catalog, fetch=fetch)

    return asyncio.run(run())


def fetch(root: Path, path: str, **config: Any) -> bytes:
    async def run() -> bytes:
        async with opened(root, **config) as source:
            return await whole(await source.fetch(DocumentRef(source_id=path, title=path)))

    return asyncio.run(run())


async def whole(content: Content) -> bytes:
    if isinstance(content.body, bytes):
        return content.body
    return b"".join([chunk async for chunk in content.body])


def ids(pages: Iterable[Page]) -> list[str]:
    return [change.ref.source_id for page in pages for change in page.changes if isinstance(change, Upsert)]


def failures(catalog: Catalog) -> dict[str | None, Failure]:
    return {failure.source_id: failure for failure in catalog.failures}


# --- the contract ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_conformance(check: Check, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "PAGE_DOCUMENTS", 4)
    monkeypatch.setattr(module, "WHOLE", 1000)
    paths = {f"{folder}{name}" for folder in ("", "a/", "a b/", "a/b/c/", "z/") for name in ("0.md", "a.txt", "~")}
    put(root, *paths)
    put(root, "big.txt", body="0123456789" * 500)
    case = Case(
        source_class=FolderSource,
        config={"path": str(root)},
        open=lambda config: connected(FolderSource, config),
        bad_configs=[
            {},
            {"path": "relative/folder"},
            {"path": str(root / "nowhere")},
            {"path": str(root / "big.txt")},
            {"path": str(root), "filters": {"max_bytes": 0}},
        ],
        expected_documents={*paths, "big.txt"},
        pages=5,
    )
    assert asyncio.run(check(case)) == []


# --- what is a document ----------------------------------------------------------------------------------------------


def test_a_document_says_what_the_file_system_knows(root: Path) -> None:
    put(root, "a b/ü.md", body="hello")
    os.utime(root / "a b/ü.md", (1_700_000_000, 1_700_000_000))

    catalog = read(root)

    ref = next(change.ref for change in catalog.pages[0].changes if isinstance(change, Upsert))
    assert (ref.source_id, ref.title, ref.media_type, ref.size) == ("a b/ü.md", "ü.md", "text/markdown", 5)
    assert ref.updated_at == 1_700_000_000
    assert ref.url == (root / "a b/ü.md").as_uri()


@posix
def test_the_whole_disk_may_be_the_folder() -> None:
    async def run() -> list[CheckStep]:
        async with opened(Path("/")) as source:
            return [step async for step in source.check()]

    assert {step.state for step in asyncio.run(run())} == {"running", "ok"}


def test_filters_hidden_files_and_the_size_cap(root: Path) -> None:
    put(root, "a.md", "a.txt", ".hidden.md", ".git/x.md", "old/b.md", "docs/c.md")
    put(root, "huge.md", body="x" * 100)
    filters = {"include": ["*.md"], "exclude": ["old"], "max_bytes": 50}

    assert ids(read(root, filters=filters).pages) == ["a.md", "docs/c.md"]
    assert failures(read(root, filters=filters))["huge.md"].error.code == "too_large"
    assert ids(read(root, filters=filters, hidden=True).pages) == [".git/x.md", ".hidden.md", "a.md", "docs/c.md"]
    assert ids(read(root, filters=filters, folders=["docs"]).pages) == ["docs/c.md"]


@posix
def test_names_that_only_a_file_system_allows(root: Path) -> None:
    long = "/".join(["x" * 240] * 4) + "/" + "y" * 240
    names = ["two\nlines.md", "😀.md", "back\\slash.md", "a:b?.md", " ", long]
    put(root, *names, body="found")

    catalog = read(root, fetch=True)

    assert ids(catalog.pages) == sorted(names, key=str.encode)
    assert len(catalog.fetched) == len(names)


@pytest.mark.skipif(sys.platform != "linux", reason="only here a name may be any bytes")
def test_a_name_that_is_not_text_is_a_failed_item(root: Path) -> None:
    put(root, "good.md")
    (Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.md"))).write_text("x")
    bad = Path(os.fsdecode(os.fsencode(root) + b"/d\xff"))
    bad.mkdir()
    put(bad, "inside.md")

    catalog = read(root)

    assert ids(catalog.pages) == ["good.md"]
    assert set(failures(catalog)) == {"caf\\xe9.md", "d\\xff/"}
    assert {failure.error.code for failure in catalog.failures} == {"name_not_text"}


@posix
def test_links_are_followed_only_on_request_and_never_in_circles(root: Path, tmp_path: Path) -> None:
    put(root, "a/1.md", "b/2.md")
    put(tmp_path / "outside", "3.md")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "file.md").symlink_to(root / "a/1.md")
    (root / "a/up").symlink_to(root)
    (root / "a/over").symlink_to(root / "b")
    (root / "b/over").symlink_to(root / "a")
    (root / "nowhere.md").symlink_to(root / "missing")

    assert ids(read(root).pages) == ["a/1.md", "b/2.md"]
    followed = read(root, follow_links=True, fetch=True)
    assert ids(followed.pages) == ["a/1.md", "a/over/2.md", "b/2.md", "b/over/1.md", "file.md", "out/3.md"]
    assert set(failures(followed)) == {"nowhere.md"}


@posix
def test_pipes_and_devices_are_no_documents(root: Path) -> None:
    put(root, "a.md")
    os.mkfifo(root / "pipe")

    assert ids(read(root).pages) == ["a.md"]
    with pytest.raises(NotFound):
        fetch(root, "pipe")


# --- what changes ----------------------------------------------------------------------------------------------------


def test_a_second_pass_fetches_what_changed_and_drops_what_is_gone(root: Path) -> None:
    put(root, "a.md", "b/c.md", "b/d.md")
    catalog = read(root, fetch=True)
    put(root, "b/c.md", body="changed")
    (root / "a.md").unlink()

    again = read(root, catalog=catalog.copy(), fetch=True)

    assert again.fetched == ["b/c.md"]
    assert set(again.documents) == {"b/c.md", "b/d.md"}


def test_a_vanished_root_is_an_error_and_never_an_empty_listing(root: Path) -> None:
    put(root, "a.md")
    catalog = read(root)
    root.rename(root.with_name("elsewhere"))

    with pytest.raises(ConfigError) as caught:
        read(root, catalog=catalog)
    assert (caught.value.pointer, set(catalog.documents)) == ("/path", {"a.md"})
    assert "connect the disk" in caught.value.remedy


def test_a_root_that_vanishes_during_the_walk_ends_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "PAGE_DOCUMENTS", 1)
    put(root, "a.md", "b/c.md", "b/d/e.md", "z/f.md")

    async def run(replaced: bool) -> list[Page]:
        seen: list[Page] = []
        async with (
            opened(root) as source,
            aclosing(cast("Any", source.read(Partition(), None, MemoryState()))) as pages,
        ):
            async for page in pages:
                seen.append(page)
                if len(seen) == 1:
                    root.rename(root.with_name("elsewhere"))
                    if replaced:
                        root.mkdir()
        return seen

    with pytest.raises(ConfigError):
        asyncio.run(run(replaced=False))
    root.with_name("elsewhere").rename(root)
    with pytest.raises(TransientError, match="Another folder"):
        asyncio.run(run(replaced=True))


def test_an_empty_folder_on_another_disk_is_taken_for_a_missing_mount(root: Path) -> None:
    put(root, "a.md")
    catalog = read(root)
    (root / "a.md").unlink()
    elsewhere = catalog.copy()
    elsewhere.state.put("device", b"-1")

    with pytest.raises(TransientError, match="another disk"):
        read(root, catalog=elsewhere)
    assert set(elsewhere.documents) == {"a.md"}
    assert read(root, catalog=catalog.copy()).documents == {}


def test_a_file_that_vanished_since_it_was_listed_is_not_found(root: Path) -> None:
    with pytest.raises(NotFound):
        fetch(root, "gone.md")
    with pytest.raises(NotFound):
        fetch(root, "../secret")


def test_a_file_that_changes_while_it_is_read_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WHOLE", 1000)
    put(root, "a.log", body="0123456789" * 1000)

    async def run() -> None:
        async with opened(root) as source:
            content = await source.fetch(DocumentRef(source_id="a.log", title="a.log"))
            assert not isinstance(content.body, bytes)
            async for _ in content.body:
                with (root / "a.log").open("a") as file:
                    file.write("more")

    with pytest.raises(TransientError) as caught:
        asyncio.run(run())
    assert caught.value.code == "changed_while_read"


def test_a_large_file_comes_in_chunks_and_one_that_grew_above_the_cap_not_at_all(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WHOLE", 1000)
    put(root, "a.bin", body="0123456789" * 1000)

    assert fetch(root, "a.bin") == b"0123456789" * 1000
    with pytest.raises(TooLarge):
        fetch(root, "a.bin", filters={"max_bytes": 9_999})


def test_a_body_that_nobody_reads_leaves_no_file_open(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WHOLE", 1)
    put(root, "a.bin")

    async def run() -> None:
        async with opened(root) as source:
            await source.fetch(DocumentRef(source_id="a.bin", title="a"))

    asyncio.run(run())  # an open file would be a ResourceWarning, which fails


# --- what may not be read --------------------------------------------------------------------------------------------


@not_root
def test_one_file_or_folder_that_may_not_be_read_leaves_the_others(root: Path) -> None:
    put(root, "a.md", "b/c.md", "secret/d.md", "z.md")
    known = read(root)
    (root / "secret").chmod(0)
    (root / "b/c.md").chmod(0)
    try:
        again = read(root, catalog=known.copy())
        with pytest.raises(PermissionDenied):
            fetch(root, "b/c.md")
    finally:
        (root / "secret").chmod(0o700)

    assert set(failures(again)) == {"secret/"}
    assert set(again.documents) == {"a.md", "b/c.md", "secret/d.md", "z.md"}


def test_refusals_of_the_file_system_become_errors_of_the_family(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root, or where permissions are another matter, the calls themselves are made to fail."""
    put(root, "a/1.md", "b/2.md", "c.md")
    known = read(root)
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if str(path).rstrip("/").endswith(("root/a", "root/b")):
            raise PermissionError(13, "no") if str(path).rstrip("/").endswith("a") else OSError(5, "I/O error")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    again = read(root, catalog=known.copy())

    found = {source_id: failure.error.category for source_id, failure in failures(again).items()}
    assert found == {"a/": "permission", "b/": "transient"}
    assert all(failure.error.remedy for failure in again.failures)
    assert set(again.documents) == set(known.documents)


def test_a_root_that_may_not_be_read_is_told_in_the_test_with_a_remedy(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> Any:
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "scandir", refuse)

    async def run() -> list[CheckStep]:
        async with opened(root) as source:
            return [step async for step in source.check() if step.state != "running"]

    first, second = asyncio.run(run())
    assert (first.state, first.error and first.error.category, second.state) == ("failed", "permission", "skipped")
    assert first.remedy


def test_an_empty_folder_is_a_warning(root: Path) -> None:
    async def run() -> list[CheckStep]:
        async with opened(root) as source:
            return [step async for step in source.check()]

    assert asyncio.run(run())[-1].state == "warning"


@pytest.mark.parametrize("path", ["", "notes", "./notes", "../notes"])
def test_a_path_that_depends_on_where_we_run_is_refused(path: str) -> None:
    with pytest.raises(ValidationError) as caught:
        FolderSource.Config.model_validate({"path": path})
    assert caught.value.errors()[0]["loc"] == ("path",)


def test_the_home_folder_may_be_written_short(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root))
    monkeypatch.setenv("USERPROFILE", str(root))
    put(root, "notes/a.md")

    assert ids(read(Path("~/notes")).pages) == ["a.md"]


# --- choosing and watching -------------------------------------------------------------------------------------------


def test_folders_are_offered_level_by_level(root: Path) -> None:
    put(root, "B/c/x.md", "a/x.md", ".hidden/x.md", "file.md")

    async def run() -> list[list[str]]:
        async with opened(root) as source:
            return [[node.id for node in await source.discover(parent)] for parent in (None, "B", "B/c")]

    assert asyncio.run(run()) == [["a", "B"], ["B/c"], []]


@pytest.mark.parametrize("linked", [False, pytest.param(True, marks=posix)])
def test_a_change_wakes_the_watcher(root: Path, linked: bool) -> None:
    put(root, "a/b.md")
    if linked:
        root.with_name("link").symlink_to(root)

    async def run() -> None:
        async with opened(root.with_name("link") if linked else root) as source:
            watching = source.watch()
            woken = asyncio.ensure_future(anext(watching))
            while not woken.done():  # the first changes may come before the watch is set up
                put(root, "a/b.md", body=str(os.urandom(8)))
                await asyncio.wait([woken], timeout=0.05)
            await woken
            await cast("Any", watching).aclose()

    asyncio.run(run())


def test_changes_that_concern_no_document_wake_nobody(root: Path) -> None:
    async def run() -> list[str]:
        async with opened(root, filters={"exclude": ["*.tmp", "build"]}) as source:
            paths = ["a.md", "a/b", "x.tmp", ".git/index", "a/.cache/b", "build/out"]
            return [path for path in paths if source._concerns(str(root / path), str(root))]

    assert asyncio.run(run()) == ["a.md", "a/b"]


def test_a_folder_that_is_not_there_cannot_be_watched(root: Path) -> None:
    async def run() -> None:
        async with opened(root / "nowhere") as source:
            await anext(source.watch())

    with pytest.raises(ConfigError):
        asyncio.run(run())
