"""What a person chooses and is told: the config, the connection test, folders, and who may see a document."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.sdk import (
    Access,
    AccessChanged,
    AccountScope,
    Authorization,
    DocumentRef,
    HeadwaterError,
)
from connectors.sources.google_drive import GoogleDriveSource
from connectors.sources.google_drive.config import SCOPE
from tests.connectors.google_drive.driving import asked, body_of, check, sync, upserts, use
from tests.connectors.google_drive.fake import ME, FakeDrive, answering, refuse

# --- the connection test ---------------------------------------------------------------------------------------------


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
    assert steps["listing"].message == "1 document"


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
    assert GoogleDriveSource.authorization(config) == Authorization(
        kind="account",
        params={"account": "ada"},
        hosts=("www.googleapis.com:443",),
        scopes=(AccountScope(SCOPE, "Read the files, their folders and who may see them."),),
    )
    asks = GoogleDriveSource.Config.model_json_schema()["$defs"]["SignedIn"]["properties"]["account"]["x-account"]
    assert (asks["provider"], [scope["name"] for scope in asks["scopes"]]) == ("google", [SCOPE])


@pytest.mark.parametrize(
    "folder", ["", "a b", "https://drive.google.com/drive/my-drive", "https://example.com/folders/"]
)
def test_what_is_no_folder_is_refused(folder: str) -> None:
    with pytest.raises(ValidationError, match="Open it in Drive"):
        GoogleDriveSource.Config.model_validate({"auth": {"method": "account", "account": "a"}, "folders": [folder]})


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
