"""The Google Drive source where Google refuses, breaks off, forgets, or tells half."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from connectors.sdk import (
    Content,
    HeadwaterError,
    RateLimited,
    TransientError,
)
from connectors.sdk.testing import Catalog, collect
from connectors.sources.google_drive import GoogleDriveSource, content, passes
from connectors.sources.google_drive.config import SCOPE
from tests.connectors.google_drive.driving import PATIENT, TWICE, asked, body_of, sync, upserts, use
from tests.connectors.google_drive.fake import MOST_EXPORTED, FakeDrive, answering, nothing, refuse
from tests.network.opened import FakeClock
from tests.support.context import RecordingLog


async def cut(request: web.Request) -> web.StreamResponse:
    """Promises more than it sends."""
    answer = web.StreamResponse(headers={"Content-Length": "5000"})
    await answer.prepare(request)
    await answer.write(b"the beginning")
    assert request.transport is not None
    request.transport.close()
    return answer


def read(
    fake: FakeDrive, id: str, *, meanwhile: Callable[[], Any] = lambda: None, **config: Any
) -> tuple[bytes, Content]:
    """Lists, lets something happen, and fetches one document."""
    log = config.pop("log", None)

    async def job(source: GoogleDriveSource) -> tuple[bytes, Content]:
        listed = upserts(await collect(source, fetch=False))
        meanwhile()
        content = await source.fetch(listed[id].ref)
        return await body_of(content), content

    found: tuple[bytes, Content] = use(fake, job, log=log, **config)
    return found


# --- faults of a server ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["files.list", "changes.list", "files.get", "changes.getStartPageToken"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_that_passes_costs_nothing(method: str, status: int) -> None:
    fake = FakeDrive()
    id = fake.put("a.md", "text")
    headers = {"Retry-After": "0"} if status == 429 else {}
    fake.faults[f"drive.{method}"].append(answering(lambda: refuse(status, "backendError", **headers)))

    assert set(sync(fake, settings=TWICE).documents) == {id}


@pytest.mark.parametrize("reason", ["userRateLimitExceeded", "rateLimitExceeded"])
def test_a_rate_limit_in_the_guise_of_a_403_says_when_to_go_on_and_loses_no_page(reason: str) -> None:
    fake = FakeDrive(page=3)
    ids = {fake.put(f"{number}.md", str(number)) for number in range(8)}
    limit = answering(lambda: refuse(403, reason, "User Rate Limit Exceeded"))
    fake.faults["drive.files.list"].extend([nothing, nothing, limit])
    known = Catalog()

    with pytest.raises(RateLimited) as raised:
        use(fake, lambda source: collect(source, catalog=known))
    assert raised.value.retry_at > 0
    before = asked(fake, "files.list")
    again = sync(fake, known)

    assert set(again.documents) == ids
    assert asked(fake, "files.list") - before == 1, "it goes on at the page it had reached"


@pytest.mark.parametrize("method", ["files.list", "files.get"])
def test_a_rate_limit_is_waited_out_ever_more_slowly_and_holds_back_nothing_for_a_minute(method: str) -> None:
    fake = FakeDrive(page=3)
    ids = {fake.put(f"{number}.md", str(number)) for number in range(5)}
    limit = answering(lambda: refuse(403, "userRateLimitExceeded", "User Rate Limit Exceeded"))
    fake.faults[f"drive.{method}"].extend([nothing, *[limit] * 5])
    clock = FakeClock(time.time())

    found: Catalog = use(fake, collect, settings=PATIENT, clock=clock)

    assert set(found.documents) == ids
    assert max(clock.slept) <= 20
    assert 5 <= sum(clock.slept) <= 120
    assert not fake.faults[f"drive.{method}"]


def test_a_days_quota_that_is_used_up_is_not_asked_for_again_at_once() -> None:
    fake = FakeDrive()
    fake.put("a.md", "a")
    fake.faults["drive.files.list"].append(answering(lambda: refuse(403, "dailyLimitExceeded")))
    clock = FakeClock(time.time())

    with pytest.raises(RateLimited) as raised:
        use(fake, collect, settings=PATIENT, clock=clock)
    assert raised.value.retry_at - clock.time > 3_000
    assert asked(fake, "files.list") == 1


def test_an_expired_token_is_replaced_in_the_middle_of_a_pass() -> None:
    fake = FakeDrive(page=2)
    ids = {fake.put(f"{number}.md", str(number)) for number in range(5)}

    async def expire(request: web.Request) -> web.Response:
        fake.tokens.clear()
        return refuse(401, "authError", "Invalid Credentials")

    fake.faults["drive.files.list"].extend([nothing, expire])

    assert set(sync(fake).documents) == ids
    assert len(fake.claims) == 2
    assert {claims["scope"] for claims in fake.claims} == {SCOPE}


def test_a_download_that_breaks_off_is_no_document() -> None:
    fake = FakeDrive()
    id = fake.put("a.bin", b"x" * 5000)
    fake.faults["drive.files.get"].extend([nothing, cut])

    with pytest.raises(TransientError, match="broke off"):
        read(fake, id)


@pytest.mark.parametrize("whole", [10, 1_000_000])
def test_a_file_that_changed_after_the_listing_is_stored_as_what_it_is(
    whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "WHOLE", whole)
    fake = FakeDrive()
    id = fake.put("a.md", "as it was listed")

    body, fetched = read(fake, id, meanwhile=lambda: fake.edit(id, "as it is fetched"))
    same, listed = read(fake, id)

    assert (body, same) == (b"as it is fetched", b"as it is fetched")
    assert fetched.fingerprint == hashlib.md5(body).hexdigest()
    assert listed.fingerprint is None


def test_a_file_that_grew_above_the_limit_is_not_read() -> None:
    fake = FakeDrive()
    id = fake.put("a.md", "small")

    with pytest.raises(HeadwaterError) as raised:
        read(fake, id, meanwhile=lambda: fake.edit(id, "x" * 100), filters={"max_bytes": 50})
    assert raised.value.code == "too_large"


# --- exports ---------------------------------------------------------------------------------------------------------


def test_formats_are_a_choice() -> None:
    fake = FakeDrive()
    sheet = fake.doc("Numbers", "spreadsheet", csv=b"1,2", xlsx=b"PK")

    assert read(fake, sheet)[0] == b"PK"
    body, found = read(fake, sheet, spreadsheets="csv")
    assert (body, found.media_type) == (b"1,2", "text/csv")


def test_what_is_too_large_to_export_is_read_in_another_format_and_said() -> None:
    fake, log = FakeDrive(), RecordingLog()
    slides = fake.doc("Slides", "presentation", pdf=b"x" * (MOST_EXPORTED + 1), txt=b"only text")

    body, found = read(fake, slides, log=log)

    assert (body, found.media_type) == (b"only text", "text/plain")
    assert "“Slides” is too large to be exported as application/pdf" in log.text()


def test_what_is_too_large_in_every_format_is_a_skipped_item() -> None:
    fake = FakeDrive()
    huge = b"x" * (MOST_EXPORTED + 1)
    slides = fake.doc("Slides", "presentation", pdf=huge, txt=huge)

    with pytest.raises(HeadwaterError) as raised:
        read(fake, slides)
    assert (raised.value.code, "10 MB" in raised.value.what) == ("export_too_large", True)


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("cannotDownloadAbusiveFile", "abusive_file"),
        ("cannotDownloadFile", "download_forbidden"),
        ("downloadQuotaExceeded", "download_quota"),
        ("insufficientFilePermissions", "permission_denied"),
    ],
)
def test_a_file_that_is_not_handed_out_says_why(reason: str, code: str) -> None:
    fake = FakeDrive()
    id = fake.put("a.md", "text")
    fake.faults["drive.files.get"].extend([nothing, answering(lambda: refuse(403, reason))])

    with pytest.raises(HeadwaterError) as raised:
        read(fake, id)
    assert (raised.value.code, bool(raised.value.remedy)) == (code, True)
    assert all("acknowledgeAbuse" not in query for _, query in fake.asked)


def test_a_file_that_viewers_must_not_download_is_a_failed_item() -> None:
    fake = FakeDrive()
    fake.put("a.md", "text", capabilities={"canDownload": False})

    assert [failure.error.code for failure in sync(fake).failures] == ["download_forbidden"]


# --- a Drive that forgets or tells half ------------------------------------------------------------------------------


def test_a_forgotten_place_in_the_feed_leads_to_a_full_pass_by_fingerprint() -> None:
    fake = FakeDrive()
    stays, goes = fake.put("stays.md", "s"), fake.put("goes.md", "g")
    known = sync(fake)
    fake.remove(goes)
    fake.log.clear()
    fake.oldest_change = 100
    fake.log += [("", {"fileId": "x", "removed": True})] * 100
    new = fake.put("new.md", "n")

    again = sync(fake, known)

    assert set(again.documents) == {stays, new}
    assert again.fetched == [new]


@pytest.mark.parametrize("status", [400, 410])
def test_a_feed_that_never_knows_its_own_places_ends_with_an_error(status: int) -> None:
    fake = FakeDrive()
    fake.put("a.md", "text")
    refusal = answering(lambda: refuse(status, "invalid", location="pageToken"))
    fake.faults["drive.changes.list"].extend([refusal, refusal])

    with pytest.raises(HeadwaterError) as raised:
        sync(fake)
    assert raised.value.code == "page_token_refused"


def test_a_page_of_the_listing_that_is_forgotten_begins_it_anew() -> None:
    fake = FakeDrive(page=2)
    ids = {fake.put(f"{number}.md", str(number)) for number in range(5)}
    fake.faults["drive.files.list"].extend([nothing, answering(lambda: refuse(400, "invalid", location="pageToken"))])

    assert set(sync(fake).documents) == ids


def test_a_listing_that_is_not_complete_deletes_nothing() -> None:
    fake = FakeDrive()
    fake.put("a.md", "text")
    known = sync(fake)
    fake.faults["drive.files.list"].append(
        answering(lambda: web.json_response({"files": [], "incompleteSearch": True}))
    )
    known.checkpoint = None

    with pytest.raises(TransientError, match="could not search everything"):
        sync(fake, known)


@pytest.mark.parametrize("stop", range(1, 12))
def test_a_pass_may_be_stopped_after_any_page(stop: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "PAGE_DOCUMENTS", 3)
    fake = FakeDrive(page=4)
    chosen, far = fake.folder("Chosen"), fake.folder("Far")
    ids = {fake.put(f"{number}.md", str(number), parent=chosen) for number in range(9)}
    ids.add(fake.put("far.md", "far", parent=far))
    fake.shortcut("to far", far, parent=chosen)
    known: Catalog = use(fake, lambda source: collect(source, stop_after=stop))
    gone = ids.pop()
    fake.remove(gone)
    ids.add(fake.put("new.md", "new", parent=far))

    again = sync(fake, known, fetch=False)  # a host counts what it can't fetch any more as a failed item

    assert set(again.documents) == ids


def test_a_checkpoint_without_its_state_is_not_believed() -> None:
    fake = FakeDrive(page=2)
    ids = {fake.put(f"{number}.md", str(number)) for number in range(5)}
    known: Catalog = use(fake, lambda source: collect(source, stop_after=2))
    known.state.values.clear()

    assert set(sync(fake, known).documents) == ids


def test_an_answer_of_another_kind_is_told_with_its_address() -> None:
    fake = FakeDrive()
    fake.faults["drive.files.list"].append(answering(lambda: web.Response(text="<html>", content_type="text/html")))

    with pytest.raises(HeadwaterError) as raised:
        sync(fake)
    assert (raised.value.code, raised.value.where.endswith("/drive/v3/files")) == ("bad_answer", True)


def test_a_shared_drive_out_of_reach_is_one_failed_item_and_deletes_nothing() -> None:
    fake = FakeDrive()
    team = fake.shared_drive("Team", "0ATeam")
    fake.put("a.md", "text", parent=team)
    known = sync(fake, shared_drives=True, part=team)

    async def job(source: GoogleDriveSource) -> Catalog:
        partition = next(each for each in await source.partitions() if each.id == team)
        del fake.drives[team]
        return await collect(source, catalog=known.copy(), partition=partition)

    again: Catalog = use(fake, job, shared_drives=True)

    assert [failure.error.code for failure in again.failures] == ["not_found"]
    assert again.documents == known.documents
    assert again.checkpoint == known.checkpoint
