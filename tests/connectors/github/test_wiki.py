"""A wiki's pages: what becomes of them, and what a second run makes of what was edited, moved, deleted or rewritten."""

from __future__ import annotations

import pytest

from connectors.sdk import Json, Partition, TooLarge, Upsert
from connectors.sources.github import wiki
from tests.connectors.github.fake import FakeGitHub
from tests.connectors.github.repo import Repo, blob
from tests.connectors.github.syncing import Library, config, opened, run
from tests.connectors.github.wikis import git
from tests.connectors.github.worlds import IDS, world

HANDBOOK = "octo-org/handbook"
HOME = "https://github.com/octo-org/handbook/wiki/"


async def body(given: dict[str, Json], library: Library, source_id: str) -> bytes:
    """A page, fetched as a host would."""
    upsert = next(each for each in library.changes(Upsert) if each.ref.source_id == source_id)
    async with opened(given) as source:
        found = (await source.fetch(upsert.ref)).body
    assert isinstance(found, bytes)
    return found


def asked(github: FakeGitHub) -> list[str]:
    """What was asked of Git since the requests were last forgotten."""
    return [f"{request.method} {request.path.partition('.wiki.git')[2]}" for request in github.asked(".wiki.git")]


def handbook(github: FakeGitHub) -> dict[str | bytes, bytes]:
    """What is in the handbook's wiki."""
    repo = github.repositories[HANDBOOK]
    if repo.wiki is None:
        repo.wiki = {}
    return repo.wiki


def test_pages_are_titled_and_found_as_github_shows_them() -> None:
    async def test(github: FakeGitHub) -> None:
        handbook(github).update({"Über uns.md": b"x", "notes/Getting-Started.mediawiki": b"y", "手册.rst": b"z"})
        handbook(github)[b"caf\xe9.md"] = b"Latin 1"
        library = await Library().sync(config(github, "wiki"))
        refs = {each.ref.path.partition("/wiki/")[2]: each.ref for each in library.changes(Upsert)}
        shown = {path: (ref.title, str(ref.url).removeprefix(HOME), ref.media_type) for path, ref in refs.items()}
        assert shown == {
            "Home.md": ("Home", "Home", "text/markdown"),
            "_Sidebar.md": ("_Sidebar", "_Sidebar", "text/markdown"),
            "caf\\xe9.md": ("caf\\xe9", "caf%5Cxe9", "text/markdown"),
            "notes/Getting-Started.mediawiki": ("Getting Started", "Getting-Started", "text/plain"),
            "pictures/plan.png": ("plan.png", "pictures/plan.png", "image/png"),
            "rules/House-rules.md": ("House rules", "House-rules", "text/markdown"),
            "Über uns.md": ("Über uns", "%C3%9Cber-uns", "text/markdown"),
            "手册.rst": ("手册", "%E6%89%8B%E5%86%8C", "text/x-rst"),
        }
        assert refs["Home.md"].path == "octo-org/handbook/wiki/Home.md"
        assert library.documents["7/wiki/Home.md"] == blob(b"Welcome\n")
        assert await body(config(github, "wiki"), library, "7/wiki/caf\\xe9.md") == b"Latin 1"
        assert await body(config(github, "wiki"), library, "7/wiki/pictures/plan.png") == bytes(range(256))

    run(world(), test)


def test_a_run_over_a_wiki_that_did_not_change_is_one_small_request() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, "wiki")
        library = await Library().sync(given)
        assert asked(github) == ["GET /info/refs"] + ["POST /git-upload-pack"] * (2 + len(IDS["wiki"]))
        github.seen.clear()
        await library.sync(given)
        assert asked(github) == ["POST /git-upload-pack"]
        assert not library.changes(Upsert)
        assert set(library.documents) == IDS["wiki"]

    run(world(), test)


