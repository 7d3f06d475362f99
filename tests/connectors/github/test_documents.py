"""What becomes a document, how it reads, and what a second run tells of it."""

from __future__ import annotations

import pytest

from connectors.sdk import Access, AccessChanged, Content, Json, Upsert
from tests.connectors.github.fake import FakeGitHub
from tests.connectors.github.repo import Repo, blob, described, moment
from tests.connectors.github.syncing import Library, config, opened, run
from tests.connectors.github.worlds import IDS, world

HANDBOOK = "octo-org/handbook"


async def text(given: dict[str, Json], library: Library, source_id: str) -> str:
    """A document's text, fetched as a host would."""
    upsert = next(each for each in library.changes(Upsert) if each.ref.source_id == source_id)
    if upsert.content is not None:
        return bytes(upsert.content).decode()
    async with opened(given) as source:
        content: Content = await source.fetch(upsert.ref)
        assert isinstance(content.body, bytes)
        return content.body.decode()


def test_a_pull_request_reads_with_all_that_was_said_in_the_order_of_time() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github)
        found = await text(given, await Library().sync(given), "7/pulls/9")
        assert found.startswith("# Change 9\n\n- Pull request: #9, open\n")
        said = [line for line in found.splitlines() if line.startswith("## ")]
        assert [line.split(",")[0] for line in said] == [
            "## Comment by ada",
            "## Review (approved) by octocat",
            "## Comment on `file1.txt` line 2 by octocat",
        ]
        assert all(words in found for words in ("Text of 9", "Looks good", "Ship it", "Why this line?"))

    run(world(), test)


def test_a_discussion_reads_with_its_comments_and_their_replies() -> None:
    async def test(github: FakeGitHub) -> None:
        github.most_pages = 1  # so that the comments come in pages
        given = config(github, "discussions")
        found = await text(given, await Library().sync(given), "7/discussions/14")
        assert "- Category: Ideas\n" in found
        assert [line.split(",")[0] for line in found.splitlines() if line.startswith("##")] == [
            "## Answer by bob", "### Reply by ghost", "## Comment by bob", "### Reply by ghost",
        ]  # fmt: skip

    run(world(), test)


def test_a_document_tells_where_it_is_and_whose() -> None:
    async def test(github: FakeGitHub) -> None:
        library = await Library().sync(config(github))
        refs = {upsert.ref.source_id: upsert.ref for upsert in library.changes(Upsert)}
        issue = refs["7/issues/2"]
        assert (issue.title, issue.path) == ("Question 2", "octo-org/handbook/issues/2.md")
        assert (issue.url, issue.owner) == ("https://github.com/octo-org/handbook/issues/2", "octocat")
        assert issue.metadata["labels"] == ["bug"]
        guide = refs["7/files/docs/guide.md"]
        assert guide.url == "https://github.com/octo-org/handbook/blob/main/docs/guide.md"
        assert (guide.media_type, guide.size) == ("text/markdown", 14)
        assert refs["7/releases/3"].metadata["tag"] == "v3"

    run(world(), test)


def test_a_run_over_what_did_not_change_costs_one_request_a_part_and_no_quota() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, "issues", "pull_requests", "releases", "files")
        library = await Library().sync(given)
        await library.sync(given)  # the first that asks for what is new
        github.statuses.clear()
        await library.sync(given)
        assert sorted(github.statuses) == [200, 304, 304, 304]  # the repository itself, and each part
        assert not library.changes(Upsert)

    run(world(), test)


def test_a_second_run_fetches_only_what_changed() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github)
        library = await Library().sync(given)
        repo = github.repositories[HANDBOOK]
        repo.comment(3, 5000, "One more thing")
        repo.discussion(11, 5000, comments=2)
        repo.files["main.py"] = b"print('goodbye')\n"
        del repo.files["docs/deep/er.md"]
        del repo.releases[2]
        github.seen.clear()
        await library.sync(given)
        assert sorted(library.fetched) == ["7/discussions/11", "7/files/main.py", "7/issues/3"]
        assert set().union(*IDS.values()) - set(library.documents) == {
            "7/files/docs/deep/er.md", "7/releases/2", "8/issues/1", "8/files/notes.txt",
        }  # fmt: skip
        assert library.documents["7/files/main.py"] == blob(b"print('goodbye')\n")
        assert github.asked("/issues")[0].query["since"] == moment(1400 - 60)
        assert len(github.asked("graphql")) == 2  # one page of the listing, and the one discussion

    run(world(), test)


def test_what_is_updated_while_it_is_listed_is_neither_lost_nor_takes_others_place() -> None:
    async def test(github: FakeGitHub) -> None:
        github.most_pages = 3
        repo = github.repositories[HANDBOOK]
        given = config(github, "issues", "pull_requests")

        def touch_the_first(request: object) -> None:
            if len(github.asked("/issues")) == 1:
                repo.issues[1]["updated_at"] = moment(9000)  # all others move up by one

        github.after_answer = touch_the_first
        library = await Library().sync(given)
        assert set(library.documents) == {*IDS["issues"], *IDS["pull_requests"]} - {"8/issues/1"}
        assert str(library.documents["7/issues/1"]).startswith(moment(9000))

    run(world(), test)


