"""The form, the addresses, the connection test and what can be picked; and that the rig finds what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.sdk import CheckStep, Json
from connectors.sources.github import GitHubSource
from connectors.sources.github.config import Addresses, GitHubConfig, addresses
from tests.connectors.github.fake import FakeGitHub, refused
from tests.connectors.github.published import description, wrong_graphql
from tests.connectors.github.repo import Repo
from tests.connectors.github.syncing import Library, config, opened, run
from tests.connectors.github.test_refusals import answering
from tests.connectors.github.worlds import world

GITHUB = Addresses("https://api.github.com", "https://api.github.com/graphql", "https://github.com")
TENANT = Addresses("https://api.octo.ghe.com", "https://api.octo.ghe.com/graphql", "https://octo.ghe.com")
TOKEN = {"method": "token", "token": {"$secret": "env:HEADWATER_TEST_TOKEN"}}


def server(origin: str) -> Addresses:
    return Addresses(f"{origin}/api/v3", f"{origin}/api/graphql", origin)


def made(**fields: Json) -> GitHubConfig:
    return GitHubConfig.model_validate({"auth": TOKEN, "repositories": ["octo-org/handbook"], **fields})


async def steps(given: dict[str, Json]) -> dict[str, CheckStep]:
    """The connection test's results by name."""
    async with opened(given) as source:
        return {step.name: step async for step in source.check() if step.state != "running"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("https://github.com", GITHUB),
        ("https://www.github.com/", GITHUB),
        ("https://api.github.com", GITHUB),
        ("https://octo.ghe.com", TENANT),
        ("https://api.octo.ghe.com", TENANT),
        ("https://git.example.com:8443", server("https://git.example.com:8443")),
        ("https://git.example.com/api/v3/", server("https://git.example.com")),
    ],
)
def test_the_apis_are_found_from_the_address_that_a_person_knows(typed: str, found: Addresses) -> None:
    assert addresses(typed) == found


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("octo-org/handbook", "octo-org/handbook"),
        (" octo-org/handbook/ ", "octo-org/handbook"),
        ("https://github.com/octo-org/handbook", "octo-org/handbook"),
        ("https://github.com/octo-org/handbook.git", "octo-org/handbook"),
        ("https://github.com/octo-org/handbook/tree/main/docs", "octo-org/handbook"),
        ("octo-org/.github", "octo-org/.github"),
        ("octo-org/*", "octo-org/*"),
    ],
)
def test_a_repository_may_be_typed_or_pasted(typed: str, name: str) -> None:
    assert made(repositories=[typed]).repositories == [name]


@pytest.mark.parametrize("typed", ["octo-org", "octo org/x", "a/b/c", "a/..", "/x", "-a/b", "a/b?c", "*/x", "../x"])
def test_what_is_no_repository_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match="owner/name"):
        made(repositories=[typed])


@examples(st.text())
def test_no_accepted_name_leads_out_of_its_place_in_an_address(typed: str) -> None:
    try:
        [name] = made(repositories=[typed]).repositories
    except ValidationError:
        return
    owner, _, rest = name.partition("/")
    assert owner
    assert rest not in ("", ".", "..")
    assert not set(name) & set("?#%\\ \n")


def test_nothing_to_sync_is_no_selection() -> None:
    nothing = dict.fromkeys(("issues", "pull_requests", "discussions", "releases", "wiki"), False)
    assert made(**{**nothing, "wiki": True}).wiki
    with pytest.raises(ValidationError, match="at least one"):
        made(**nothing)


def test_the_credential_goes_to_the_api_and_for_wikis_to_the_server_alone() -> None:
    token = GitHubSource.authorization(made())
    assert token is not None
    assert (token.kind, token.hosts) == ("bearer", ("api.github.com:443", "github.com:443"))
    assert made(wiki=False).authorization().hosts == ("api.github.com:443",)
    tenant = made(base_url="https://octo.ghe.com").authorization()
    assert tenant.hosts == ("api.octo.ghe.com:443", "octo.ghe.com:443")
    account = made(auth={"method": "account", "account": "acc-1"}, base_url="https://git.example.com")
    signed_in = GitHubSource.authorization(account)
    assert signed_in is not None
    assert (signed_in.kind, signed_in.hosts) == ("account", ("git.example.com:443",))
    assert signed_in.params == {"account": "acc-1", "git_user": "x-access-token"}
    assert [(scope.name, scope.needed) for scope in signed_in.scopes] == [("read:org", False), ("repo", True)]
    public = made(auth={"method": "account", "account": "acc-1"}, private=False).authorization()
    assert [scope.name for scope in public.scopes] == ["read:org"]
    assert [(end.host, end.typed) for end in GitHubSource.endpoints(account)] == [("git.example.com", True)]
    fixed = [(end.host, end.typed) for end in GitHubSource.endpoints(made())]
    assert fixed == [("api.github.com", False), ("github.com", False)]


