"""Whatever people do in Drive: following the feed must come to the same as looking at everything for the first time."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sdk import Delete, Upsert
from connectors.sdk.testing import Catalog
from tests.connectors.google_drive.driving import sync
from tests.connectors.google_drive.fake import FOLDER, ROOT, SHORTCUT, FakeDrive

ACTIONS = ["put", "folder", "shortcut", "edit", "rename", "move", "trash", "remove"]
actions = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 50), st.integers(0, 50))


class People:
    """Work in a Drive by numbers: a number chooses among what is there."""

    def __init__(self, fake: FakeDrive) -> None:
        self.fake = fake
        self.made = 0

    def act(self, action: str, one: int, two: int) -> None:
        fake, self.made = self.fake, self.made + 1
        there = [id for id, file in fake.files.items() if id != ROOT and not file["trashed"]]
        folders = [ROOT, *(id for id in there if fake.files[id]["mimeType"] == FOLDER)]
        name, parent = f"{action} {self.made}", folders[one % len(folders)]
        if action == "put":
            fake.put(f"{name}.md", name, parent=parent)
        elif action == "folder":
            fake.folder(name, parent=parent)
        elif action == "shortcut" and there:
            target = there[two % len(there)]
            if fake.files[target]["mimeType"] != SHORTCUT:
                fake.shortcut(name, target, parent=parent)
        elif there:
            self._change(action, there[two % len(there)], name, parent)

    def _change(self, action: str, id: str, name: str, parent: str) -> None:
        fake = self.fake
        if action == "edit" and fake.files[id]["mimeType"] == "text/markdown":
            fake.edit(id, name)
        elif action == "rename":
            fake.edit(id, name=name)
        elif action == "move" and parent != id and parent not in fake.below(id):
            fake.move(id, parent)
        elif action == "trash":
            fake.trash(id)
        elif action == "remove":
            fake.remove(id)


def told(catalog: Catalog, known: dict[str, str]) -> dict[str, str]:
    """Where each document lies by all that was told so far."""
    for page in catalog.pages:
        for change in page.changes:
            if isinstance(change, Upsert):
                known[change.ref.source_id] = change.ref.path
            elif isinstance(change, Delete):
                known.pop(change.source_id, None)
    return {id: path for id, path in known.items() if id in catalog.documents}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    first=st.lists(actions, max_size=12),
    later=st.lists(st.lists(actions, min_size=1, max_size=5), min_size=1, max_size=3),
    picked=st.booleans(),
)
def test_following_the_feed_comes_to_the_same_as_a_first_pass(first: Any, later: Any, picked: bool) -> None:
    fake = FakeDrive(page=3)
    chosen = fake.folder("Chosen")
    people = People(fake)
    for action in first:
        people.act(*action)
    chosen = chosen if chosen in fake.files else fake.folder("Chosen", id=chosen)
    folders = [chosen, ROOT] if fake.files[chosen]["trashed"] else [chosen]
    config: dict[str, Any] = {"folders": folders} if picked else {}
    catalog = sync(fake, **config)
    paths = told(catalog, {})
    for some in later:
        for action in some:
            people.act(*action)
        if picked and chosen not in fake.files:
            return  # then the choice itself is refused
        catalog = sync(fake, catalog, fetch=False, **config)
        paths = told(catalog, paths)

        fresh = sync(fake, fetch=False, **config)
        assert paths == told(fresh, {})
        assert {id: each.fingerprint for id, each in catalog.documents.items()} == {
            id: each.fingerprint for id, each in fresh.documents.items()
        }
