"""What the lines of a tree say: chosen, within something that is chosen, holding something that is; and which of them
fit what is searched for. Whoever chooses a node chooses all below it."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QTreeWidgetItem

from app.forms import Json
from app.forms.values import same
from connectors.sdk import Node
from widgets import theme
from widgets.form.editor import plain_text

__all__ = ["NODE", "below", "children", "mark", "names", "narrow", "node_of", "value_of"]

NODE = Qt.ItemDataRole.UserRole


def tr(text: str) -> str:
    return QCoreApplication.translate("TreeEditor", text)


def node_of(item: QTreeWidgetItem | None) -> Node | None:
    """What the line stands for; None for one that only says something."""
    node = item.data(0, NODE) if item is not None else None
    return node if isinstance(node, Node) else None


def value_of(node: Node) -> Json:
    """What choosing it puts into the field."""
    return node.id if node.value is None else node.value


def children(parent: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    """The lines directly below."""
    found = (parent.child(place) for place in range(parent.childCount()))
    return [item for item in found if item is not None]


def below(parent: QTreeWidgetItem) -> Iterator[Node]:
    """All nodes below that are listed."""
    for item in children(parent):
        node = node_of(item)
        if node is not None:
            yield node
        yield from below(item)


def mark(parent: QTreeWidgetItem, chosen: list[Json], *, ticks: bool, within: str = "") -> bool:
    """Show what is chosen; whether anything below `parent` is. `within` is the title of what was chosen above."""
    any_below = False
    for item in children(parent):
        node = node_of(item)
        if node is None:
            continue
        on = node.selectable and any(same(one, value_of(node)) for one in chosen)
        inside = mark(item, chosen, ticks=ticks, within=within or (node.title if on else ""))
        if ticks and node.selectable:
            _tick(item, on, inside, within)
        elif on:
            item.setSelected(True)
        any_below = any_below or on or inside
    return any_below


def _tick(item: QTreeWidgetItem, on: bool, inside: bool, within: str) -> None:
    included = bool(within) and not on
    state = Qt.CheckState.PartiallyChecked if inside else Qt.CheckState.Unchecked
    item.setCheckState(0, Qt.CheckState.Checked if on or included else state)
    flags = item.flags() & ~Qt.ItemFlag.ItemIsUserCheckable
    item.setFlags(flags if included else flags | Qt.ItemFlag.ItemIsUserCheckable)
    item.setForeground(0, theme.color("muted" if included else "text"))
    item.setToolTip(0, tr("Chosen with {0}").format(within) if included else "")


def narrow(parent: QTreeWidgetItem, text: str) -> bool:
    """Hide the lines that neither fit `text` nor hold one that does; whether any is left."""
    wanted = text.strip().casefold()
    left = False
    for item in children(parent):
        node = node_of(item)
        inside = narrow(item, text)
        fits = not wanted or node is None or wanted in node.title.casefold()
        item.setHidden(not (fits or inside))
        if inside and wanted:
            item.setExpanded(True)
        left = left or not item.isHidden()
    return left


def names(parent: QTreeWidgetItem) -> dict[str, str]:
    """How to call what is chosen, where its value tells nothing, such as the id of a folder."""
    found = {}
    for node in below(parent):
        value = plain_text(value_of(node))
        if node.title.casefold() not in value.casefold():
            found[value] = node.title
    return found
