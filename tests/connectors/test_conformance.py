"""The conformance kit finds what it promises to find: one source keeps the contract, the others break it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Annotated, Any, ClassVar

import pytest
from pydantic import ConfigDict, Field, field_serializer

from connectors.sdk import (
    AuthError,
    Authorization,
    Capability,
    ConnectorConfig,
    Content,
    Covers,
    DocumentRef,
    Endpoint,
    Json,
    Node,
    NotFound,
    Page,
    Partition,
    Probe,
    Secret,
    Source,
    SourceSpec,
    State,
    Upsert,
    option,
)
from connectors.sdk.testing import CHECKS, Case, Check, RecordingLog, conformance

SECRET = "s3cret/of+the test"
PAGE = 3
SHELF = {f"doc{number:02}": f"text {number}" for number in range(10)}


class ShelfConfig(ConnectorConfig):
    address: str = option(title="Address", min_length=1)
    token: Secret = option(title="Token")


class Shelf(Source[Any]):
    """Keeps the contract. The broken ones below change one thing each."""

    spec = SourceSpec(
        type="shelf",
        title="Shelf",
        summary="Documents on a shelf.",
        group="Test",
        icon="folder",
        auth=("bearer",),
        capabilities=frozenset({Capability.DISCOVER}),
    )
    Config: ClassVar[type[ConnectorConfig]] = ShelfConfig

    @classmethod
    def endpoints(cls, config: Any) -> Sequence[Endpoint]:
        return [Endpoint(host="shelf.test", port=443)]

    @classmethod
    def authorization(cls, config: Any) -> Authorization | None:
        return Authorization(kind="bearer", params={"token": config.token}, hosts=("shelf.test",))

    def probes(self) -> Sequence[Probe]:
        return [Probe("sign_in", "Sign in", self.sign_in), Probe("listing", "List documents", self.count)]

    async def sign_in(self) -> str:
        if self.config.address == "locked":
            raise AuthError("The shelf does not accept the token", where="shelf.test", remedy="Make a new token.")
        return "Signed in"

    async def count(self) -> str:
        return f"{len(SHELF)} documents"

    async def discover(self, parent: str | None) -> list[Node]:
        return [Node(id="top", title="Top", value="top", has_children=True)] if parent is None else []

    def start(self, checkpoint: dict[str, Json] | None) -> str:
        return str((checkpoint or {}).get("after", ""))

    def fingerprint(self, source_id: str) -> str | None:
        return f"v1-{source_id}"

    async def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        after = self.start(checkpoint)
        ids = [source_id for source_id in sorted(SHELF) if source_id > after]
        for first in range(0, len(ids) or 1, PAGE):
            await asyncio.sleep(0)
            chosen = ids[first : first + PAGE]
            last = first + PAGE >= len(ids)
            yield Page(
                kind="listing",
                changes=[Upsert(ref=self.ref(each), fingerprint=self.fingerprint(each)) for each in chosen],
                covers=Covers(after=after or None, through=None if last else chosen[-1]),
                checkpoint={} if last else {"after": chosen[-1]},
            )
            after = chosen[-1] if chosen else after

    def ref(self, source_id: str) -> DocumentRef:
        return DocumentRef(source_id=source_id, title=source_id.title())

    async def fetch(self, ref: DocumentRef) -> Content:
        await asyncio.sleep(0)
        if ref.source_id not in SHELF:
            raise NotFound("It is not on the shelf", where=ref.source_id)
        return Content(SHELF[ref.source_id].encode())


def case(source_class: type[Shelf], **changes: Any) -> Case:
    @asynccontextmanager
    async def opened(config: Any) -> AsyncIterator[Shelf]:
        context: Any = SimpleNamespace(log=RecordingLog())
        async with source_class(config, context) as source:
            yield source  # type: ignore[misc]

    arguments: dict[str, Any] = {
        "config": {"address": "here", "token": {"$secret": "env:SHELF"}},
        "bad_configs": [
            {"address": ""},
            {"address": "locked", "token": {"$secret": "env:SHELF"}},
            {"address": "here", "token": SECRET},
        ],
        "secrets": [SECRET],
        "expected_documents": set(SHELF),
        "pages": 4,
        "cancel_seconds": 0.05,
        **changes,
    }
    return Case(source_class=source_class, open=opened, **arguments)


@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_a_source_that_keeps_the_contract_passes(check: Check) -> None:
    assert asyncio.run(check(case(Shelf))) == []


# --- one way each to break it ----------------------------------------------------------------------------------------


class NamesWhatItCannot(Shelf):
    spec = SourceSpec(
        type="shelf", title="Shelf", summary="…", group="Test", icon="x", capabilities=frozenset({Capability.WATCH})
    )


class TellsNoHost(Shelf):
    @classmethod
    def authorization(cls, config: Any) -> Authorization | None:
        return Authorization(kind="bearer", params={"token": config.token}, hosts=())


class UntitledConfig(ShelfConfig):
    nameless: Annotated[int, Field(json_schema_extra={"title": ""})] = 1


class HasAFieldWithoutTitle(Shelf):
    Config = UntitledConfig


class ForgetfulConfig(ShelfConfig):
    @field_serializer("address")
    def shorten(self, address: str) -> str:
        return address[:1]


class ForgetsAField(Shelf):
    Config = ForgetfulConfig


class ChecksNothing(Shelf):
    async def sign_in(self) -> str:
        return "Fine"


class GivesNoRemedy(Shelf):
    async def sign_in(self) -> str:
        if self.config.address == "locked":
            raise AuthError("No")
        return "Fine"


class CrashesOnOldCheckpoints(Shelf):
    @classmethod
    def migrate_checkpoint(cls, old: dict[str, Json], version: int) -> dict[str, Json] | None:
        return {"after": old["cursor"]}


class HasUnnamedSteps(Shelf):
    def probes(self) -> Sequence[Probe]:
        return [Probe("listing", "", self.count), Probe("listing", "Again", self.count)]


class FailsItsOwnTest(Shelf):
    async def count(self) -> str:
        raise NotFound("No shelf", where="here", remedy="Build one.")


class Altered(Shelf):
    """Changes the pages on their way out."""

    def alter(self, number: int, page: dict[str, Any]) -> dict[str, Any]:
        return page

    async def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        number = 0
        async for page in super().read(partition, checkpoint, state):
            number += 1
            fields = {name: getattr(page, name) for name in ("kind", "changes", "covers", "checkpoint")}
            yield Page(**self.alter(number, fields))


class CoversBackwards(Altered):
    def alter(self, number: int, page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "covers": Covers(after=None, through=page["covers"].through)}


class LeavesGaps(Altered):
    def alter(self, number: int, page: dict[str, Any]) -> dict[str, Any]:
        return page if number != 2 else {**page, "covers": None, "kind": "delta"}


class NeverCoversTheEnd(Altered):
    def alter(self, number: int, page: dict[str, Any]) -> dict[str, Any]:
        covers = page["covers"]
        return {**page, "covers": Covers(after=covers.after, through=covers.through or "doc09")}


class NamesDocumentsOutside(Altered):
    def alter(self, number: int, page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "changes": [*page["changes"], Upsert(ref=self.ref(f"a{number}"), fingerprint="1")]}


class RepeatsDocuments(Altered):
    def alter(self, number: int, page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "changes": [*page["changes"], page["changes"][0]]}


class KeepsNoJson(Altered):
    def alter(self, number: int, page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "checkpoint": {**page["checkpoint"], "pair": (1, 2)}}


class LosesAPageOnResume(Shelf):
    def start(self, checkpoint: dict[str, Json] | None) -> str:
        after = super().start(checkpoint)
        return after and f"doc{int(after[3:]) + PAGE:02}"


class StartsOver(Shelf):
    def start(self, checkpoint: dict[str, Json] | None) -> str:
        return ""


class TrustsAnyCheckpoint(Shelf):
    def start(self, checkpoint: dict[str, Json] | None) -> str:
        return "" if checkpoint is None else str(checkpoint["after"]) if checkpoint else ""


class EndsOnStrangeCheckpoints(Shelf):
    def start(self, checkpoint: dict[str, Json] | None) -> str:
        return "" if not checkpoint else str(checkpoint.get("after", "zzz"))


class ChangesFingerprints(Shelf):
    counter = 0

    def fingerprint(self, source_id: str) -> str | None:
        type(self).counter += 1
        return str(self.counter)


class FetchesAnotherFingerprint(Shelf):
    async def fetch(self, ref: DocumentRef) -> Content:
        content = await super().fetch(ref)
        return Content(content.body, fingerprint=f'W/"{ref.source_id}"')


class CannotFetch(Shelf):
    async def fetch(self, ref: DocumentRef) -> Content:
        raise NotFound("It is not on the shelf", where=ref.source_id)


class LeaksKeyErrors(Shelf):
    async def fetch(self, ref: DocumentRef) -> Content:
        return Content(SHELF[ref.source_id].encode())


class AnnouncesAnotherSize(Shelf):
    async def fetch(self, ref: DocumentRef) -> Content:
        return Content((await super().fetch(ref)).body, size=1)


class MixesUpFetches(Shelf):
    busy = 0

    async def fetch(self, ref: DocumentRef) -> Content:
        self.busy += 1
        await asyncio.sleep(0)
        self.busy -= 1
        return await super().fetch(ref) if not self.busy else Content(b"another one")


class SwallowsCancelAtListing(Shelf):
    async def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        async for page in super().read(partition, checkpoint, state):
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.01)
            yield page


class SwallowsCancelAtFetch(Shelf):
    async def fetch(self, ref: DocumentRef) -> Content:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0.01)
        return Content(b"")


class TakesItsTime(Shelf):
    async def fetch(self, ref: DocumentRef) -> Content:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.2)  # "cleaning up"
        return Content(b"")


class TakesItsTimeToClose(Shelf):
    async def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        try:
            async for page in super().read(partition, checkpoint, state):
                yield page
        finally:
            await asyncio.sleep(0.2)


class OffersTheSameTwice(Shelf):
    async def discover(self, parent: str | None) -> list[Node]:
        return [Node(id="one", title="One"), Node(id="one", title="")]


class LogsItsToken(Shelf):
    async def count(self) -> str:
        self.context.log.debug("asking", authorization=f"Bearer {SECRET}")
        return "ok"


class ShowsItsTokenInAStep(Shelf):
    async def count(self) -> str:
        return "GET /?token=s3cret%2Fof%2Bthe%20test"


class ShowsItsTokenInAnError(Shelf):
    async def fetch(self, ref: DocumentRef) -> Content:
        raise NotFound("Gone", where=ref.source_id, detail=f"sent {SECRET}")


class ShowsItsTokenInAPage(Shelf):
    def ref(self, source_id: str) -> DocumentRef:
        return DocumentRef(source_id=source_id, title=source_id, url=f"https://shelf.test/{source_id}?t={SECRET}")


class PlainConfig(ShelfConfig):
    password: str = Field(SECRET, title="Password")


class KeepsItsPasswordPlain(Shelf):
    Config = PlainConfig


class EchoingConfig(ShelfConfig):
    model_config = ConfigDict(hide_input_in_errors=False)


class RepeatsWhatWasTyped(Shelf):
    Config = EchoingConfig


BROKEN: list[tuple[type[Shelf], str, str]] = [
    (NamesWhatItCannot, "spec", "watch"),
    (TellsNoHost, "addresses", "no hosts"),
    (HasAFieldWithoutTitle, "schema", "nameless"),
    (ForgetsAField, "round_trip", "not the one that was stored"),
    (ChecksNothing, "bad_configs", "accepted"),
    (GivesNoRemedy, "bad_configs", "without a remedy"),
    (CrashesOnOldCheckpoints, "versions", "KeyError"),
    (HasUnnamedSteps, "steps", "not unique"),
    (FailsItsOwnTest, "steps", "failed"),
    (CoversBackwards, "pages", "begin after"),
    (LeavesGaps, "pages", "never found"),
    (NeverCoversTheEnd, "pages", "open at the end"),
    (NamesDocumentsOutside, "pages", "outside"),
    (RepeatsDocuments, "pages", "twice"),
    (KeepsNoJson, "pages", "JSON"),
    (LosesAPageOnResume, "resume", "loses"),
    (StartsOver, "resume", "again"),
    (TrustsAnyCheckpoint, "strange_checkpoint", "KeyError"),
    (EndsOnStrangeCheckpoints, "strange_checkpoint", "loses"),
    (ChangesFingerprints, "unchanged", "again"),
    (FetchesAnotherFingerprint, "unchanged", "again"),
    (CannotFetch, "fetch", "can't be fetched"),
    (LeaksKeyErrors, "fetch", "KeyError"),
    (AnnouncesAnotherSize, "fetch", "announces"),
    (MixesUpFetches, "fetch", "at once"),
    (SwallowsCancelAtListing, "cancel", "reading swallows"),
    (SwallowsCancelAtFetch, "cancel", "fetching swallows"),
    (TakesItsTime, "cancel", "goes on"),
    (TakesItsTimeToClose, "cancel", "closing the pages"),
    (OffersTheSameTwice, "discover", "twice"),
    (LogsItsToken, "secrets", "the log"),
    (ShowsItsTokenInAStep, "secrets", "the step listing"),
    (ShowsItsTokenInAnError, "secrets", "error"),
    (ShowsItsTokenInAPage, "secrets", "a page"),
    (KeepsItsPasswordPlain, "secrets", "repr(config)"),
    (RepeatsWhatWasTyped, "secrets", "the error of bad config 3"),
]


@pytest.mark.parametrize(("broken", "check", "said"), BROKEN, ids=lambda value: getattr(value, "__name__", None))
def test_the_kit_finds(broken: type[Shelf], check: str, said: str) -> None:
    found = asyncio.run(next(each for each in CHECKS if each.name == check)(case(broken)))

    assert any(said in finding.message for finding in found), found


def test_every_check_is_shown_to_find_something() -> None:
    assert {check.name for check in CHECKS} == {check for _, check, _ in BROKEN}


def test_a_finding_does_not_repeat_the_secret() -> None:
    leaky = [LogsItsToken, ShowsItsTokenInAStep, ShowsItsTokenInAPage, KeepsItsPasswordPlain]
    assert all(SECRET not in str(asyncio.run(conformance(case(each)))) for each in leaky)


def test_a_case_that_misses_documents_or_pages_is_told() -> None:
    wrong = case(Shelf, expected_documents={*SHELF, "doc99"}, pages=9)

    messages = " ".join(finding.message for finding in asyncio.run(conformance(wrong)))

    assert "doc99" in messages
    assert "4 pages" in messages
