"""The main job by keyboard alone, from the first start to a search hit, on a real X server.

    python -m tests.e2e.keyboard DIR        a picture of the screen at each step into DIR

Keys go through the X server (xdotool). What the window answers is read as a screen reader reads it, so that the run
also proves that a person who does not see the screen can do the job: nothing is pressed that was not announced first.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.e2e.desk import Desk, desk, wait
from tests.e2e.reader import Node, Reader

__all__ = ["Hands", "main_job"]

DOCUMENTS = 40
QUESTION = "ferry 17"


class Hands:
    """Two hands on the keyboard, and ears."""

    def __init__(self, at: Desk, reader: Reader, pictures: Path | None) -> None:
        self.at = at
        self.reader = reader
        self.pictures = pictures
        self.steps: list[str] = []
        self.pressed = 0

    def key(self, *keys: str) -> None:
        """Press keys one after the other, by their X names."""
        self.pressed += len(keys)
        self.at.run("xdotool", "key", "--delay", "20", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self.pressed += len(text)
        self.at.run("xdotool", "type", "--delay", "6", text)

    def hear(self, role: str, name: str, seconds: float = 20) -> Node:
        """Wait until something of that role and name is there."""
        found: list[Node] = []

        def holds() -> bool:
            node = self.reader.find(role, name)
            found.extend([node] if node is not None else [])
            return bool(found)

        try:
            wait(holds, seconds)
        except TimeoutError:
            tree = "\n".join(map(str, self.reader.walk()))
            raise TimeoutError(f"no {role} “{name}” came. What there is:\n{tree}") from None
        return found[0]

    def tab_to(self, name: str, *, back: bool = False, most: int = 40) -> Node:
        """Press Tab until what is called so has the focus."""
        met: list[str] = []
        for _ in range(most):
            focused = self.settled_focus()
            if focused is not None and focused.name.startswith(name):
                return focused
            met.append(focused.name if focused is not None else "nothing")
            self.key("shift+Tab" if back else "Tab")
        raise LookupError(f"Tab does not lead to “{name}”, but to: {', '.join(met)}")

    def settled_focus(self) -> Node | None:
        """What has the focus, once a key has been dealt with."""
        before = self.reader.focused()
        for _ in range(10):
            time.sleep(0.03)
            now = self.reader.focused()
            if now == before:
                return now
            before = now
        return before

    def step(self, name: str) -> None:
        """A picture of where we are."""
        self.steps.append(name)
        if self.pictures is not None:
            time.sleep(0.4)
            self.at.picture(self.pictures / f"{len(self.steps):02}-{name}.png")


def main_job(hands: Hands, source: Path) -> str:
    """Everything. The answer is what was heard of the best hit."""
    hands.hear("push button", "Add a source")
    hands.step("first-start")
    hands.tab_to("Add a source")
    hands.step("focus-on-the-first-door")
    hands.key("space")
    hands.hear("label", "Choose a source")
    hands.step("catalogue")
    hands.type("folder")
    hands.key("Return")
    hands.hear("push button", "Save and sync")
    hands.tab_to("Name")
    hands.key("ctrl+a")
    hands.type("Harbour")
    hands.tab_to("Folder")
    hands.type(str(source))
    hands.step("form")
    hands.key("ctrl+t")
    hands.hear("label", "It works")
    hands.step("tested")
    hands.tab_to("Save and sync")
    hands.key("space")
    hands.hear("push button", f"documents: {DOCUMENTS}", 40)
    hands.step("synced")
    hands.key("ctrl+2")
    hands.hear("label", "Library")
    hands.key("ctrl+f")
    hands.type(QUESTION)
    hands.hear("label", "1 document")
    hands.step("found")
    hands.key("Down")
    hit = hands.hear("list item", "page-17.md")
    hands.step("hit")
    return f"{hit.name} {hit.description}"


def prepare(folder: Path) -> Path:
    """A folder of documents; one of them is about day 17."""
    source = folder / "harbour"
    source.mkdir(parents=True)
    for number in range(DOCUMENTS):
        (source / f"page-{number}.md").write_text(f"# Page {number}\n\nWhat the ferry carries on day {number}.\n")
    return source


def run(pictures: Path | None) -> tuple[str, Hands]:
    """Do the job on a desk of its own."""
    with desk() as at:
        profile = at.home / "profile"
        profile.mkdir()
        source = prepare(at.home)
        window = at.open_window(profile)
        reader = Reader(at.environ["DBUS_SESSION_BUS_ADDRESS"])
        hands = Hands(at, reader, pictures)
        try:
            heard = main_job(hands, source)
            hands.key("ctrl+q")
            window.wait(20)
            return heard, hands
        except Exception:
            hands.step("stuck")
            print(at.said()[-3000:], file=sys.stderr)
            raise
        finally:
            reader.close()
            window.kill()
            window.wait()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    heard, hands = run(parser.parse_args().directory)
    print(f"{len(hands.steps)} steps, {hands.pressed} keys, no pointer: {heard}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
