"""The Google Drive source: the contract, and what a pass finds when people work in Drive."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from connectors.sdk import Access
from connectors.sdk.testing import CHECKS, Case, Check
from connectors.sources.google_drive import GoogleDriveSource, content, passes
from tests.connectors.google_drive.driving import ONCE, asked, paths, private_key, service_account_key, sync, upserts
from tests.connectors.google_drive.fake import ME, ROOT, FakeDrive
from tests.support.context import connected

# --- the contract ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("conforms", CHECKS, ids=str)
def test_conformance(conforms: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "PAGE_DOCUMENTS", 5)
    monkeypatch.setattr(content, "WHOLE", 1000)
    fake = FakeDrive(page=7)
    docs = fake.folder("Docs/2026")
    ids = {fake.put(f"note {number} 😀.md", f"text {number}", parent=docs) for number in range(12)}
    ids |= {fake.put("big.bin", b"x" * 5000), fake.doc("Plan", md=b"# Plan"), fake.put("a/b.md", "slash")}
    ids |= {fake.put("twin.md", "one"), fake.put("twin.md", "two")}
    team = fake.shared_drive("Team", "0ATeam")
    ids |= {fake.put(f"team {number}.md", f"team {number}", parent=team) for number in range(7)}

    async def run() -> Any:
        async with fake.serving():
            key = service_account_key(fake.address)
            monkeypatch.setenv("DRIVE_KEY", key)
            monkeypatch.setenv("DRIVE_NO_KEY", '{"type": "authorized_user"}')
            config = {
                "auth": {"method": "service_account", "service_account_key": {"$secret": "env:DRIVE_KEY"}},
                "endpoint_url": fake.address,
                "shared_drives": True,
            }
            auth = config["auth"]
            assert isinstance(auth, dict)
            case = Case(
                source_class=GoogleDriveSource,
                config=config,
                open=lambda config: connected(GoogleDriveSource, config, settings=ONCE),
                bad_configs=[
                    {**config, "endpoint_url": "googleapis.com"},
                    {**config, "auth": {**auth, "service_account_key": key}},
                    {**config, "auth": {**auth, "service_account_key": {"$secret": "env:DRIVE_NO_KEY"}}},
                    {**config, "auth": {**auth, "subject": "not an address"}},
                    {**config, "auth": {"method": "account", "account": "nobody"}},
                    {**config, "folders": ["https://drive.google.com/drive/folders/1Nowhere"]},
                    {**config, "folders": ["not a folder!"]},
                    {**config, "my_drive": False, "shared_drives": False},
                ],
                secrets=[json.dumps(private_key())[1:-1], "ya29.planted"],
                expected_documents=ids,
                pages=3,
            )
            return await conforms(case)

    assert asyncio.run(run()) == []


# --- what a pass finds -----------------------------------------------------------------------------------------------


def test_paths_ids_and_contents_are_those_of_drive() -> None:
    fake = FakeDrive()
    docs = fake.folder("Docs 2025/26")
    slash = fake.put("a/b 😀.md", "one", parent=docs)
    twins = [fake.put("twin.md", "1", parent=docs), fake.put("twin.md", "2", parent=docs)]
    plan = fake.doc("Plan", md=b"# Plan")
    fake.put("photo.jpg", b"jpeg", mimeType="image/jpeg")
    fake.put("form", mimeType="application/vnd.google-apps.form")
    gone = fake.put("gone.md", "x")
    fake.trash(gone)

    found = sync(fake)

    assert set(found.documents) == {slash, *twins, plan}
    assert {upsert.ref.path for upsert in upserts(found).values()} == {
        "My Drive/Docs 2025／26/a／b 😀.md",
        "My Drive/Docs 2025／26/twin.md",
        "My Drive/Plan.md",
    }
    told = upserts(found)[plan]
    assert (told.ref.title, told.ref.media_type, told.ref.owner, told.ref.size) == ("Plan", "text/markdown", ME, None)
    assert told.access == Access(users=(ME,))
    assert set(sync(fake, images=True).documents) - set(found.documents) != set()


def test_a_second_pass_asks_only_the_feed() -> None:
    fake = FakeDrive()
    for number in range(30):
        fake.put(f"{number}.md", str(number))
    known = sync(fake)
    fake.asked.clear()
    assert not list(known.state.keys("listed/")), "what was gathered is told, and no longer kept"

    again = sync(fake, known)

    assert again.documents == known.documents
    assert [name for name, _ in fake.asked] == ["drive.files.get", "drive.changes.list"]


def test_the_feed_brings_new_changed_renamed_moved_trashed_and_removed_files() -> None:
    fake = FakeDrive(page=3)
    inside, outside = fake.folder("In"), fake.folder("Out")
    names = ["changed", "renamed", "moved", "trashed", "removed", "left"]
    ids = {name: fake.put(f"{name}.md", name, parent=inside) for name in names}
    known = sync(fake, folders=[inside])
    fake.edit(ids["changed"], "another text")
    fake.edit(ids["renamed"], name="new name.md")
    fake.move(ids["moved"], fake.folder("Deeper", parent=inside))
    fake.trash(ids["trashed"])
    fake.remove(ids["removed"])
    fake.move(ids["left"], outside)
    new = fake.put("new.md", "new", parent=inside)
    fake.put("not ours.md", "x", parent=outside)
    listed = asked(fake, "files.list")

    again = sync(fake, known, folders=[inside])

    assert set(again.documents) == {ids["changed"], ids["renamed"], ids["moved"], new}
    assert set(again.fetched) == {ids["changed"], new}
    assert upserts(again)[ids["renamed"]].ref.path == "My Drive/In/new name.md"
    assert upserts(again)[ids["moved"]].ref.path == "My Drive/In/Deeper/moved.md"
    assert asked(fake, "files.list") - listed <= 1, "only the new folder was looked into"


@pytest.mark.parametrize("happening", ["renamed", "moved out", "trashed", "removed", "moved in"])
def test_a_folder_takes_along_what_is_in_it(happening: str) -> None:
    fake = FakeDrive()
    inside, outside = fake.folder("In"), fake.folder("Out")
    folder = fake.folder("Folder", parent=outside if happening == "moved in" else inside)
    below = fake.put("deep.md", "x", parent=fake.folder("Sub", parent=folder))
    stays = fake.put("stays.md", "y", parent=inside)
    known = sync(fake, folders=[inside])
    if happening == "renamed":
        fake.edit(folder, name="Other")
    elif happening == "trashed":
        fake.trash(folder)
    elif happening == "removed":
        fake.remove(folder)
    else:
        fake.move(folder, outside if happening == "moved out" else inside)

    again = sync(fake, known, folders=[inside])

    there = happening in ("renamed", "moved in")
    assert set(again.documents) == {stays, *([below] if there else [])}
    assert again.fetched == ([below] if happening == "moved in" else [])
    if happening == "renamed":
        assert upserts(again)[below].ref.path == "My Drive/In/Other/Sub/deep.md"


def test_a_folder_that_was_filled_before_it_came_brings_its_content_even_if_a_file_is_told_first() -> None:
    fake = FakeDrive(page=1)
    inside = fake.folder("In")
    known = sync(fake, folders=[inside])
    folder = fake.folder("Came", parent=inside)
    silent = fake.put("silent.md", "no change tells of me", parent=folder)
    loud = fake.put("loud.md", "one does", parent=folder)
    fake.log = [entry for entry in fake.log if entry[1]["fileId"] not in (silent, folder)]
    fake.log.append(("", {"fileId": folder, "removed": False}))

    assert set(sync(fake, known, folders=[inside]).documents) == {silent, loud}


def test_what_happens_during_the_listing_is_not_lost() -> None:
    fake = FakeDrive(page=2)
    for number in range(5):
        fake.put(f"{number}.md", str(number))
    late: list[str] = []

    async def meanwhile(request: web.Request) -> None:
        late.append(fake.put("late.md", "late"))
        fake.trash(next(id for id, file in fake.files.items() if file["name"] == "0.md"))

    async def nothing(request: web.Request) -> None: ...

    fake.faults["drive.files.list"].extend([nothing, nothing, meanwhile])
    found = sync(fake)

    names = {fake.files[id]["name"] for id in found.documents}
    assert names == {"1.md", "2.md", "3.md", "4.md", "late.md"}


def test_shared_files_and_shared_drives_are_read_where_they_are_switched_on() -> None:
    fake = FakeDrive()
    mine = fake.put("mine.md", "m")
    seen: dict[str, Any] = {"sharedWithMeTime": "2026-01-02T00:00:00.000Z", "ownedByMe": False}
    shared = fake.put("shared.md", "s", parent=None, **seen)
    hidden = fake.put("in a folder that is not shared.md", "h", parent="1NotVisible", **seen)
    team = fake.shared_drive("Team", "0ATeam")
    ours = fake.put("ours.md", "o", parent=fake.folder("F", parent=team))

    assert set(sync(fake).documents) == {mine}
    assert set(sync(fake, my_drive=False, shared_with_me=True).documents) == {shared, hidden}
    both = sync(fake, shared_with_me=True)
    assert {"Shared with me/shared.md", "My Drive/mine.md"} <= paths(both)
    drive = sync(fake, my_drive=False, shared_drives=True, part=team)
    assert {id: upsert.ref.path for id, upsert in upserts(drive).items()} == {ours: "Team/F/ours.md"}
    fake.edit(ours, "again")
    assert sync(fake, drive, my_drive=False, shared_drives=True, part=team).fetched == [ours]


def test_picked_folders_may_lie_in_several_drives_and_replace_the_switches() -> None:
    fake = FakeDrive()
    docs, team = fake.folder("Docs"), fake.shared_drive("Team", "0ATeam")
    mine, other = fake.put("a.md", "a", parent=docs), fake.put("b.md", "b")
    ours = fake.put("c.md", "c", parent=team)
    picks = [f"https://drive.google.com/drive/u/0/folders/{docs}?usp=sharing", team]

    assert set(sync(fake, folders=picks).documents) == {mine}
    assert set(sync(fake, folders=picks, part=team).documents) == {ours}
    assert set(sync(fake, folders=["root"]).documents) == {mine, other}


def test_filters_hold_for_the_path_and_the_ending_a_format_becomes() -> None:
    fake = FakeDrive()
    docs = fake.folder("docs")
    plan, note = fake.doc("Plan", parent=docs, md=b"p"), fake.put("note.txt", "n", parent=docs)
    fake.put("top.md", "t")

    only = sync(fake, filters={"include": ["docs/**/*.md"]})
    assert set(only.documents) == {plan}
    assert set(sync(fake, filters={"include": ["docs/"], "exclude": ["*.md"]}).documents) == {note}
    large = sync(fake, fetch=False, filters={"max_bytes": 1, "include": ["*.txt", "top.md"]})
    assert set(large.documents) == {note, next(id for id, f in fake.files.items() if f["name"] == "top.md")}
    fake.edit(note, "now it is too large")
    assert {failure.error.code for failure in sync(fake, fetch=False, filters={"max_bytes": 2}).failures} == {
        "too_large"
    }


# --- shortcuts -------------------------------------------------------------------------------------------------------


def test_shortcuts_bring_what_would_be_missing_once_and_never_turn_in_circles() -> None:
    fake = FakeDrive()
    chosen, far = fake.folder("Chosen"), fake.folder("Far")
    here = fake.put("here.md", "h", parent=chosen)
    away = fake.put("away.md", "a")
    deep = fake.put("deep.md", "d", parent=fake.folder("Deep", parent=far))
    fake.shortcut("to here", here, parent=chosen)
    fake.shortcut("to away", away, parent=chosen)
    fake.shortcut("to away again", away, parent=chosen)
    fake.shortcut("to far", far, parent=chosen)
    fake.shortcut("around", far, parent=far)
    fake.shortcut("back", chosen, parent=far)
    fake.shortcut("top", ROOT, parent=chosen)
    fake.shortcut("nowhere", "1Deleted", parent=chosen)

    found = sync(fake, folders=[chosen])

    assert set(found.documents) == {here, away, deep}
    assert paths(found) == {"My Drive/Chosen/here.md", "My Drive/Chosen/away.md", "My Drive/Chosen/to far/Deep/deep.md"}


def test_two_folders_that_lead_into_each_other_are_read_once() -> None:
    fake = FakeDrive()
    chosen = fake.folder("Chosen")
    one, two = fake.folder("One"), fake.folder("Two")
    ids = {fake.put("1.md", "1", parent=one), fake.put("2.md", "2", parent=two)}
    fake.shortcut("start", one, parent=chosen)
    fake.shortcut("to two", two, parent=one)
    fake.shortcut("to one", one, parent=two)

    found = sync(fake, folders=[chosen])

    assert set(found.documents) == ids
    assert paths(found) == {"My Drive/Chosen/start/1.md", "My Drive/Chosen/start/to two/2.md"}


def test_a_new_change_behind_a_shortcut_and_a_shortcut_that_goes_are_noticed() -> None:
    fake = FakeDrive()
    chosen, far = fake.folder("Chosen"), fake.folder("Far")
    first = fake.put("first.md", "1", parent=far)
    shortcut = fake.shortcut("to far", far, parent=chosen)
    known = sync(fake, folders=[chosen])
    second = fake.put("second.md", "2", parent=far)
    fake.edit(first, "changed")

    again = sync(fake, known, folders=[chosen])
    fake.remove(shortcut)
    last = sync(fake, again, folders=[chosen])

    assert set(again.fetched) == set(again.documents) == {first, second}
    assert set(last.documents) == set()


def test_a_shortcut_into_another_part_that_is_synced_brings_nothing_twice() -> None:
    fake = FakeDrive()
    team = fake.shared_drive("Team", "0ATeam")
    ours, mine = fake.put("ours.md", "o", parent=team), fake.put("mine.md", "m")
    fake.shortcut("to ours", ours)

    assert set(sync(fake, shared_drives=True).documents) == {mine}
    assert set(sync(fake).documents) == {mine, ours}, "without the shared drive it stands for the file"
