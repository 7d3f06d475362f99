"""Git's server refuses, breaks off or answers nonsense: no page is lost by it, and no token goes astray."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import httpx
import pytest
from aiohttp import web

from app.accounts.authorizers.token_header import put_token, token_on
from connectors.sdk import AuthError, CheckStep, HeadwaterError, PermanentError, RateLimited, TransientError
from connectors.sources.github.git import Remote
from tests.connectors.github.fake import TOKEN, FakeGitHub, Fault, refused
from tests.connectors.github.syncing import Library, config, opened, run
from tests.connectors.github.test_refusals import PatientClock, answering, cut_off
from tests.connectors.github.wikis import basic
from tests.connectors.github.worlds import IDS, world
from tests.support.web import served

HANDBOOK = "octo-org/handbook"
HEADS, LISTING, PAGE = 0, 1, 2
"""The requests of a run over a wiki that has changed, of those that ask Git for something."""


def altered(github: FakeGitHub, change: Callable[[bytes], bytes]) -> Fault:
    """What git answers, and what the way has made of it."""

    async def fault(request: web.Request) -> web.StreamResponse:
        answer = await github.wiki(request)
        assert isinstance(answer.body, bytes)
        return web.Response(body=change(answer.body), status=answer.status, content_type=answer.content_type)

    return fault


def at(number: int, fault: Fault, github: FakeGitHub) -> Fault:
    """The fault, at the given one of the questions."""
    left = [number]

    async def passing(request: web.Request) -> web.StreamResponse:
        if left[0]:
            left[0] -= 1
            github.faults.append(("git-upload-pack", passing))
            return await github.wiki(request)
        return await fault(request)

    return passing


def without_end(body: bytes) -> bytes:
    return body.removesuffix(b"0000")


def first_half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def other_checksum(body: bytes) -> bytes:
    """The pack's last byte is another; the frames around it are whole. git sends an empty progress frame at the end."""
    end = body.index(b"PACK") - 5
    size = int(body[end : end + 4], 16)
    last = end + size - 1
    return body[:last] + bytes([body[last] ^ 1]) + body[last + 1 :]


def other_bytes(body: bytes) -> bytes:
    """The pack holds something else than it should."""
    start = body.index(b"PACK") + 14
    return body[:start] + bytes(byte ^ 0x55 for byte in body[start : start + 8]) + body[start + 8 :]


def emptied(body: bytes) -> bytes:
    return b""


def broken_off(body: bytes) -> bytes:
    return b"000dpackfile\n" + b"0013\3out of memory\n" + b"0000"


def an_error(body: bytes) -> bytes:
    return b"0015ERR out of memory"


def another_head(body: bytes) -> bytes:
    return b"0011nonsense HEAD\n0000".replace(b"0011", b"0012")


@pytest.mark.parametrize(
    ("number", "change"),
    [
        *((HEADS, change) for change in (without_end, first_half, emptied, an_error, another_head)),
        *(
            (number, change)
            for number in (LISTING, PAGE)
            for change in (without_end, first_half, emptied, an_error, other_checksum, other_bytes, broken_off)
        ),
    ],
)
def test_a_damaged_answer_is_told_as_such_and_deletes_nothing(number: int, change: Callable[[bytes], bytes]) -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, "wiki")
        library = await Library().sync(given)
        before = dict(library.documents)
        wiki = github.repositories[HANDBOOK].wiki
        assert wiki is not None
        wiki["Home.md"] = b"Welcome back, all of you\n" * 20
        github.faults = [("git-upload-pack", at(number, altered(github, change), github))]
        with pytest.raises(TransientError) as caught:
            await library.sync(given)
        assert caught.value.code in ("git", "git_damaged")
        assert TOKEN not in str(caught.value.info())
        assert library.documents == before
        assert not github.faults
        await library.sync(given)
        assert library.fetched == ["7/wiki/Home.md"]

    run(world(), test)


