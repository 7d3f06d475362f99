"""What the kinds of documents have in common: each is a part of a repository, read and fetched on its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Protocol, TypeVar

import msgspec

from connectors.sdk import (
    Change,
    Content,
    Covers,
    DocumentRef,
    Failure,
    Json,
    Page,
    PermanentError,
    SlimRef,
    State,
    Upsert,
)
from connectors.sdk.files import title
from connectors.sources._times import earlier, parse_time
from connectors.sources.github.repository import Repository

OVERLAP = 60.0  # seconds asked for again by each pass: a replica of GitHub's may lag behind
TEXT = "text/markdown; charset=utf-8"
P = TypeVar("P", bound=msgspec.Struct)
_LFS = b"version https://git-lfs.github.com/spec/v1\n"


class Part(Protocol):
    """One kind of documents. Its checkpoints have `full` set while a pass is under way that tells of everything."""

    name: str
    title: str
    permission: str

    def read(
        self, repository: Repository, checkpoint: dict[str, Json] | None, state: State
    ) -> AsyncGenerator[Page, None]: ...

    def enumerate(self, repository: Repository) -> AsyncIterator[list[SlimRef]]: ...

    async def fetch(self, ref: DocumentRef, repository: str, key: str) -> Content: ...

    async def look(self, repository: Repository) -> None:
        """Asks for as little as shows that the credential may read this."""
        ...


def restored(checkpoint: dict[str, Json] | None, kind: type[P]) -> P | None:
    """The place to go on from; None for one that can't be read."""
    try:
        return msgspec.convert(checkpoint, kind) if checkpoint else None
    except msgspec.ValidationError:
        return None


def since(moment: str) -> str:
    """Where a pass begins whose last one ended with `moment`."""
    return str(earlier(moment, OVERLAP)) if moment else ""


def login(person: Json) -> str:
    """An author's name; GitHub calls those whose account is deleted a ghost."""
    return str((person or {}).get("login") or "ghost")


def newer_than_listed(ref: DocumentRef, moment: Json) -> bool:
    """Whether what was fetched is a later version than what was listed."""
    fetched = parse_time(moment)
    return fetched is not None and ref.updated_at is not None and fetched > ref.updated_at


def below(
    repository: Repository, part: str, page: Page, checkpoint: dict[str, Json], *, named: Callable[[str], str] = title
) -> Page:
    """The page of a tree as a part's: the same order, one prefix longer. `named` makes a title of a path."""

    def source_id(path: str) -> str:
        return f"{repository.id}/{part}/{path}"

    changes: list[Change] = []
    for change in page.changes:
        if isinstance(change, Upsert):
            ref = change.ref
            moved = msgspec.structs.replace(
                ref,
                source_id=source_id(ref.source_id),
                title=named(ref.path),
                path=f"{repository.name}/{part}/{ref.path}",
                metadata={"repository": repository.name, "path": ref.path},
                handle=f"{repository.name}@{change.fingerprint}",
            )
            changes.append(msgspec.structs.replace(change, ref=moved))
        elif isinstance(change, Failure) and change.source_id is not None:
            changes.append(msgspec.structs.replace(change, source_id=source_id(change.source_id)))
    covers = page.covers
    if covers is not None:
        after, through = (None if end is None else source_id(end) for end in (covers.after, covers.through))
        covers = Covers(after=after, through=through)
    return msgspec.structs.replace(page, changes=changes, covers=covers, checkpoint=checkpoint)


async def all_below(
    repository: Repository, part: str, pages: AsyncGenerator[Page, None]
) -> AsyncIterator[list[SlimRef]]:
    """The ids of a whole tree. Raises rather than leave out a folder."""
    async with aclosing(pages):
        async for page in pages:
            for change in page.changes:
                if isinstance(change, Failure) and change.error.code != "too_large":
                    raise PermanentError(change.error.what, where=change.error.where, remedy=change.error.remedy)
            told = below(repository, part, page, {}).changes
            yield [SlimRef(change.ref.source_id) for change in told if isinstance(change, Upsert)]


def check_kept_here(body: bytes, path: str) -> None:
    """Raises for a file of which Git has only a pointer."""
    if body.startswith(_LFS):
        raise PermanentError(
            "The file is kept in Git LFS, which can't be read",
            where=path,
            remedy="Leave it out with an exclude pattern.",
            code="git_lfs",
        )


class ETag(msgspec.Struct, frozen=True):
    """What an answer was tagged with, and the question it answers."""

    question: str
    tag: str


class Tags:
    """Keeps the tag of the last answer, to ask the same question only for what is new."""

    KEY = "etag"

    def __init__(self, state: State) -> None:
        self._state = state

    def known(self, question: str) -> str:
        """The tag to ask with, "" to ask anew."""
        kept = self._state.get(self.KEY)
        try:
            known = msgspec.json.decode(kept, type=ETag) if kept else None
        except msgspec.MsgspecError:
            known = None
        return known.tag if known is not None and known.question == question else ""

    def keep(self, question: str, tag: str) -> None:
        """Remembers the tag, or forgets the last one where there is none."""
        if tag:
            self._state.put(self.KEY, msgspec.json.encode(ETag(question, tag)))
        else:
            self._state.delete(self.KEY)
