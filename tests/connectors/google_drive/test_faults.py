"""The Google Drive source where Google refuses, breaks off, forgets, or tells half."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from connectors.sdk import (
    Access,
    AccessChanged,
    Authorization,
    Content,
    DocumentRef,
    HeadwaterError,
    RateLimited,
    TransientError,
)
from connectors.sdk.testing import Catalog, collect
from connectors.sources.google_drive import GoogleDriveSource, content, passes
from connectors.sources.google_drive.config import SCOPE
from tests.connectors.google_drive.driving import TWICE, asked, body_of, check, sync, upserts, use
from tests.connectors.google_drive.fake import ME, MOST_EXPORTED, FakeDrive, Fault, refuse
from tests.support.context import RecordingLog


def answering(answer: Callable[[], web.StreamResponse]) -> Fault:
    async def fault(request: web.Request) -> web.StreamResponse:
        return answer()

    return fault


async def nothing(request: web.Request) -> None: ...


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


@pytest.mark.parametrize(
    ("reason", "code", "said"),
    [
        ("accessNotConfigured", "api_disabled", "switched off"),
        ("domainPolicy", "domain_policy", "administrators"),
        ("insufficientPermissions", "scope_missing", "drive.readonly"),
    ],
)
def test_the_connection_test_names_what_is_missing(reason: str, code: str, said: str) -> None:
    fake = FakeDrive()
    fake.faults["drive.about.get"].append(answering(lambda: refuse(403, reason)))

    step = check(fake)["sign_in"]

    assert step.error is not None
    assert (step.state, step.error.code, said in step.message, bool(step.remedy)) == ("failed", code, True, True)


def test_the_connection_test_reads_what_the_sync_would_read() -> None:
    fake = FakeDrive()
    fake.put("a.md", "text")

    steps = check(fake, shared_drives=True)

    assert list(steps) == ["sign_in", "places", "listing", "content", "changes"]
    assert [steps[name].state for name in steps] == ["ok", "warning", "ok", "ok", "ok"]
    assert ME in steps["sign_in"].message
    assert "shared drive" in steps["places"].message
    assert steps["listing"].message == "1 documents"


def test_the_connection_test_says_why_nothing_would_be_synced() -> None:
    fake = FakeDrive()
    fake.put("a.md", "text", parent=None, ownedByMe=False, sharedWithMeTime="2026-01-02T00:00:00.000Z")

    step = check(fake)["listing"]

    assert (step.state, "Shared with me" in step.remedy) == ("warning", True)


def test_a_service_account_acts_for_a_person() -> None:
    fake = FakeDrive()
    sync(fake, subject=ME)

    assert {claims["sub"] for claims in fake.claims} == {ME}


def test_an_account_is_asked_for_no_more_than_reading() -> None:
    config = GoogleDriveSource.Config.model_validate({"auth": {"method": "account", "account": "ada"}})
    params = {"account": "ada", "scopes": SCOPE}
    hosts = ("www.googleapis.com:443",)
    assert GoogleDriveSource.authorization(config) == Authorization(kind="account", params=params, hosts=hosts)
    asks = GoogleDriveSource.Config.model_json_schema()["$defs"]["SignedIn"]["properties"]["account"]["x-account"]
    assert (asks["provider"], [scope["name"] for scope in asks["scopes"]]) == ("google", [SCOPE])


@pytest.mark.parametrize(
    "folder", ["", "a b", "https://drive.google.com/drive/my-drive", "https://example.com/folders/"]
)
def test_what_is_no_folder_is_refused(folder: str) -> None:
    with pytest.raises(ValidationError, match="Open it in Drive"):
        GoogleDriveSource.Config.model_validate({"auth": {"method": "account", "account": "a"}, "folders": [folder]})


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


# --- who may see it --------------------------------------------------------------------------------------------------


def grant(*who: tuple[str, str]) -> list[dict[str, Any]]:
    field = {"user": "emailAddress", "group": "emailAddress", "domain": "domain"}
    return [
        {"id": f"{number}", "type": type, "role": "reader"} | ({field[type]: name} if type in field else {})
        for number, (type, name) in enumerate(who)
    ]


def test_access_is_captured_and_its_change_told_without_fetching() -> None:
    fake = FakeDrive()
    id = fake.put("a.md", "text", permissions=grant(("user", ME), ("group", "all@example.com"), ("domain", "b.org")))
    known = sync(fake)
    assert upserts(known)[id].access == Access(users=(ME,), groups=("all@example.com", "domain:b.org"))

    fake.edit(id, permissions=grant(("anyone", "")))
    again = sync(fake, known)

    changes = [change for page in again.pages for change in page.changes if isinstance(change, AccessChanged)]
    assert (again.fetched, changes) == ([], [AccessChanged(id, Access(public=True))])


def test_access_in_a_shared_drive_comes_from_its_members_and_from_the_file_where_it_has_its_own() -> None:
    fake = FakeDrive()
    team = fake.shared_drive("Team", "0ATeam")
    plain, own = fake.put("plain.md", "p", parent=team), fake.put("own.md", "o", parent=team)
    given = grant(("user", "guest@example.com"))
    fake.edit(own, hasAugmentedPermissions=True, permissionIds=["0"], given=given)

    found = upserts(sync(fake, shared_drives=True, part=team))

    assert found[plain].access == Access(users=(ME,), groups=("team@example.com",))
    assert found[own].access == Access(users=("guest@example.com",))
    assert asked(fake, "permissions.list") == 2, "the members once, the other file's own"


def test_unknown_access_is_not_taken_for_no_access() -> None:
    fake = FakeDrive()
    id = fake.put("a.md", "text", parent=None, ownedByMe=False, sharedWithMeTime="2026-01-02T00:00:00.000Z")

    assert upserts(sync(fake, shared_with_me=True))[id].access is None


# --- choosing --------------------------------------------------------------------------------------------------------


def test_folders_are_offered_level_by_level() -> None:
    fake = FakeDrive(page=2)
    docs = fake.folder("Docs")
    deep = fake.folder("It's \\ deep", parent=docs)
    deeper = fake.folder("Deeper", parent=deep)
    shared = fake.folder("Theirs", parent=None, ownedByMe=False, sharedWithMeTime="2026-01-02T00:00:00.000Z")
    team = fake.shared_drive("Team", "0ATeam")
    inside = fake.folder("Inside", parent=team)
    fake.put("no folder.md", "x", parent=docs)

    async def job(source: GoogleDriveSource) -> list[list[Any]]:
        parents = [None, "root", docs, deep, "shared-with-me", team]
        return [[node.value for node in await source.discover(parent)] for parent in parents]

    top, root, first, second, theirs, drive = use(fake, job)
    assert top == ["root", None, team]
    assert docs in root
    assert (first, second, theirs, drive) == ([deep], [deeper], [shared], [inside])


def test_a_document_that_is_not_there_is_not_found_by_any_name() -> None:
    async def job(source: GoogleDriveSource) -> None:
        for id in ("no/such", "../about", "", "a?alt=json", "é"):
            with pytest.raises(HeadwaterError):
                await body_of(await source.fetch(DocumentRef(source_id=id or "x", title="x")))

    use(FakeDrive(), job)
