"""Where files lie, by what is known of folders and shortcuts, however odd that is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.testing import MemoryState
from connectors.sources.google_drive.api import FOLDER, SHORTCUT, File
from connectors.sources.google_drive.tree import Scope, Tree

SCOPE = Scope(root="root", drive="", picked=frozenset({"picked"}), my_drive=False, shared_with_me=False)
IDS = ["root", "picked", "a", "b", "c"]


def folder(id: str, parent: str | None) -> File:
    return File(id=id, name=id.upper(), mime_type=FOLDER, parents=[] if parent is None else [parent])


def shortcut(id: str, parent: str | None) -> File:
    return File(id=id, name=id.upper(), mime_type=SHORTCUT, parents=[] if parent is None else [parent])


def test_a_shortcut_inside_of_what_it_leads_to_lends_no_place() -> None:
    tree = Tree(MemoryState(), SCOPE)
    tree.put(folder("a", None))
    tree.link("a", shortcut("s", "a"))

    place = tree.place(File(id="f", name="f.md", parents=["a"]))

    assert (place.path, place.wanted) == ("Shared with me/A/f.md", False)


def test_folders_that_lie_in_each_other_end() -> None:
    tree = Tree(MemoryState(), SCOPE)
    tree.put(folder("a", "b"))
    tree.put(folder("b", "a"))

    assert not tree.place(File(id="f", name="f.md", parents=["a"])).wanted


@pytest.mark.parametrize("through", [0, 1, 2])
def test_a_place_is_lent_through_shortcuts_in_folders_that_shortcuts_brought(through: int) -> None:
    tree = Tree(MemoryState(), SCOPE)
    tree.put(folder("picked", "root"))
    tree.put(folder("a", "root"))
    tree.put(folder("b", "root"))
    tree.link("a", shortcut("to a", "picked"))
    tree.link("b", shortcut("to b", "a"))
    parent = ["picked", "a", "b"][through]

    place = tree.place(File(id="f", name="f/1.md", parents=[parent]))

    assert place.wanted
    assert place.below == "PICKED/" + ["", "TO A/", "TO A/TO B/"][through] + "f\uff0f1.md"


@given(
    folders=st.dictionaries(st.sampled_from(IDS[1:]), st.sampled_from([*IDS, None]), max_size=4),
    links=st.dictionaries(st.sampled_from(IDS[1:]), st.sampled_from(IDS), max_size=4),
    parent=st.sampled_from(IDS),
)
def test_every_file_has_a_place_and_a_tree_is_as_it_was_when_it_is_opened_again(
    folders: dict[str, str | None], links: dict[str, str], parent: str
) -> None:
    state = MemoryState()
    tree = Tree(state, SCOPE)
    for id, above in folders.items():
        tree.put(folder(id, above))
    for target, above in links.items():
        tree.link(target, shortcut(f"to {target}", above))
    file = File(id="f", name="f.md", parents=[parent])

    place = tree.place(file)

    assert place.below.endswith("f.md")
    assert Tree(state, SCOPE).place(file) == place
    tree.clear()
    assert not state.values