def test_without_private_repositories_none_is_taken_and_no_scope_is_missed() -> None:
    async def test(github: FakeGitHub) -> None:
        github.scopes = "read:org"
        given = config(github, repositories=["octocat/*", "octo-org/*"], private=False)
        assert (await steps(given))["scopes"].state == "ok"
        await (library := Library()).sync(given)
        assert {each.partition("/")[0] for each in library.documents} == {"7"}
        await library.sync({**given, "private": True})
        assert {each.partition("/")[0] for each in library.documents} == {"7", "8"}

    run(world(), test)


def test_the_form_chooses_among_accounts_of_github_and_says_what_each_scope_is_for() -> None:
    schema: dict[str, Any] = GitHubConfig.model_json_schema()
    asked = schema["$defs"]["Account"]["properties"]["account"]["x-account"]
    assert asked["provider"] == "github"
    more = schema["properties"]["private"]["x-scopes"]
    assert [scope["name"] for scope in (*asked["scopes"], *more)] == ["read:org", "repo"]
    assert all(scope["purpose"] for scope in (*asked["scopes"], *more))


def test_the_connection_test_names_who_we_are_and_opens_each_part() -> None:
    async def test(github: FakeGitHub) -> None:
        found = await steps(config(github, repositories=["octo-org/handbook", "octocat/notes"]))
        assert {step.state for step in found.values()} == {"ok"}
        assert list(found) == ["api", "scopes", "repositories", "threads", "discussions", "releases", "wiki", "files"]
        assert found["api"].message.endswith(" as octocat")
        assert "1 of those opened not public" in found["repositories"].message

    run(world(), test)


@pytest.mark.parametrize(
    ("scopes", "state", "named"),
    [
        ("", "warning", ["repo (Read private", "read:org"]),
        ("repo", "warning", ["read:org (List the organizations"]),
        ("repo, admin:org", "ok", ["admin:org"]),
        (None, "ok", ["per repository"]),
    ],
)
def test_missing_scopes_are_named(scopes: str | None, state: str, named: list[str]) -> None:
    async def test(github: FakeGitHub) -> None:
        github.scopes = scopes
        step = (await steps(config(github)))["scopes"]
        assert step.state == state
        assert all(each in step.message for each in named)
        assert "repo (" not in step.message or scopes == ""

    run(world(), test)


def test_a_repository_that_can_not_be_read_is_named_by_the_connection_test() -> None:
    async def test(github: FakeGitHub) -> None:
        found = await steps(config(github, repositories=["octo-org/handbook", "octo-org/missing"]))
        step = found["repositories"]
        assert step.state == "failed"
        assert step.error is not None
        assert (step.error.pointer, step.error.where) == ("/repositories", "octo-org/missing")
        assert found["threads"].state == "skipped"

    run(world(), test)


def test_a_permission_that_a_fine_grained_token_lacks_is_named() -> None:
    async def test(github: FakeGitHub) -> None:
        denied = answering(lambda: refused(403, "Resource not accessible by personal access token"))
        github.faults = [("/releases", denied)]
        step = (await steps(config(github, "issues", "releases")))["releases"]
        assert step.state == "failed"
        assert step.remedy == "Allow the token to read: Contents."

    run(world(), test)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=404, text="<html>nginx</html>", content_type="text/html"),
        lambda: web.Response(text="<html>Welcome</html>", content_type="text/html"),
        lambda: web.json_response({"hello": "world"}),
    ],
    ids=["404", "page", "other"],
)
def test_an_address_without_githubs_api_is_told_as_such(answer: Any) -> None:
    async def test(github: FakeGitHub) -> None:
        github.faults = [("/user", answering(answer))]
        step = (await steps(config(github)))["api"]
        assert step.error is not None
        assert (step.error.code, step.error.pointer) == ("not_github", "/base_url")

    run(world(), test)


def test_an_owner_that_does_not_exist_is_told_as_such() -> None:
    async def test(github: FakeGitHub) -> None:
        step = (await steps(config(github, repositories=["nobody/*"])))["repositories"]
        assert step.error is not None
        assert step.error.code == "owner_not_found"

    run(world(), test)


