"""Fields that ask the connector: live choices and the tree, with a source that is slow, fails, or changes its mind."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidgetItem, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from connectors.sdk import AuthError, Node, Option
from tests.widgets.conftest import Run, until
from tests.widgets.forms import button, click, field, press, texts, write
from widgets.form import FormView
from widgets.form.live import LiveEditor
from widgets.form.tree import TreeEditor

SCHEMA: dict[str, Any] = {
    "properties": {
        "key": {"type": "string", "title": "Key", "minLength": 1},
        "bucket": {"type": "string", "x-options": {"source": "buckets", "depends": ["/key"]}},
        "folder": {"type": "string", "x-tree": True},
        "folders": {"type": "array", "items": {"type": "string"}, "x-tree": True},
        "several": {"type": "array", "items": {"type": "string"}, "x-options": {"source": "fields"}},
        "note": {"type": "string"},
    },
    "required": ["key"],
}


class Services:
    """Answers when it is told to."""

    client = None

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.parents: list[str | None] = []
        self.answer: list[Option] | Exception = [Option(value="docs", label="Docs"), Option(value="logs", label="Logs")]
        self.gate = asyncio.Event()
        self.gate.set()
        self.cancelled = 0

    async def options(self, source: str, values: dict[str, Any]) -> list[Option]:
        self.asked.append((source, values))
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def discover(self, parent: str | None) -> list[Node]:
        self.parents.append(parent)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(self.answer, Exception):
            raise self.answer
        if parent is None:
            return [Node(id="a", title="A", has_children=True), Node(id="b", title="B", value="b-value")]
        return [Node(id=f"{parent}/x", title="X")]


def make(qtbot: QtBot, services: Services, value: dict[str, Any]) -> FormView:
    window = QWidget()
    form = FormView(SCHEMA, value=value, services=services)
    QVBoxLayout(window).addWidget(form)
    qtbot.addWidget(window, before_close_func=lambda _: window.hide())
    window.show()
    window.activateWindow()
    field(form, "/note").setFocus()
    return form


def below(item: QTreeWidgetItem, place: int = 0) -> QTreeWidgetItem:
    child = item.child(place)
    assert child is not None
    return child


def labels(form: FormView) -> list[str]:
    combo = field(form, "/bucket")
    return [combo.itemText(place) for place in range(combo.count())]


def test_choices_are_asked_for_when_the_field_is_entered(qtbot: QtBot, run: Run) -> None:
    async def body() -> None:
        services = Services()
        form = make(qtbot, services, {"key": "k"})
        assert services.asked == []
        combo = field(form, "/bucket")
        combo.setFocus()
        await until(lambda: labels(form) == ["Docs", "Logs"])
        assert services.asked == [("buckets", {"key": "k"})]
        press(combo, Qt.Key.Key_Down)
        assert form.value() == {"key": "k", "bucket": "docs"}
        field(form, "/note").setFocus()
        combo.setFocus()
        await asyncio.sleep(0)
        assert len(services.asked) == 1  # nothing it depends on has changed
        write(form, "/key", "other")
        combo.setFocus()
        await until(lambda: len(services.asked) == 2)
        await form.shutdown()

    run(body())


def test_what_is_typed_and_what_is_no_longer_listed_stay(qtbot: QtBot, run: Run) -> None:
    async def body() -> None:
        services = Services()
        services.gate.clear()
        form = make(qtbot, services, {"key": "k", "bucket": "old"})
        field(form, "/bucket").setFocus()
        await until(lambda: services.asked)
        assert "Asking for choices …" in texts(form)
        write(form, "/bucket", "mine")
        services.gate.set()
        await until(lambda: labels(form) == ["Docs", "Logs"])
        assert form.value()["bucket"] == "mine"
        assert "“mine” is not among the choices now." in texts(form)
        await form.shutdown()

    run(body())


def test_asking_can_be_cancelled_and_ends_when_the_field_is_left(qtbot: QtBot, run: Run) -> None:
    async def body() -> None:
        services = Services()
        services.gate.clear()
        form = make(qtbot, services, {"key": "k"})
        field(form, "/bucket").setFocus()
        await until(lambda: services.asked)
        click(button(form, "Cancel"))
        await until(lambda: services.cancelled == 1)
        field(form, "/note").setFocus()
        field(form, "/bucket").setFocus()
        await until(lambda: len(services.asked) == 2)
        field(form, "/note").setFocus()
        await until(lambda: services.cancelled == 2)
        assert not form.findChildren(LiveEditor)[0].asker.loading
        field(form, "/bucket").setFocus()
        await until(lambda: len(services.asked) == 3)
        await form.shutdown()
        assert services.cancelled == 3
        field(form, "/note").setFocus()
        field(form, "/bucket").setFocus()  # the page is going away: nothing is asked any more
        assert len(services.asked) == 3

    run(body())


def test_failure_is_told_with_its_remedy_and_can_be_tried_again(qtbot: QtBot, run: Run) -> None:
    async def body() -> None:
        services = Services()
        good, services.answer = services.answer, AuthError("The key is wrong", where="s3", remedy="Check the key.")
        form = make(qtbot, services, {"key": "k"})
        field(form, "/bucket").setFocus()
        await until(lambda: "The key is wrong (s3). Check the key." in texts(form))
        services.answer = good
        click(button(form, "Try again"))
        await until(lambda: labels(form) == ["Docs", "Logs"])
        await form.shutdown()

    run(body())


def test_what_it_depends_on_comes_first(qtbot: QtBot, run: Run) -> None:
    async def body() -> None:
        services = Services()
        form = make(qtbot, services, {})
        field(form, "/bucket").setFocus()
        await until(lambda: "Choices are listed once “Key” is filled in." in texts(form))
        assert services.asked == []
        await form.shutdown()

    run(body())


def test_several_live_choices_are_suggested_while_typing(qtbot: QtBot, run: Run) -> None:
    async def body() -> None:
        services = Services()
        form = make(qtbot, services, {"key": "k"})
        line = field(form, "/several")
        line.setFocus()
        await until(lambda: "2 to choose from: press the down arrow." in texts(form))
        assert services.asked[0][0] == "fields"
        for text in ("Docs", "typed"):
            write(form, "/several", text)
            press(line, Qt.Key.Key_Return)
        assert form.value()["several"] == ["docs", "typed"]
        press(line, Qt.Key.Key_Down)
        popup = line.completer().popup()
        press(popup, Qt.Key.Key_Down)
        press(popup, Qt.Key.Key_Down)
        press(popup, Qt.Key.Key_Return)
        await until(lambda: form.value()["several"] == ["docs", "typed", "logs"])
        await form.shutdown()

    run(body())


def test_tree_loads_what_is_opened_and_picks(qtbot: QtBot, run: Run) -> None:
    async def body() -> None:
        services = Services()
        form = make(qtbot, services, {"key": "k"})
        click(button(form, "Choose Folder"))
        editor = form.findChildren(TreeEditor)[0]
        await until(lambda: editor.tree.topLevelItemCount() == 2)
        first = editor.tree.topLevelItem(0)
        assert first is not None
        first.setExpanded(True)
        await until(lambda: first.childCount() == 1 and below(first).text(0) == "X")
        assert services.parents == [None, "a"]
        editor.tree.setCurrentItem(below(first))
        press(editor.tree, Qt.Key.Key_Return)
        assert form.value()["folder"] == "a/x"
        assert not editor.tree.isVisible()
        await form.shutdown()

    run(body())


def test_a_tree_that_is_slow_can_be_cancelled_and_is_kept_once_listed(qtbot: QtBot, run: Run) -> None:
    async def body() -> None:
        services = Services()
        services.gate.clear()
        form = make(qtbot, services, {"key": "k"})
        click(button(form, "Choose Folder"))
        editor = form.findChildren(TreeEditor)[0]
        await until(lambda: services.parents == [None])
        click(button(form, "Cancel"))
        await until(lambda: services.cancelled == 1)
        assert editor.tree.topLevelItemCount() == 0
        write(form, "/folder", "typed")  # typing is always open
        assert form.value()["folder"] == "typed"
        services.gate.set()
        click(button(form, "List again"))
        await until(lambda: editor.tree.topLevelItemCount() == 2)
        click(button(form, "Done with Folder"))
        assert not editor.tree.isVisible()
        click(button(form, "Choose Folder"))
        assert services.parents == [None, None]  # what is known is not asked for again
        assert "Listed before other settings changed." not in texts(form)
        click(button(form, "Done with Folder"))
        write(form, "/key", "other")
        click(button(form, "Choose Folder"))
        assert "Listed before other settings changed." in texts(form)
        click(button(form, "List again"))
        await until(lambda: len(services.parents) == 3)
        services.gate.clear()
        await until(lambda: editor.tree.topLevelItemCount() == 2)
        first = editor.tree.topLevelItem(0)
        assert first is not None
        first.setExpanded(True)
        await until(lambda: services.parents[-1] == "a")
        press(editor.tree, Qt.Key.Key_Escape)  # closing stops asking
        await until(lambda: services.cancelled == 2)
        services.gate.set()
        click(button(form, "Choose Folder"))
        first.setExpanded(True)
        await until(lambda: first.childCount() == 1 and below(first).text(0) == "X")
        await form.shutdown()

    run(body())


def test_several_are_ticked_and_a_failed_level_can_be_tried_again(qtbot: QtBot, run: Run) -> None:
    async def body() -> None:
        services = Services()
        services.answer = AuthError("No access", remedy="Ask for it.")
        form = make(qtbot, services, {"key": "k", "folders": ["kept"]})
        click(button(form, "Choose Folders"))
        editor = form.findChildren(TreeEditor)[1]
        top = editor.tree.invisibleRootItem()
        await until(lambda: top.childCount() == 1 and "No access" in below(top).text(0))
        assert below(top).text(1) == "Try again"
        editor.tree.setCurrentItem(below(top))
        press(editor.tree, Qt.Key.Key_Return)
        await until(lambda: len(services.parents) == 2)
        await until(lambda: "No access" in below(top).text(0))
        services.answer = []
        where = editor.tree.visualItemRect(below(top)).center()
        QTest.mouseClick(editor.tree.viewport(), Qt.MouseButton.LeftButton, pos=where)
        await until(lambda: top.childCount() == 2)
        editor.tree.setCurrentItem(below(top, 1))
        press(editor.tree, Qt.Key.Key_Space)
        assert form.value()["folders"] == ["kept", "b-value"]
        press(editor.tree, Qt.Key.Key_Space)
        assert form.value()["folders"] == ["kept"]
        press(editor.tree, Qt.Key.Key_Escape)
        assert not editor.tree.isVisible()
        await form.shutdown()

    run(body())


class Drive(Services):
    """Folders that are known by ids; one drive at the top."""

    TREE: ClassVar[dict[str | None, list[Node]]] = {
        None: [
            Node(id="root", title="My Drive", value="root", has_children=True),
            Node(id="shared", title="Shared with me", has_children=True, selectable=False),
        ],
        "root": [
            Node(id="1AbC", title="Contracts", value="1AbC", has_children=True),
            Node(id="2DeF", title="Handbook", value="2DeF"),
        ],
        "1AbC": [Node(id="3GhI", title="Leases", value="3GhI"), Node(id="4JkL", title="Closed", value="4JkL")],
        "shared": [],
    }

    async def discover(self, parent: str | None) -> list[Node]:
        self.parents.append(parent)
        return self.TREE[parent]


def test_a_tree_tells_what_is_within_what_is_chosen_and_calls_it_by_name(qtbot: QtBot, run: Run) -> None:
    async def body() -> None:
        services = Drive()
        form = make(qtbot, services, {"key": "k", "folders": ["3GhI"]})
        click(button(form, "Choose Folders"))
        tree = form.findChildren(TreeEditor)[1].tree
        top = tree.invisibleRootItem()
        await until(lambda: top.childCount() == 2 and below(top).childCount() == 2)  # the only drive opens by itself
        mine = below(top)
        contracts = below(mine)
        contracts.setExpanded(True)
        await until(lambda: contracts.childCount() == 2)
        states = [item.checkState(0) for item in (mine, contracts, below(contracts), below(contracts, 1))]
        part, full, none = Qt.CheckState.PartiallyChecked, Qt.CheckState.Checked, Qt.CheckState.Unchecked
        assert states == [part, part, full, none]
        assert button(form, "Remove Leases").toolTip() == "Remove Leases (3GhI)"
        tree.setCurrentItem(contracts)
        press(tree, Qt.Key.Key_Space)
        assert form.value()["folders"] == ["1AbC"], "what is within it need not be named"
        assert below(contracts, 1).checkState(0) == full
        assert below(contracts, 1).toolTip(0) == "Chosen with Contracts"
        tree.setCurrentItem(below(contracts, 1))
        press(tree, Qt.Key.Key_Space)
        assert form.value()["folders"] == ["1AbC"], "it can't be left out alone"
        tree.setCurrentItem(contracts)
        press(tree, Qt.Key.Key_Space)
        assert form.value().get("folders") == []
        assert [item.checkState(0) for item in (mine, contracts, below(contracts))] == [none, none, none]
        shared = below(top, 1)
        shared.setExpanded(True)
        await until(lambda: shared.childCount() == 1 and below(shared).text(0) == "Nothing here")
        await form.shutdown()

    run(body())


def test_what_is_listed_is_searched(qtbot: QtBot, run: Run) -> None:
    async def body() -> None:
        form = make(qtbot, Drive(), {"key": "k"})
        click(button(form, "Choose Folders"))
        editor = form.findChildren(TreeEditor)[1]
        top = editor.tree.invisibleRootItem()
        await until(lambda: top.childCount() == 2 and below(top).childCount() == 2)
        QTest.keyClicks(editor.search, "hand")
        await until(lambda: below(below(top)).isHidden())
        assert not below(top).isHidden(), "it holds one that fits"
        assert not below(below(top), 1).isHidden()
        assert below(top, 1).isHidden()
        QTest.keyClicks(editor.search, "zzz")
        await until(lambda: "Nothing that is listed is called that" in "".join(texts(form)))
        press(editor.search, Qt.Key.Key_Escape)
        assert editor.tree.isVisible(), "the first Esc empties the field"
        await until(lambda: not below(below(top)).isHidden())
        press(editor.search, Qt.Key.Key_Escape)
        assert not editor.tree.isVisible()
        await form.shutdown()

    run(body())