@pytest.mark.parametrize("number", [HEADS, LISTING, PAGE])
@pytest.mark.parametrize(
    "fault", [answering(lambda: web.Response(status=502, text="<html>Bad gateway</html>")), cut_off], ids=["502", "cut"]
)
def test_one_fault_of_the_server_is_not_even_seen(number: int, fault: Fault) -> None:
    async def test(github: FakeGitHub) -> None:
        github.faults = [("git-upload-pack", at(number, fault, github))]
        library = await Library().sync(config(github, "wiki"), clock=PatientClock())
        assert (set(library.documents), library.codes) == (IDS["wiki"], [])
        assert not github.faults

    run(world(), test)


@pytest.mark.parametrize("part", ["/info/refs", "/git-upload-pack"])
def test_a_page_in_the_place_of_gits_answer_is_a_failure_and_deletes_nothing(part: str) -> None:
    async def test(github: FakeGitHub) -> None:
        library, given = Library(), config(github, "wiki")
        if part == "/git-upload-pack":
            await library.sync(given)
        before = dict(library.documents)
        github.faults = [(part, answering(lambda: web.Response(text="<html>Sign in</html>", content_type="text/html")))]
        await library.sync(given)
        assert (library.documents, library.codes) == (before, ["not_git"])
        await library.sync(given)
        assert (set(library.documents), library.codes) == (IDS["wiki"], [])

    run(world(), test)


def test_a_server_that_speaks_only_the_first_version_is_told_as_such() -> None:
    async def test(github: FakeGitHub) -> None:
        async def first_version(request: web.Request) -> web.Response:
            headers = {name: value for name, value in request.headers.items() if name.lower() != "git-protocol"}
            return await github.wiki(request.clone(headers=headers))

        github.faults = [("/info/refs", first_version)]
        library = await Library().sync(config(github, "wiki"))
        assert (library.documents, library.codes) == ({}, ["git_version"])

    run(world(), test)


def test_a_greeting_that_names_the_service_first_is_understood() -> None:
    """git's own server leaves that line out in version 2; others may send it."""

    async def test(github: FakeGitHub) -> None:
        named = b"001e# service=git-upload-pack\n0000"
        github.faults = [("/info/refs", altered(github, lambda body: named + body))]
        library = await Library().sync(config(github, "wiki"))
        assert (set(library.documents), library.codes, github.faults) == (IDS["wiki"], [], [])

    run(world(), test)


async def ended(github: FakeGitHub, fault: Fault) -> HeadwaterError:
    """What ends a run."""
    github.faults = [("git-upload-pack", fault)]
    with pytest.raises(HeadwaterError) as caught:
        await Library().sync(config(github, "wiki"))
    return caught.value


def test_a_refused_credential_and_too_many_requests_end_the_run() -> None:
    async def test(github: FakeGitHub) -> None:
        error = await ended(github, answering(lambda: web.Response(status=401, text="Bad credentials")))
        assert isinstance(error, AuthError)
        assert "expired" in error.remedy
        later = {"Retry-After": "1800"}
        error = await ended(github, answering(lambda: web.Response(status=429, headers=later)))
        assert isinstance(error, RateLimited)
        text = "You have exceeded a secondary rate limit"
        error = await ended(github, answering(lambda: web.Response(status=403, text=text)))
        assert isinstance(error, RateLimited)

    run(world(), test)