def test_news_beyond_a_first_page_that_has_not_changed_are_seen() -> None:
    async def test(github: FakeGitHub) -> None:
        github.most_pages = 3
        repo = github.repositories["octo-org/busy"] = Repo(5, "octo-org/busy")
        for number in range(1, 6):
            repo.issue(number, 100 + number)  # within the time that each run looks back
        given = config(github, "issues", repositories=["octo-org/busy"])
        library = await Library().sync(given)
        await library.sync(given)
        repo.comment(5, 107, "The first page stays as it was")
        await library.sync(given)
        assert library.fetched == ["5/issues/5"]

    run(world(), test)


def test_news_after_a_first_page_that_is_just_full_are_seen() -> None:
    async def test(github: FakeGitHub) -> None:
        repo = github.repositories["octo-org/busy"] = Repo(5, "octo-org/busy")
        for number in range(1, 101):
            repo.issue(number, 100 + number / 10)
        given = config(github, "issues", repositories=["octo-org/busy"])
        library = await Library().sync(given)
        await library.sync(given)
        repo.issue(101, 112)
        await library.sync(given)
        assert "5/issues/101" in library.documents

    run(world(), test)


def test_a_deleted_or_moved_issue_is_found_by_a_reconciling_run() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github)
        library = await Library().sync(given)
        whole = set(library.documents)
        repo = github.repositories[HANDBOOK]
        del repo.issues[4], repo.discussions[12]
        await library.sync(given)
        assert set(library.documents) == whole
        await library.reconcile(given)
        assert set(library.documents) == whole - {"7/issues/4", "7/discussions/12"}

    run(world(), test)


def test_what_is_updated_while_it_is_enumerated_is_not_taken_for_gone() -> None:
    async def test(github: FakeGitHub) -> None:
        github.most_pages = 3
        repo = github.repositories[HANDBOOK]
        given = config(github, "issues", "pull_requests", "discussions")
        library = await Library().sync(given)
        whole = set(library.documents)

        def touch(request: object) -> None:
            repo.discussions[11]["updatedAt"] = repo.issues[8]["updated_at"] = moment(9000 + len(github.seen))

        github.after_answer = touch
        await library.reconcile(given)
        assert set(library.documents) == whole

    run(world(), test)


def test_a_discussion_that_is_answered_while_it_is_listed_is_told_by_the_next_run() -> None:
    async def test(github: FakeGitHub) -> None:
        github.most_pages = 3
        repo = github.repositories[HANDBOOK]
        given = config(github, "discussions")

        def answer_the_oldest(request: object) -> None:
            if len(github.asked("graphql")) == 1:
                repo.discussions[11]["updatedAt"] = moment(9000)  # from the listing's end to its beginning

        github.after_answer = answer_the_oldest
        library = await Library().sync(given)
        assert "7/discussions/11" not in library.documents
        await library.sync(given)
        assert set(library.documents) == IDS["discussions"]

    run(world(), test)


def test_many_releases_are_compared_only_when_their_listing_stands_still() -> None:
    async def test(github: FakeGitHub) -> None:
        repo = github.repositories[HANDBOOK]
        repo.releases.clear()
        for number in range(100, 350):
            repo.release(number, number)
        given = config(github, "releases")
        library = await Library().sync(given)
        assert len(library.documents) == 250

        def withdraw(request: object) -> None:
            if len(github.asked("/releases")) == 2:
                del repo.releases[349]  # the first of the listing: all others move up by one

        github.seen.clear()
        github.after_answer = withdraw
        await library.sync(given)
        assert set(library.documents) == {f"7/releases/{number}" for number in repo.releases}
        assert not library.fetched
        again = await Library().sync(given)
        assert again.documents == library.documents

    run(world(), test)


def test_a_tree_too_large_for_one_answer_is_walked_by_folder() -> None:
    async def test(github: FakeGitHub) -> None:
        github.repositories[HANDBOOK].truncated = True
        library = await Library().sync(config(github, "files"))
        assert set(library.documents) == IDS["files"] - {"8/files/notes.txt"}
        assert len(github.asked("/git/trees/")) == 4  # the whole, and three folders

    run(world(), test)


def test_a_folder_that_no_filter_wants_is_not_asked_for() -> None:
    async def test(github: FakeGitHub) -> None:
        github.repositories[HANDBOOK].truncated = True
        filters = {"include": ["*.md", "main.py"], "exclude": ["docs/deep/**"], "max_bytes": 13}
        library = await Library().sync(config(github, "files", filters=filters))
        assert set(library.documents) == {"7/files/README.md"}
        assert sorted(library.codes) == ["too_large", "too_large"]
        assert len(github.asked("/git/trees/")) == 3

    run(world(), test)


def test_an_empty_repository_has_no_files_and_a_file_of_lfs_is_a_failure() -> None:
    async def test(github: FakeGitHub) -> None:
        empty, given = Library(), config(github, "files")
        github.repositories[HANDBOOK].files = {}
        assert not (await empty.sync(given)).documents
        pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n"
        github.repositories[HANDBOOK].files = {"film.mp4": pointer}
        with pytest.raises(Exception, match="Git LFS"):
            await empty.sync(given)

    run(world(), test)


