"""The real window on the real accessibility bus: everything that takes input or acts has a name, and a running sync
tells how far it is."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.ctl import SECRET_NAME, Ctl
from tests.e2e.desk import desk, needs_desk, wait
from tests.e2e.keyboard import Hands
from tests.e2e.reader import CHECKED, Node, Reader
from tests.e2e.test_s3_tree import make_tree
from tests.support.rclone import RcloneFactory, RcloneServer

pytestmark = [needs_desk, pytest.mark.timeout(180)]

ACTING = {
    "push button",
    "toggle button",
    "check box",
    "radio button",
    "combo box",
    "text",
    "password text",
    "spin button",
}
ACTING |= {"entry", "link", "slider", "button menu", "menu item", "list", "table", "tree", "page tab list", "page tab"}
FILES = 1500


@pytest.fixture
def docs(rclone_s3: RcloneFactory, tmp_path: Path) -> RcloneServer:
    """A real server with a bucket."""
    make_tree(tmp_path / "root", FILES)
    return rclone_s3(tmp_path / "root")


@pytest.fixture
def ctl(docs: RcloneServer, profile: Path, tmp_path: Path) -> Ctl:
    """The command line on a profile with a connection that is not synced yet."""
    profile.mkdir()
    made = Ctl(profile, docs.secret)
    made.add_s3(docs, "Field notes", "docs", tmp_path)
    return made


@pytest.fixture
def hands(docs: RcloneServer, ctl: Ctl) -> Iterator[Hands]:
    """A real window on that profile."""
    with desk() as at:
        at.environ[SECRET_NAME] = docs.secret
        window = at.open_window(ctl.profile)
        reader = Reader(at.environ["DBUS_SESSION_BUS_ADDRESS"])
        made = Hands(at, reader, None)
        made.hear("list", "Connections")
        try:
            yield made
        finally:
            reader.close()
            window.terminate()
            window.wait(20)


def heard(hands: Hands, name: str) -> bool:
    """Whether something is called so."""
    return any(node.name.startswith(name) for node in hands.reader.walk())


def nameless(hands: Hands, where: str) -> list[str]:
    """What takes input or acts, and does not say what it is."""
    nodes = list(hands.reader.walk())
    assert len(nodes) > 30, f"{where}: nothing is there"
    parents: list[Node] = []
    found = []
    for node in nodes:
        parents = [*parents[: node.depth], node]
        if (node.role in ACTING or node.focusable) and not node.name.strip():
            found.append(f"{where}: {' > '.join(f'{one.role} “{one.name}”' for one in parents[-4:])}")
    return found


@pytest.mark.point(39)
def test_every_input_and_action_has_a_name(hands: Hands) -> None:
    found = nameless(hands, "Sources")
    for number, page, mark in (
        (2, "Library", "Search all documents"),
        (3, "Activity", "Search the log"),
        (4, "Accounts", "Sign in"),
    ):
        hands.key(f"ctrl+{number}")
        wait(partial(heard, hands, mark))
        found += nameless(hands, page)
    hands.key("ctrl+1")
    hands.hear("list", "Connections")
    hands.key("ctrl+n")
    hands.hear("text", "Search sources")
    found += nameless(hands, "Add a source")
    hands.type("s3")
    hands.key("Return")
    hands.hear("push button", "Save and sync")
    found += nameless(hands, "The form")
    open_connection(hands)
    hands.tab_to("Overview")
    for tab in ("Overview", "Documents", "Runs", "Settings"):
        hands.hear("page tab list", tab)  # Qt calls it by the tab that is open
        found += nameless(hands, tab)
        hands.key("Right")
    assert not found, "\n".join(dict.fromkeys(found))


@pytest.mark.point(25)
def test_the_progress_of_a_running_sync_is_read(hands: Hands, docs: RcloneServer, ctl: Ctl) -> None:
    open_connection(hands)
    hands.tab_to("Sync now")
    hands.key("space")
    with halted(docs, 200):  # the first: how many there are is not known
        first = counted(hands)
        assert 0 < first < FILES
    hands.hear("push button", f"documents: {FILES:,}", 60)
    hands.hear("label", "Up to date")

    again = ctl.start("sync", "Field notes", "--full")
    with halted(docs, FILES + 300):
        hands.hear("progress bar", "Progress of the sync")
        early = progress(hands)
        assert 0 < early < 1
    with halted(docs, FILES + 900):
        assert early < progress(hands) < 1
    again.communicate(timeout=60)
    assert again.returncode == 0


def test_pages_are_one_of_several_and_what_happens_is_said_aloud(hands: Hands) -> None:
    """The rail is no list of boxes to tick; a sync, a test and a notice are heard wherever the focus is."""
    pages = [node for node in hands.reader.walk() if node.role == "radio button"]
    assert [node.name for node in pages] == ["Sources", "Library", "Activity", "Accounts", "Settings"]
    assert [node.name for node in pages if CHECKED in node.states] == ["Sources"]
    hands.reader.listen()
    open_connection(hands)
    hands.tab_to("Sync now")
    hands.key("space")
    until_said(hands, f"Field notes: Up to date, {FILES:,} documents")
    hands.key("ctrl+shift+c")
    until_said(hands, "The link is copied")
    hands.tab_to("Overview")
    hands.key("Right", "Right", "Right")
    hands.hear("push button", "Test")
    hands.tab_to("Test")
    hands.key("space")
    until_said(hands, "It works")


def until_said(hands: Hands, text: str) -> None:
    """Wait for an announcement."""
    try:
        wait(lambda: any(said.startswith(text) for said, _urgent in hands.reader.announced()), 60)
    except TimeoutError:
        raise TimeoutError(f"“{text}” was not said, but: {hands.reader.announced()}") from None


@contextmanager
def halted(server: RcloneServer, requests: int) -> Iterator[None]:
    """From so many answers on the server does not answer, until the block ends; the window has said what it knows."""
    wait(lambda: sum(request.method == "GET" for request in server.requests()) > requests)
    server.process.send_signal(signal.SIGSTOP)
    try:
        time.sleep(1.5)
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


def counted(hands: Hands) -> int:
    """How many documents the connection's page says that it has."""
    name = hands.hear("push button", "documents: ").name
    return int("".join(letter for letter in name if letter.isdigit()))


def progress(hands: Hands) -> float:
    """How far the sync says that it is."""
    now, most = hands.reader.value(hands.hear("progress bar", "Progress of the sync"))
    return now / most


def open_connection(hands: Hands) -> None:
    """From the list, by its name."""
    hands.key("ctrl+1")
    hands.hear("list", "Connections")
    hands.key("ctrl+f")
    hands.type("field")
    hands.key("Return")
    hands.hear("page tab list", "Overview")
