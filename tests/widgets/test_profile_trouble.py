"""What becomes of the window when its profile is full, damaged or of another version: it says so, destroys nothing."""

from __future__ import annotations

import asyncio
import json
import resource
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from tests.engine.job import folder_draft, make_folder
from tests.widgets.conftest import Run, until
from tests.widgets.fake_engine import FakeEngine
from tests.widgets.window import find, idle, real_window, settings, window
from widgets import session as entry
from widgets.pages.add_source import AddSourcePage
from widgets.pages.connection import ConnectionPage
from widgets.pages.drafts import Draft, DraftStore
from widgets.pages.page import Place
from widgets.pages.sources import SourcesPage
from widgets.parts import Banner, ErrorPanel
from widgets.shell import Shell

ADD = Place("add_source", "webdav")
DISK = 6_000_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes, a real one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "headwater-test", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Take all room there is."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        size = 1 << 16
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2
    return filler


@contextmanager
def no_room() -> Iterator[None]:
    """No file of this process may grow: what a full disk is to it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def banners(shell: Shell) -> str:
    return "\n".join(banner.text() for banner in shell.findChildren(Banner) if not banner.isHidden())


async def typed(shell: Shell, text: str) -> AddSourcePage:
    page = cast(AddSourcePage, shell.current)
    await until(lambda: page.draft is not None)
    assert page.draft is not None
    QTest.keyClicks(find(page.draft.form, QLineEdit, "field:/base_url"), text)
    return page


# --- no room


def test_a_full_disk_is_said_and_all_goes_on_when_there_is_room(run: Run, disk: Path, tmp_path: Path) -> None:
    profile = disk / "profile"
    folder = make_folder(tmp_path / "notes", 40)
    for number in range(40):
        (folder / f"note {number}.md").write_text(f"{number} " * 20_000)

    async def main() -> None:
        async with real_window(profile) as shell:
            assert shell.client is not None
            view = await shell.client.add_connection(folder_draft("Notes", folder))
            shell.go(Place("connection", view.id))
            await idle(shell)
            shell.arrival.save()
            before = (profile / "window.ini").read_bytes()
            filler = fill(disk)

            shell.go(ADD)
            page = await typed(shell, "https://files.example.org")
            await until(lambda: "can't be kept" in banners(shell))
            assert not list(profile.glob(".drafts-*")), "nothing half-written is left"
            shell.go(Place("sources"))
            shell.arrival.save()
            assert (profile / "window.ini").read_bytes() == before

            shell.go(Place("connection", view.id))
            await idle(shell)
            connection = cast(ConnectionPage, shell.current)
            connection.actions_.sync(view)
            await until(lambda: "disk is full" in banners(shell) + connection.head.state.text())
            told = [panel for panel in connection.findChildren(ErrorPanel) if panel.isVisible()]
            assert "Free some space" in banners(shell) + "".join(panel.accessibleDescription() for panel in told)

            filler.unlink()
            connection.actions_.sync(view)
            await until(lambda: connection.head.state.text() == "Up to date, 40 documents")
            shell.go(ADD)
            await idle(shell)
            assert page.draft is not None
            QTest.keyClicks(find(page.draft.form, QLineEdit, "field:/base_url"), "/dav")
            await until(lambda: "https://files.example.org/dav" in saved(profile))

    run(main())


def saved(profile: Path) -> str:
    path = profile / "drafts.json"
    return path.read_text() if path.exists() else ""


def test_the_windows_own_files_are_whole_before_and_after_a_full_disk(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    async def main() -> None:
        store = DraftStore(tmp_path)
        async with window(engine, tmp_path) as shell:
            shell.arrival.save()
            before = (tmp_path / "window.ini").read_bytes()
            with no_room():
                shell.go(Place("library"))
                shell.arrival.save()
                store.current = "rss"
                store.put(draft("rss"))
                await store.save()
            assert (tmp_path / "window.ini").read_bytes() == before
            assert store.trouble
            assert not list(tmp_path.glob(".drafts-*"))
            await store.save()
            assert store.trouble == ""
            assert DraftStore(tmp_path).current == "rss"
            shell.arrival.save()
            assert b"library" in (tmp_path / "window.ini").read_bytes()

    run(main())


def draft(type: str, **fields: object) -> Draft:
    given: dict[str, object] = {"type": type, "title": type, "icon": "rss", "name": "Tides", "schema": "s", "form": {}}
    return Draft(**{**given, "value": {}, **fields})  # type: ignore[arg-type]


# --- damaged


@pytest.mark.parametrize(
    "content",
    [b'{"version": 1, "drafts": [{"type": 3}', b"\x00\xff\xfe binary", b"[]", b'{"drafts": 7}', b"[" * 100_000, b""],
)
def test_drafts_that_can_not_be_read_are_kept_aside(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "drafts.json").write_bytes(content)
    store = DraftStore(tmp_path)
    assert store.drafts == {}
    if content:
        assert "drafts-broken-1.json" in store.trouble
        assert (tmp_path / "drafts-broken-1.json").read_bytes() == content
    assert not (tmp_path / "drafts.json").exists() or not content


def test_one_damaged_draft_costs_only_itself(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        store = DraftStore(tmp_path)
        store.put(draft("rss"))
        store.put(draft("s3", name="Contracts"))
        await store.save()
        document = json.loads(saved(tmp_path))
        document["drafts"][0]["name"] = ["not", "a", "name"]
        del document["drafts"][1]["scroll"]
        document["drafts"].append({**document["drafts"][1], "type": "webdav", "tags": ["from a newer version"]})
        (tmp_path / "drafts.json").write_text(json.dumps(document))
        store = DraftStore(tmp_path)
        assert set(store.drafts) == {"s3", "webdav"}
        assert store.drafts["s3"].name == "Contracts"
        assert json.loads((tmp_path / "drafts-broken-1.json").read_text()) == document

    run(main())


def test_what_was_kept_aside_is_said_where_one_would_look_for_it(run: Run, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    (profile / "drafts.json").write_bytes(b"half of it")

    async def main() -> None:
        async with real_window(profile, Place("add_source")) as shell:
            await until(lambda: "drafts-broken-1.json" in banners(shell))
            page = cast(AddSourcePage, shell.current)
            assert page.catalogue.model.rowCount() > 5

    run(main())


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\xff binary \xfe",
        b"[General]\ngeometry=@ByteArray(half",
        b"[General]\npage=@Invalid()\ntab=1, 2, 3\ngeometry=7\nref=@Variant(\\0\\0\\0\\x7f)\n",
        b"page=nowhere\nref=\ntab=everything\n",
    ],
)
@pytest.mark.qt_log_ignore("QVariant::load: unknown user type", extend=True)
def test_a_window_whose_settings_are_damaged_opens_as_on_its_first_day(
    run: Run, engine: FakeEngine, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "window.ini").write_bytes(content)

    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            assert shell.current is shell.pages["sources"]
            assert (shell.width(), shell.height()) == (1180, 760)
            shell.go(Place("library"))
            await idle(shell)
            shell.arrival.save()
            assert str(settings(tmp_path).value("page")) == "library"

    run(main())


# --- of a newer version


def written(profile: Path) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads((profile / "settings.json").read_text()))


def test_drafts_of_a_newer_version_are_taken_and_kept(tmp_path: Path) -> None:
    newer = {"version": 2, "current": "", "drafts": [], "folders": {"a": 1}}
    (tmp_path / "drafts.json").write_text(json.dumps(newer))
    store = DraftStore(tmp_path)
    assert "newer version" in store.trouble
    assert json.loads((tmp_path / "drafts-newer-1.json").read_text()) == newer


def test_settings_of_a_newer_version_hold_and_what_is_unknown_stays(run: Run, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    newer = {"version": 99, "appearance": {"scheme": "dark", "glow": True}, "holograms": {"on": True}}
    (profile / "settings.json").write_text(json.dumps(newer))

    async def main() -> None:
        async with real_window(profile, Place("settings")) as shell:
            await until(lambda: shell.scheme == "dark")
            page = shell.current
            assert page is not None
            await until(lambda: any("newer version" in banner.text() for banner in page.findChildren(Banner)))
            shell.choose_scheme("light")
            await until(lambda: written(profile)["appearance"].get("scheme") != "dark")
        after = written(profile)
        assert after["holograms"] == {"on": True}
        assert after["appearance"]["glow"] is True
        assert after["version"] == 99, "the newer version finds its own file"

    run(main())


@pytest.mark.parametrize("damage", ["newer", "binary"])
def test_a_library_that_can_not_be_opened_is_said_and_not_touched(run: Run, tmp_path: Path, damage: str) -> None:
    profile = tmp_path / "profile"

    async def main() -> None:
        async with real_window(profile) as shell:
            assert shell.client is not None
        store = profile / "headwater.db"
        if damage == "newer":
            with sqlite3.connect(store) as database:
                database.execute("PRAGMA user_version = 999")
            database.close()
        else:
            store.write_bytes(b"no database" * 1000)
        before = store.read_bytes()
        shell = Shell(settings(profile))
        ended = asyncio.ensure_future(entry.session(shell, profile))
        panels: list[ErrorPanel] = []
        while not panels:
            await asyncio.sleep(0.01)
            panels = [panel for panel in shell.starting.findChildren(ErrorPanel) if panel.isVisible()]
        assert ("newer version" if damage == "newer" else "damaged") in panels[0].accessibleName()
        assert panels[0].accessibleDescription()
        shell.quit_requested.emit()
        await ended
        shell.deleteLater()
        assert store.read_bytes() == before

    run(main())


# --- an export that finds no room


def test_an_export_that_can_not_be_written_is_said_and_keeps_the_file_of_before(
    run: Run, engine: FakeEngine, tmp_path: Path
) -> None:
    file = tmp_path / "connections.json"
    file.write_text("the export of last week")

    async def main() -> None:
        async with window(engine, tmp_path) as shell:
            page = cast(SourcesPage, shell.current)
            with no_room():
                page.actions_.export_to(list(engine._connections.values()), file)
                await until(lambda: "could not be exported" in banners(shell))
            assert file.read_text() == "the export of last week"
            assert sorted(path.name for path in tmp_path.iterdir() if "connections" in path.name) == [file.name]
            page.actions_.export_to(list(engine._connections.values()), file)
            await until(lambda: "Saved connections.json" in banners(shell))
            assert len(json.loads(file.read_text())["connections"]) == len(engine._connections)

    run(main())
