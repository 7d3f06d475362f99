"""GitHub refuses, breaks off, answers nonsense or moves things: what a run makes of it, and that nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from app.network import SystemClock
from connectors.sdk import AuthError, HeadwaterError, PermissionDenied, RateLimited, TransientError
from tests.connectors.github.fake import FakeGitHub, Fault, refused
from tests.connectors.github.syncing import Library, config, run
from tests.connectors.github.worlds import IDS, world

HANDBOOK = "octo-org/handbook"
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def answering(make: Callable[[], web.Response]) -> Fault:
    async def fault(request: web.Request) -> web.StreamResponse:
        return make()

    return fault


async def cut_off(request: web.Request) -> web.StreamResponse:
    """Promises more than it sends."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "5000"})
    await answer.prepare(request)
    await answer.write(b'[{"number": 1')
    if request.transport is not None:
        request.transport.close()
    return answer


class PatientClock(SystemClock):
    """Waits for nothing, and remembers how long it should have."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self.ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.ahead += seconds
        await asyncio.sleep(0)


async def refusal(github: FakeGitHub, *wanted: str, **fields: Any) -> HeadwaterError:
    """What ends a run."""
    with pytest.raises(HeadwaterError) as caught:
        await Library().sync(config(github, *(wanted or ("issues",)), **fields))
    return caught.value


def test_a_secondary_limit_without_a_time_is_a_minutes_pause() -> None:
    async def test(github: FakeGitHub) -> None:
        github.faults = [("/issues", answering(lambda: refused(403, SECONDARY)))]
        error = await refusal(github)
        assert isinstance(error, RateLimited)
        assert 50 < error.retry_at - time.time() <= 60

    run(world(), test)


def test_a_used_up_quota_waits_for_the_time_that_github_names() -> None:
    async def test(github: FakeGitHub) -> None:
        reset = int(time.time()) + 1800
        spent = {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": str(reset)}
        github.faults = [("/issues", answering(lambda: refused(403, "API rate limit exceeded", **spent)))]
        error = await refusal(github)
        assert isinstance(error, RateLimited)
        assert abs(error.retry_at - reset) < 5

    run(world(), test)


@pytest.mark.parametrize("status", [403, 429])
def test_a_short_pause_that_github_asks_for_is_kept_and_the_run_goes_on(status: int) -> None:
    async def test(github: FakeGitHub) -> None:
        github.faults = [("/issues", answering(lambda: refused(status, SECONDARY, Retry_After="7")))]
        clock = PatientClock()
        library = await Library().sync(config(github, "issues"), clock=clock)
        assert set(library.documents) == IDS["issues"] - {"8/issues/1"}
        assert sum(clock.waited) > 6.9  # the clock went on a little between the answer and the wait

    run(world(), test)


def test_graphql_says_with_status_200_that_the_quota_is_used_up() -> None:
    async def test(github: FakeGitHub) -> None:
        reset = int(time.time()) + 900
        spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
        body = {"errors": [{"type": "RATE_LIMIT", "message": "API rate limit already exceeded"}]}
        github.faults = [("graphql", answering(lambda: web.json_response(body, headers=spent)))]
        error = await refusal(github, "discussions")
        assert isinstance(error, RateLimited)
        assert error.retry_at == reset

    run(world(), test)


@pytest.mark.parametrize(
    "fault", [answering(lambda: web.Response(status=502, text="<html>Bad gateway</html>")), cut_off], ids=["502", "cut"]
)
@pytest.mark.parametrize("part", ["/issues", "/releases", "/git/trees", "graphql", "/comments", "/git/blobs"])
def test_one_fault_of_the_server_is_not_even_seen(part: str, fault: Fault) -> None:
    async def test(github: FakeGitHub) -> None:
        github.faults = [(part, fault)]
        library = await Library().sync(config(github), clock=PatientClock())
        assert set(library.documents) == {each for each in set().union(*IDS.values()) if each.startswith("7/")}
        assert not github.faults

    run(world(), test)


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ("/issues", answering(lambda: web.Response(status=503))),
        ("/releases", cut_off),
        ("graphql", answering(lambda: web.Response(status=502))),
        (
            "graphql",
            answering(
                lambda: web.json_response({"errors": [{"message": "Something went wrong while executing your query."}]})
            ),
        ),
    ],
    ids=["503", "cut", "graphql 502", "graphql wrong"],
)
def test_a_server_that_stays_broken_ends_the_run_and_the_next_one_completes_it(part: str, fault: Fault) -> None:
    async def test(github: FakeGitHub) -> None:
        github.faults = [(part, fault)] * 9
        library, given = Library(), config(github)
        with pytest.raises(TransientError):
            await library.sync(given, clock=PatientClock())
        github.faults.clear()
        await library.sync(given)
        assert set(library.documents) == {each for each in set().union(*IDS.values()) if each.startswith("7/")}

    run(world(), test)


def test_a_run_that_breaks_off_between_two_pages_goes_on_there() -> None:
    async def test(github: FakeGitHub) -> None:
        github.most_pages = 3
        library, given = Library(), config(github)
        await library.sync(given, stop_after=1)
        part = len(library.documents)
        github.seen.clear()
        await library.sync(given)
        assert set(library.documents) == {each for each in set().union(*IDS.values()) if each.startswith("7/")}
        assert 0 < part < len(library.documents)
        assert "since" in github.asked("/issues")[0].query

    run(world(), test)


def test_an_expired_token_says_so() -> None:
    async def test(github: FakeGitHub) -> None:
        github.token = "another"
        error = await refusal(github)
        assert isinstance(error, AuthError)
        assert "expired" in error.remedy

    run(world(), test)


def test_a_repository_that_vanishes_in_mid_listing_keeps_its_documents_and_stops_nobody_else() -> None:
    async def test(github: FakeGitHub) -> None:
        github.most_pages = 3
        given = config(github, "issues", repositories=[HANDBOOK, "octocat/notes"])
        library = await Library().sync(given)
        whole = dict(library.documents)
        for number in range(2, 9):
            github.repositories[HANDBOOK].comment(number, 8000 + number, "New")

        def vanish(request: object) -> None:
            if len(github.asked("handbook/issues")) == 2:
                github.repositories.pop(HANDBOOK, None)

        github.seen.clear()
        github.after_answer = vanish
        with pytest.raises(HeadwaterError):  # the fetch of what the page before had told
            await library.sync(given)
        github.after_answer = lambda request: None
        await library.sync(given)
        assert set(library.documents) == set(whole)
        assert library.codes == ["not_found"]
        assert library.catalogs["octo-org/handbook#threads"].failures[0].source_id is None

    run(world(), test)


def test_a_missing_page_of_the_listing_is_a_failure_and_the_next_run_asks_again() -> None:
    async def test(github: FakeGitHub) -> None:
        github.most_pages = 3
        library, given = Library(), config(github, "issues")

        def lose_a_page(request: object) -> None:
            if len(github.asked("/issues")) == 1:
                github.faults = [("/issues", answering(lambda: refused(404, "Not Found")))]

        github.after_answer = lose_a_page
        await library.sync(given)
        assert library.codes == ["not_found"]
        assert 0 < len(library.documents) < 8
        github.after_answer = lambda request: None
        await library.sync(given)
        assert set(library.documents) == IDS["issues"] - {"8/issues/1"}

    run(world(), test)


def test_a_cursor_that_is_not_known_any_more_begins_the_listing_again() -> None:
    async def test(github: FakeGitHub) -> None:
        github.most_pages = 3
        library, given = Library(), config(github, "discussions")
        await library.sync(given, stop_after=1)
        body = {
            "errors": [{"type": "INVALID_CURSOR_ARGUMENTS", "message": "`x` does not appear to be a valid cursor."}]
        }
        github.faults = [("graphql", answering(lambda: web.json_response(body)))]
        await library.sync(given)
        assert set(library.documents) == IDS["discussions"]

    run(world(), test)


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("Resource protected by organization SAML enforcement. You must grant your token access.", "Configure SSO"),
        ("Resource not accessible by personal access token", "repository permissions"),
    ],
)
def test_a_forbidden_part_is_one_failure_with_its_remedy(message: str, remedy: str) -> None:
    async def test(github: FakeGitHub) -> None:
        github.faults = [("/issues", answering(lambda: refused(403, message)))]
        library = await Library().sync(config(github))
        assert set(library.documents) >= IDS["releases"]
        [failure] = library.catalogs["octo-org/handbook#threads"].failures
        assert failure.error.category == "permission"
        assert remedy in failure.error.remedy

    run(world(), test)


@pytest.mark.parametrize("body", ["<!doctype html><title>Unicorn!</title>", '{"items": []}', "[{", ""])
def test_nonsense_with_status_200_deletes_nothing(body: str) -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, "releases", "files")
        library = await Library().sync(given)
        before = dict(library.documents)
        nonsense = answering(lambda: web.Response(text=body, content_type="application/json"))
        github.faults = [("/releases", nonsense), ("/git/trees", nonsense)]
        await library.sync(given)
        assert library.documents == before
        assert len(library.codes) == 2

    run(world(), test)


def test_reconciling_a_repository_that_can_not_be_read_raises_rather_than_tells_nothing() -> None:
    async def test(github: FakeGitHub) -> None:
        given = config(github, "issues")
        library = await Library().sync(given)
        github.faults = [("/issues", answering(lambda: refused(403, "Resource not accessible by integration")))]
        with pytest.raises(PermissionDenied):
            await library.reconcile(given)
        assert library.documents

    run(world(), test)


FAULTS: dict[str, Fault] = {
    "404": answering(lambda: refused(404, "Not Found")),
    "403": answering(lambda: refused(403, "Resource not accessible by integration")),
    "secondary": answering(lambda: refused(403, SECONDARY)),
    "401": answering(lambda: refused(401, "Bad credentials")),
    "500": answering(lambda: web.Response(status=500)),
    "cut": cut_off,
    "nonsense": answering(lambda: web.json_response({"hello": "world"})),
    "page": answering(lambda: web.Response(text="<html>Unicorn!</html>", content_type="text/html")),
}


@settings(max_examples=40, deadline=None)
@examples(
    st.lists(
        st.lists(st.one_of(st.none(), st.none(), st.none(), st.sampled_from(sorted(FAULTS))), max_size=40), max_size=3
    )
)
def test_whatever_fails_in_between_good_runs_end_at_the_truth(runs: list[list[str | None]]) -> None:
    """Each run meets its faults in the order of its requests; something changes between two runs."""
    github = world()
    github.most_pages = 3
    repo = github.repositories[HANDBOOK]

    async def test(github: FakeGitHub) -> None:
        given, library = config(github, repositories=[HANDBOOK, "octocat/notes"]), Library()
        for number, faults in enumerate(runs):
            pending = [FAULTS.get(fault or "") for fault in faults]
            github.next_fault = lambda pending=pending: pending.pop(0) if pending else None  # type: ignore[misc]
            with contextlib.suppress(HeadwaterError):
                await library.sync(given, clock=PatientClock())
            repo.comment(1 + number, 6000 + 100 * number, "News")
            repo.discussion(20 + number, 6000 + 100 * number, comments=number)
            repo.files[f"new-{number}.md"] = b"New"
            assert repo.wiki is not None
            repo.wiki[f"New-{number}.md"] = b"New"
        github.next_fault = lambda: None
        await library.sync(given, clock=PatientClock())  # completes what was interrupted
        await library.sync(given, clock=PatientClock())  # and sees what has come to the front of it meanwhile
        assert not library.codes
        assert library.documents == (await Library().sync(given)).documents

    run(github, test)