def test_edits_moves_and_deletions_are_found_and_only_what_is_new_is_fetched() -> None:
    async def test(github: FakeGitHub) -> None:
        given, pages = config(github, "wiki"), handbook(github)
        library = await Library().sync(given)
        for number in range(20):  # a history that nobody asks for
            pages["Home.md"] = b"Draft %d\n" % number
            github.wikis.keep(HANDBOOK, pages, {})
        pages["Home.md"] = b"Welcome back\n"
        pages["rules/Rules-of-the-house.md"] = pages.pop("rules/House-rules.md")
        del pages["_Sidebar.md"]
        await library.sync(given)
        assert library.fetched == ["7/wiki/Home.md", "7/wiki/rules/Rules-of-the-house.md"]
        assert set(library.documents) == {f"7/wiki/{path}" for path in pages if isinstance(path, str)}
        assert await body(given, library, "7/wiki/Home.md") == b"Welcome back\n"

    run(world(), test)


def test_a_rewritten_history_is_compared_like_any_other() -> None:
    async def test(github: FakeGitHub) -> None:
        given, pages = config(github, "wiki"), handbook(github)
        library = await Library().sync(given)
        pages["Home.md"] = b"It was never otherwise\n"
        github.wikis.commit(HANDBOOK, pages, onto=False)
        git("--git-dir", str(github.wikis.path(HANDBOOK)), "gc", "--quiet", "--prune=now")
        await library.sync(given)
        assert library.fetched == ["7/wiki/Home.md"]
        assert set(library.documents) == IDS["wiki"]

    run(world(), test)


def test_a_version_that_is_not_kept_any_more_is_not_found() -> None:
    async def test(github: FakeGitHub) -> None:
        given, pages = config(github, "wiki"), handbook(github)
        library = await Library().sync(given)
        old = next(each.ref for each in library.changes(Upsert) if each.ref.title == "Home")
        github.wikis.commit(HANDBOOK, {**pages, "Home.md": b"Other"}, onto=False)
        git("--git-dir", str(github.wikis.path(HANDBOOK)), "gc", "--quiet", "--prune=now")
        async with opened(given) as source:
            with pytest.raises(Exception, match="not in the Git repository any more"):
                await source.fetch(old)

    run(world(), test)


def test_an_emptied_wiki_has_no_pages_and_one_without_a_first_page_is_no_failure() -> None:
    async def test(github: FakeGitHub) -> None:
        given, pages = config(github, "wiki", repositories=[HANDBOOK, "octocat/notes"]), handbook(github)
        kept = dict(pages)
        pages.clear()
        library = await Library().sync(given)  # a Git repository without a commit, and none at all
        assert (library.documents, library.codes) == ({}, [])
        pages.update(kept)
        assert set((await library.sync(given)).documents) == IDS["wiki"]
        pages.clear()
        assert (await library.sync(given)).documents == {}
        pages.update(kept)
        assert set((await library.sync(given)).documents) == IDS["wiki"]
        await library.reconcile(given)
        assert set(library.documents) == IDS["wiki"]

    run(world(), test)


def test_a_wiki_that_is_turned_off_is_not_asked_for_and_its_pages_are_gone() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, "wiki")
        library = await Library().sync(given)
        github.repositories[HANDBOOK].wiki_on = False
        github.seen.clear()
        assert (await library.sync(given)).documents == {}
        assert asked(github) == []

    run(world(), test)


def test_a_wiki_that_was_there_and_can_not_be_found_keeps_its_pages() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, "wiki")
        library = await Library().sync(given)
        github.repositories[HANDBOOK].wiki = None
        await library.sync(given)
        assert (set(library.documents), library.codes) == (IDS["wiki"], ["not_found"])
        [failure] = library.catalogs["octo-org/handbook#wiki"].failures
        assert "turn wikis off" in failure.error.remedy
        async with opened(given) as source:  # a reconciling run reads before it enumerates
            partition = Partition("octo-org/handbook#wiki")
            catalog = library.catalogs[partition.id]
            assert [page async for page in source.read(partition, catalog.checkpoint, catalog.state)]
            with pytest.raises(Exception, match="can't be found any more"):
                assert [found async for found in source.enumerate(partition)]

    run(world(), test)