def test_owners_and_below_them_their_repositories_can_be_picked() -> None:
    async def test(github: FakeGitHub) -> None:
        github.orgs.append("quiet-org")
        github.repositories["octo-org/a"] = Repo(20, "octo-org/a")
        async with opened(config(github)) as source:
            top = await source.discover(None)
            assert [(node.title, node.value) for node in top] == [
                ("octo-org", "octo-org/*"), ("octocat", "octocat/*"), ("quiet-org", "quiet-org/*"),
            ]  # fmt: skip
            assert [node.value for node in await source.discover(top[0].id)] == ["octo-org/a", "octo-org/handbook"]
            [notes] = await source.discover(top[1].id)
            assert (notes.title, notes.value, notes.has_children) == ("notes", "octocat/notes", False)
            assert notes.detail.startswith("Private.")
            assert await source.discover(top[2].id) == []

    run(world(), test)


def test_live_choices_are_the_repositories_and_the_branches_of_the_first_one() -> None:
    async def test(github: FakeGitHub) -> None:
        async with opened(config(github)) as source:
            found = await source.options("repositories", {})
            assert [(each.value, each.group) for each in found] == [
                ("octo-org/handbook", "octo-org"), ("octocat/notes", "octocat"),
            ]  # fmt: skip
            [branch] = await source.options("refs", {"repositories": ["octo-org/*", "octo-org/handbook"]})
            assert branch.value == "main"
            assert await source.options("refs", {"repositories": ["octo-org/*"]}) == []

    run(world(), test)


def test_the_rig_finds_requests_and_answers_that_github_does_not_describe() -> None:
    api = description()
    assert not list(api.wrong_request("GET", "/repos/a/b/issues", {"state": "all", "page": "2"}))
    assert list(api.wrong_request("GET", "/repos/a/b/issues", {"sate": "all"}))
    assert list(api.wrong_request("GET", "/repos/a/b/issues", {"state": "any"}))
    assert list(api.wrong_request("GET", "/repos/a/b/issues", {"page": "two"}))
    assert list(api.wrong_request("GET", "/repos/a/b/wikis", {}))
    assert list(api.wrong_request("GET", "/repos/a/b/issues/x", {}))
    assert not list(api.wrong_answer("GET", "/repos/a/b/issues", 200, b"[]"))
    assert list(api.wrong_answer("GET", "/repos/a/b/issues", 200, b'[{"number": 1}]'))
    assert list(api.wrong_answer("GET", "/repos/a/b/git/trees/x", 200, b'{"sha": "1", "tree": []}'))


def test_the_rig_finds_queries_and_data_that_the_schema_does_not_know() -> None:
    query = "query($o: String!) { repository(owner: $o, name: $o) { discussions(first: 1) { totalCount } } }"
    variables = {"o": "a"}
    data = {"repository": {"discussions": {"totalCount": 1}}}
    good = {"query": query, "variables": variables, "data": data}
    assert not wrong_graphql([good])
    assert wrong_graphql([{**good, "query": query.replace("totalCount", "total")}])
    assert wrong_graphql([{**good, "data": {"repository": {"discussions": {"totalCount": None}}}}])
    assert wrong_graphql([{**good, "data": {"repository": {"discussions": {"totalCount": 1, "more": 2}}}}])
    assert wrong_graphql([{**good, "variables": {}}])


@settings(max_examples=50, deadline=None)
@examples(st.data())
def test_whatever_moves_while_it_is_listed_is_listed(data: st.DataObject) -> None:
    """A walk by time, disturbed after each page: what was there from the beginning is found, as it is in the end."""
    moments = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=9))
    disturbed = data.draw(st.lists(st.sampled_from(range(1, len(moments) + 1)), max_size=4))
    repo = Repo(7, "octo-org/handbook")
    for number, at in enumerate(moments, 1):
        repo.issue(number, at * 100)
    github = FakeGitHub(repo)
    github.most_pages = 2

    async def test(github: FakeGitHub) -> None:
        def disturb(request: object) -> None:
            if disturbed and github.asked("/issues"):
                repo.comment(disturbed.pop(), 500 + len(github.seen), "And another thing")

        github.after_answer = disturb
        given, library = config(github, "issues"), Library()
        await library.sync(given)
        assert set(library.documents) == {f"7/issues/{number}" for number in repo.issues}
        github.after_answer = lambda request: None
        await library.sync(given)
        latest = {f"7/issues/{n}": f"{item['updated_at']} {item['comments']}" for n, item in repo.issues.items()}
        assert library.documents == latest

    run(github, test)