def test_a_large_file_is_streamed() -> None:
    async def test(github: FakeGitHub) -> None:
        body = bytes(range(256)) * 8192
        github.repositories[HANDBOOK].files = {"big.bin": body}
        library = await Library().sync(config(github, "files"))
        assert library.fetched == ["7/files/big.bin"]
        assert library.documents == {"7/files/big.bin": blob(body)}

    run(world(), test)


def test_a_branch_is_taken_by_its_name_and_a_missing_one_is_named() -> None:
    async def test(github: FakeGitHub) -> None:
        github.repositories[HANDBOOK].branch = "release/1.0"
        assert len((await Library().sync(config(github, "files"))).documents) == 4
        assert github.asked("/git/trees/")[0].rel_url.raw_path.endswith("/git/trees/release%2F1.0")
        library = await Library().sync(config(github, "files", ref="no-such"))
        assert library.codes == ["not_found"]
        assert not library.documents

    run(world(), test)


def test_who_may_see_a_repository_is_told_and_told_anew_when_it_changes() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, repositories=["octocat/notes", HANDBOOK])
        library = await Library().sync(given)
        seen = {each.ref.source_id: each.access for each in library.changes(Upsert)}
        assert seen["8/issues/1"] == Access(users=("ada", "octocat"))
        assert seen["7/files/main.py"] == Access(public=True)
        github.repositories["octocat/notes"].collaborators = ["octocat"]
        await library.sync(given)
        assert not library.fetched
        told = {each.source_id: each.access for each in library.changes(AccessChanged)}
        assert told == {each: Access(users=("octocat",)) for each in ("8/issues/1", "8/files/notes.txt")}
        await library.sync(given)
        assert not library.changes(AccessChanged)

    run(world(), test)


def test_collaborators_that_are_not_ours_to_see_leave_access_unknown() -> None:
    async def test(github: FakeGitHub) -> None:
        github.repositories["octocat/notes"].collaborators = None
        library = await Library().sync(config(github, repositories=["octocat/notes"]))
        assert {each.access for each in library.changes(Upsert)} == {None}
        assert len(library.documents) == 2

    run(world(), test)


def test_a_renamed_repository_keeps_its_documents() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github)
        library = await Library().sync(given)
        before = dict(library.documents)
        repo = github.repositories.pop(HANDBOOK)
        repo.name = "octo-org/manual"
        github.repositories[repo.name] = repo
        github.renamed[HANDBOOK] = repo.name
        repo.comment(8, 6000, "Renamed")
        await library.sync(given)
        assert library.fetched == ["7/issues/8"]
        assert set(library.documents) == set(before)
        assert {each.ref.path for each in library.changes(Upsert) if each.ref.source_id == "7/issues/8"} == {
            "octo-org/manual/issues/8.md"
        }

    run(world(), test)


def test_a_name_that_is_another_repository_now_is_read_from_the_start() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, "issues")
        library = await Library().sync(given)
        other = Repo(99, HANDBOOK)
        other.issue(1, 10)  # long before the old repository's last update
        github.repositories[HANDBOOK] = other
        await library.sync(given)
        assert "99/issues/1" in library.documents

    run(world(), test)


def test_all_repositories_of_an_owner_are_those_that_are_there_now() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, "issues", repositories=["octo-org/*", "OCTO-ORG/Handbook", "octocat/*"])
        library = await Library().sync(given)
        assert set(library.catalogs) == {"octo-org/handbook#threads", "octocat/notes#threads"}
        late = github.repositories["octo-org/late"] = Repo(12, "octo-org/late")
        late.issue(1, 1)
        await library.sync(given)
        assert "12/issues/1" in library.documents

    run(world(), test)


def test_repositories_without_issues_have_none_but_their_pull_requests_are_missed_aloud() -> None:
    async def test(github: FakeGitHub) -> None:
        github.repositories[HANDBOOK].issues_on = False
        assert not (await Library().sync(config(github, "issues"))).codes
        assert (await Library().sync(config(github, "pull_requests"))).codes == ["issues_off"]

    run(world(), test)


def test_an_issue_that_moved_between_listing_and_fetch_is_not_another_ones_text() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, "issues")
        library = await Library().sync(given)
        repo = github.repositories[HANDBOOK]
        repo.comment(5, 7000, "Moving this")
        repo.issues[5] = described("issue") | {"updated_at": moment(7000), "comments": 1, "number": 44}
        upsert = next(each for each in library.changes(Upsert) if each.ref.source_id == "7/issues/5")
        async with opened(given) as source:
            with pytest.raises(Exception, match="moved to another repository"):
                await source.fetch(upsert.ref)

    run(world(), test)


def test_an_enterprise_server_answers_the_same_questions() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, repositories=[HANDBOOK, "octocat/notes"])
        library = await Library().sync(given)
        assert set(library.documents) == set().union(*IDS.values())

    run(world(product="ghes-3.17"), test)