def test_a_server_that_can_not_leave_files_out_is_read_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(github: FakeGitHub) -> None:
        from connectors.sources.github import git

        library = await Library().sync(config(github, "wiki"))
        assert set(library.documents) == IDS["wiki"]
        assert not library.codes
        monkeypatch.setattr(git, "MOST", 200)
        found = await Library().sync(config(github, "wiki"))
        assert (found.documents, found.codes) == ({}, ["repository_too_large"])

    github = world()
    github.partial = False
    run(github, test)


def test_files_are_left_out_of_the_listing_where_the_server_can(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(github: FakeGitHub) -> None:
        from connectors.sources.github import git

        handbook(github)["large.bin"] = bytes(range(256)) * 4096
        monkeypatch.setattr(git, "MOST", 4096)
        library = await Library().sync(config(github, "wiki"))
        assert set(library.documents) == IDS["wiki"] | {"7/wiki/large.bin"}

    run(world(), test)


def test_of_the_filters_exclude_and_the_size_hold_for_a_wiki() -> None:
    async def test(github: FakeGitHub) -> None:
        filters: dict[str, Json] = {"include": ["docs/**"], "exclude": ["_*", "*.png"], "max_bytes": 1000}
        given = config(github, "wiki", filters=filters)
        library = await Library().sync(given)
        assert set(library.documents) == {"7/wiki/Home.md", "7/wiki/rules/House-rules.md"}
        for large in (b"x" * 1001, bytes(50 * 1024 * 1024)):  # the second arrives as fifty thousand bytes
            handbook(github)["Home.md"] = large
            with pytest.raises(TooLarge, match="1,001 bytes or more") as caught:
                await library.sync(given)
            assert (caught.value.where, "Largest file" in caught.value.remedy) == ("Home.md", True)
        handbook(github)["Home.md"] = b"x" * 1000
        await library.sync(given)
        assert library.fetched == ["7/wiki/Home.md"]

    run(world(), test)


def test_a_large_file_is_asked_for_again_and_arrives_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(github: FakeGitHub) -> None:
        monkeypatch.setattr(wiki, "SMALL", 1000)
        large = bytes(range(256)) * 2048
        handbook(github)["large.bin"] = large
        given = config(github, "wiki")
        library = await Library().sync(given)
        assert await body(given, library, "7/wiki/large.bin") == large
        assert not library.codes

    run(world(), test)


def test_a_file_of_lfs_is_a_failure() -> None:
    async def test(github: FakeGitHub) -> None:
        handbook(github)["film.mp4"] = b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n"
        with pytest.raises(Exception, match="Git LFS"):
            await Library().sync(config(github, "wiki"))

    run(world(), test)


def test_a_renamed_repository_keeps_its_pages_and_tells_where_they_are_now() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, "wiki")
        library = await Library().sync(given)
        repo = github.repositories.pop(HANDBOOK)
        repo.name = "octo-org/manual"
        github.repositories[repo.name] = repo
        github.renamed[HANDBOOK] = repo.name
        await library.sync(given)
        assert not library.fetched
        assert {each.ref.path.partition("/wiki/")[0] for each in library.changes(Upsert)} == {"octo-org/manual"}
        assert set(library.documents) == IDS["wiki"]

    run(world(), test)


@pytest.mark.parametrize("part", ["wiki", "files"])
def test_what_changes_before_the_place_where_a_run_goes_on_is_seen_by_the_next_run(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(github: FakeGitHub) -> None:
        monkeypatch.setattr("connectors.sdk.tree.PAGE_DOCUMENTS", 2)
        repo = github.repositories[HANDBOOK] = Repo(7, HANDBOOK)
        files = repo.wiki = repo.files = {}  # type: ignore[assignment]
        files.update({f"{name}.md": name.encode() for name in "abcdef"})
        given, library = config(github, part), Library()
        await library.sync(given, stop_after=2)
        assert len(library.documents) == 4
        files["a.md"] = b"Edited after it was read"
        del files["b.md"]
        await library.sync(given)
        assert f"7/{part}/f.md" in library.documents
        await library.sync(given)
        assert library.documents == {f"7/{part}/{path}": blob(text) for path, text in files.items()}

    run(world(), test)
