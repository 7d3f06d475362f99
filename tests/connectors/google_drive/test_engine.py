"""Google Drive through the engine: what only shows where several parts and the guard over deletions come together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app import api
from app.accounts import SessionVault
from app.connections import Catalogue
from app.connections.catalogue import ConnectorType
from app.engine.engine import Engine
from connectors.sources.google_drive import GoogleDriveSource
from tests.connectors.google_drive.driving import service_account_key
from tests.connectors.google_drive.fake import ROOT, FakeDrive
from tests.sync.scripted import stored, sync

Sync = Callable[[], Awaitable[tuple[api.RunView, set[str]]]]


@pytest.fixture
def syncing(profile: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs a test's work with a way to sync this Drive, which answers the run and the ids in the library."""

    def run(fake: FakeDrive, work: Callable[[Sync], Awaitable[None]], **config: object) -> None:
        async def main() -> None:
            async with fake.serving():
                monkeypatch.setenv("DRIVE_KEY", service_account_key(fake.address))
                catalogue = Catalogue({"google_drive": ConnectorType(GoogleDriveSource)}, {})
                engine = await Engine.open(profile, vault=SessionVault(), catalogue=catalogue)
                try:
                    auth = {"method": "service_account", "service_account_key": {"$secret": "env:DRIVE_KEY"}}
                    given = {"auth": auth, "endpoint_url": fake.address, **config}
                    await engine.add_connection(api.ConnectionDraft(type="google_drive", name="Drive", config=given))

                    async def once() -> tuple[api.RunView, set[str]]:
                        view = await sync(engine, "Drive")
                        return view, set(await stored(engine, "Drive"))

                    await work(once)
                finally:
                    await engine.close()

        asyncio.run(main())

    return run


def test_changes_outside_of_what_is_chosen_do_not_look_like_deletions(syncing: Callable[..., None]) -> None:
    fake = FakeDrive()
    chosen = fake.folder("Chosen")
    ours = fake.put("ours.md", "o", parent=chosen)
    others = [fake.put(f"{number}.md", "x") for number in range(30)]

    async def work(once: Sync) -> None:
        await once()
        for each in others:
            fake.edit(each, "changed")
        run, there = await once()
        assert (run.state, run.counts.deleted, there) == ("done", 0, {ours})

    syncing(fake, work, folders=[chosen])


def test_files_that_move_between_drives_stay(syncing: Callable[..., None]) -> None:
    fake = FakeDrive()
    one, two = fake.shared_drive("One", "0AOne"), fake.shared_drive("Two", "0BTwo")
    places = {"mine": ROOT, "one": one, "two": two}
    files = {name: fake.put(f"{name}.md", name, parent=parent) for name, parent in places.items()}

    async def work(once: Sync) -> None:
        _, there = await once()
        assert there == set(files.values())
        fake.move_across(files["mine"], two)
        fake.move_across(files["one"], ROOT)
        fake.move_across(files["two"], one)
        run, there = await once()
        assert (run.state, run.counts.deleted, there) == ("done", 0, set(files.values()))
        fake.trash(files["two"])
        _, there = await once()
        assert there == {files["mine"], files["one"]}

    syncing(fake, work, shared_drives=True)
