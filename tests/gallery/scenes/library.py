"""Library: asked, answered, empty, and why something is missing."""

from __future__ import annotations

from app.api import DocumentPage, LibraryStats, SearchPage, Why
from tests.gallery.scene import Scene, Stage, answers, does, fails, hangs, press, types
from tests.gallery.scenes.common import ENGINE_GONE
from widgets.pages.page import Place

LIBRARY = Place("library")
NOTHING = answers(
    documents=DocumentPage(documents=[], total=0),
    search=SearchPage(hits=[], total=0, ms=0.4),
    library_stats=LibraryStats(documents=0, bytes=0, contents=0, disk_bytes=0, deleted=0, index_documents=0),
)
WHY = Why(
    ref="docs/4.md",
    found=True,
    findings=[
        "It is in the library as document 412, “Travel 4”.",
        "Its text is not in the search index (application/zip); its title is found.",
    ],
)


def narrowed(stage: Stage) -> None:
    """Filters are set."""
    stage.page.type.choose(["application/pdf"])
    stage.page.date.choose(["31"])


def why(stage: Stage) -> None:
    """The document is named."""
    stage.page.why.source_id.setText("docs/4.md")
    stage.page.why.ask()


def lost(stage: Stage) -> None:
    """The engine ended unasked."""
    assert stage.shell.feed is not None
    stage.shell.feed.lost.emit(ENGINE_GONE)


SCENES = (
    Scene("library", LIBRARY),
    Scene("library-search", LIBRARY, acts=(types("search", "travel"),)),
    Scene("library-filters", LIBRARY, acts=(types("search", "travel"), does(narrowed))),
    Scene("library-narrowed", LIBRARY, acts=(does(narrowed),)),
    Scene("library-offline", LIBRARY, acts=(does(lost),)),
    Scene("library-nothing", LIBRARY, acts=(types("search", "zzz"),)),
    Scene("library-empty", LIBRARY, engine="empty", given=(NOTHING,)),
    Scene("library-loading", LIBRARY, given=(hangs("documents", "library_stats"),)),
    Scene("library-failed", LIBRARY, given=(fails(ENGINE_GONE, "search"),), acts=(types("search", "travel"),)),
    Scene("library-why", LIBRARY, acts=(press("ask_why"),)),
    Scene("library-why-answer", LIBRARY, given=(answers(why=WHY),), acts=(press("ask_why"), does(why))),
    Scene("library-narrow", LIBRARY, size=(900, 600), acts=(types("search", "travel"),)),
)
