"""What the palette can reach: commands, connections with what can be done to them, accounts, runs, documents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from widgets.commands import Command, Commands, Context, keys_text
from widgets.commands.actions import menu_titles
from widgets.language import core
from widgets.pages.page import Place
from widgets.palette.entry import Entry
from widgets.parts.foreign import called
from widgets.parts.states import look
from widgets.parts.words import ago, listed

if TYPE_CHECKING:
    from app.api import AccountView, ConnectionView, EngineApi, Hit, RunView

__all__ = [
    "LEAST_LETTERS",
    "command_entries",
    "find_documents",
    "first_groups",
    "load_things",
    "search_entry",
    "seen_entries",
    "settings_entries",
]

RUNS = 60
DOCUMENTS = 8
LEAST_LETTERS = 2
"""From so many letters on, documents are searched too."""
NAMES_A_THING = "source"
"""The menu whose commands act upon a connection."""
Go = Callable[[Place], object]
Do = Callable[[Command, Context], object]


def tr(text: str) -> str:
    return QCoreApplication.translate("palette", text)


def command_entries(commands: Commands, context: Context, run: Do) -> list[Entry]:
    """Every command that has a meaning here, those that can't be done now with their reason."""
    found = []
    titles = {name: plain(title) for name, title in menu_titles().items()}
    names = listed(view.name for view in context.connections[:3])
    for command in commands:
        about_things = command.menu == NAMES_A_THING
        if command.id == "go.palette" or (about_things and not context.connections):
            continue
        here = command.on(context.place.page)
        if not here and not about_things:
            continue
        found.append(
            Entry(
                f"command:{command.id}",
                plain(command.text),
                partial(run, command, context),
                detail=names if about_things else command.help,
                icon=command.icon or "chevron-right",
                keys=keys_text(command) if here else "",
                also=f"{names} {command.help} {command.id.replace('.', ' ')}",
                reason=_reason(command, context),
                danger=command.danger,
                group=tr("Here") if about_things or command.pages else titles.get(command.menu, ""),
                weight=8 if about_things else 4,
            )
        )
    return found


def seen_entries(seen: Sequence[Command], context: Context, run: Do) -> list[Entry]:
    """What can be pressed in the window as it stands; after what has a name everywhere."""
    return [
        Entry(
            f"command:{command.id}",
            command.text,
            partial(run, command, context),
            detail=command.help or tr("On this page"),
            icon=command.icon or "chevron-right",
            keys=keys_text(command),
            also=f"{command.help} {command.id.replace('.', ' ').replace('_', ' ')}",
            reason=_reason(command, context),
            danger=command.danger,
            group=tr("On this page"),
        )
        for command in seen
    ]


def settings_entries(go: Go) -> list[Entry]:
    """The sections of the settings."""
    from widgets.pages.settings_sections import section_titles  # a page: not before the first frame

    return [
        Entry(
            f"settings:{name}",
            tr("Settings: {0}").format(title),
            partial(go, Place("settings", tab=name)),
            detail=tr("Settings"),
            icon=icon,
            beyond=len(tr("Settings")),
        )
        for name, (title, icon) in section_titles().items()
    ]


def first_groups() -> list[str]:
    """What comes first while nothing is typed: what belongs to this place, then the way to others."""
    return [tr("Here"), plain(menu_titles()["go"])]


async def load_things(client: EngineApi, commands: Commands, place: Place, run: Do, go: Go) -> list[Entry]:
    """Connections, accounts and runs, asked for all at once. What the engine can't tell is left out."""
    connections, accounts, runs = await asyncio.gather(
        client.connections(), client.accounts(), client.runs(limit=RUNS), return_exceptions=True
    )
    return [
        *(_connections(connections, commands, place, run, go) if not isinstance(connections, BaseException) else ()),
        *(_accounts(accounts, go) if not isinstance(accounts, BaseException) else ()),
        *(_runs(runs, go) if not isinstance(runs, BaseException) else ()),
    ]


async def find_documents(client: EngineApi, text: str, go: Go) -> list[Entry]:
    """Documents by full-text search; the last word may be the beginning of one."""
    from app.api import SearchQuery

    page = await client.search(SearchQuery(text=f"{text}*" if text[-1].isalnum() else text, limit=DOCUMENTS))
    return [_document(hit, go) for hit in page.hits]


def search_entry(text: str, go: Go) -> Entry:
    """The way on when the name is not enough."""
    return Entry(
        "search",
        tr("Search all documents for “{0}”").format(text),
        partial(go, Place("library", filter=text)),
        detail=tr("Library"),
        icon="search",
    )


def plain(text: str) -> str:
    """A command's text without what only a menu needs."""
    return text.replace("&", "").removesuffix("…").strip()


def _connections(views: Sequence[ConnectionView], commands: Commands, place: Place, run: Do, go: Go) -> Iterable[Entry]:
    for view in views:
        yield Entry(
            f"connection:{view.id}",
            view.name,
            partial(go, Place("connection", view.id)),
            detail=f"{core(view.type_title)}  ·  {look(view.state).word}",
            icon=view.icon,
            also=f"{core(view.type_title)} {view.type_title} {view.type} {view.id}",
            weight=20,
        )
    verbs = [command for command in commands if command.menu == NAMES_A_THING and command.id != "source.open"]
    for view in views:
        context = Context(place, True, (view,))
        for command in verbs:
            if command.when(context) is None:
                yield Entry(
                    f"command:{command.id}:{view.id}",
                    f"{view.name}: {plain(command.text)}",
                    partial(run, command, context),
                    detail=core(view.type_title),
                    icon=command.icon or "chevron-right",
                    danger=command.danger,
                    beyond=len(view.name),
                    weight=-20,
                )


def _accounts(views: Sequence[AccountView], go: Go) -> Iterable[Entry]:
    for view in views:
        yield Entry(
            f"account:{view.id}",
            view.name,
            partial(go, Place("accounts", view.id)),
            detail=tr("Account  ·  {0}").format(view.provider_title),
            icon="user",
            also=f"{view.provider_title} {view.id}",
            weight=10,
        )
        yield Entry(
            f"account:{view.id}:sign_in",
            tr("{0}: Sign in again").format(view.name),
            partial(go, Place("accounts", view.id, "sign_in")),
            detail=view.provider_title,
            icon="key",
            beyond=len(view.name),
            weight=-20,
        )


def _runs(views: Sequence[RunView], go: Go) -> Iterable[Entry]:
    for view in views:
        when = ago(view.finished_at or view.started_at or view.queued_at)
        yield Entry(
            f"run:{view.id}",
            tr("{0}: run {1}").format(view.connection, when),
            partial(go, Place("connection", view.connection_id, "runs", view.id)),
            detail=look(view.state).word,
            icon=look(view.state).icon,
            also=f"{view.id} {look(view.state).word}",
            beyond=len(view.connection),
            weight=-30,
        )


def _document(hit: Hit, go: Go) -> Entry:
    return Entry(
        f"document:{hit.document_id}",
        called(hit.title, hit.path, hit.source_id),
        partial(go, Place("library", "", "document", hit.document_id)),
        detail=tr("Document  ·  {0}").format(hit.connection),
        icon="file",
    )


def _reason(command: Command, context: Context) -> str:
    reason = command.when(context)
    return reason[:1].upper() + reason[1:] if reason else ""