@pytest.mark.parametrize(
    ("told", "remedy"),
    [
        ("Write access to repository not granted.", "Allow the token to read"),
        ("The 'octo-org' organization has enabled or enforced SAML SSO.", "Configure SSO"),
    ],
)
def test_a_forbidden_wiki_is_one_failure_with_its_remedy(told: str, remedy: str) -> None:
    async def test(github: FakeGitHub) -> None:
        forbidden = answering(lambda: web.Response(status=403, text=told))
        github.faults = [("/info/refs", forbidden)]
        library = await Library().sync(config(github, "wiki", "files"))
        assert set(library.documents) == {each for each in IDS["files"] if each.startswith("7/")}
        [failure] = library.catalogs["octo-org/handbook#wiki"].failures
        assert (failure.error.category, failure.error.what) == ("permission", told)
        assert remedy in failure.error.remedy
        github.faults = [("/info/refs", forbidden)]
        async with opened(config(github, "wiki")) as source:
            steps: list[CheckStep] = [step async for step in source.check() if step.state == "failed"]
        assert [step.name for step in steps] == ["wiki"]
        assert remedy in steps[0].remedy
        assert "Contents" in steps[0].remedy or "SSO" in steps[0].remedy

    run(world(), test)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_token_goes_to_no_other_host(status: int) -> None:
    """A wiki's address that leads elsewhere: whatever is asked there is asked without the credential."""
    there: list[web.Request] = []

    async def elsewhere(request: web.Request) -> web.Response:
        there.append(request)
        return refused(401, "Who are you?")

    async def test(github: FakeGitHub) -> None:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", elsewhere)
        async with served(app) as other:

            async def moved(request: web.Request) -> web.Response:
                return web.Response(status=status, headers={"Location": f"{other}{request.rel_url}"})

            for part in ("/info/refs", "/git-upload-pack"):
                github.faults = [(part, moved)]
                library = Library()
                await library.sync(config(github, "wiki"))
                [code] = library.codes
                assert code in ("redirect_refused", "address_refused", "sign_in_needed")
                assert not library.documents
        assert not [request for request in there if "authorization" in request.headers]

    run(world(), test)


def test_a_token_goes_as_a_password_to_git_and_as_a_bearer_to_all_else() -> None:
    hidden: list[str] = []

    def remember(secret: str) -> str:
        hidden.append(secret)
        return secret

    def sent(path: str, git_user: str = "x-access-token") -> str:
        request = httpx.Request("GET", f"https://github.com{path}")
        put_token(request, TOKEN, git_user, remember)
        assert token_on(request) == TOKEN
        return request.headers["authorization"]

    password = basic("x-access-token", TOKEN)
    assert sent("/o/r.wiki.git/info/refs?service=git-upload-pack") == password
    assert sent("/o/r.wiki.git/git-upload-pack") == password
    assert [f"Basic {each}" for each in hidden] == [password, password]
    for path in ("/api/v3/repos/o/r/git/trees/x.git%2Finfo%2Frefs", "/repos/o/r/git/trees/info/refs", "/o/r.git"):
        assert sent(path) == f"Bearer {TOKEN}"
    assert sent("/o/r.git/info/refs", "") == f"Bearer {TOKEN}"
    assert token_on(httpx.Request("GET", "https://github.com", headers={"authorization": "Basic ?"})) == ""


def test_an_answer_with_a_wrong_byte_reads_as_before_or_is_an_error_of_ours() -> None:
    async def test(github: FakeGitHub) -> None:
        async with opened(config(github, "wiki")) as source:
            remote = Remote(source.github.http, source.config.wiki_url(HANDBOOK))
            commit = await remote.head()
            answers: list[bytes] = []

            def noted(body: bytes) -> bytes:
                answers.append(body)
                return body

            github.faults = [("git-upload-pack", altered(github, noted))]

            async def listed() -> list[str]:
                return [entry.name for entry in await (await remote.folders(commit)).list_folder("")]

            good = await listed()
            [whole] = answers
            errors: list[HeadwaterError] = []
            for place in range(0, len(whole), 5):
                wrong = whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :]
                github.faults = [("git-upload-pack", altered(github, partial(replaced, wrong)))]
                try:
                    assert await listed() == good
                except (TransientError, PermanentError) as error:
                    errors.append(error)
            assert len(errors) > len(whole) / 5 / 2  # the rest is what git says of its progress
            assert {error.code for error in errors} <= {"git", "git_damaged"}

    run(world(), test)


def replaced(wrong: bytes, right: bytes) -> bytes:
    """What comes in the place of what should."""
    return wrong
