"""The shape of every `--json` answer. Scripts build on these: a field may be added, never renamed or removed.

A document has `schema_version` and `kind`, a line of a stream `schema_version` and `event`. What they carry are the
engine's own views (`app.api`). The JSON Schemas in tests/cli/schemas are made from this file and guard it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from app import api
from connectors.sdk import CheckStep, ErrorInfo, Json

SCHEMA_VERSION: Literal[1] = 1


class Document(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """An answer of one document."""

    schema_version: Literal[1] = SCHEMA_VERSION


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """A line of an answer that streams."""

    schema_version: Literal[1] = SCHEMA_VERSION


# --- connectors ------------------------------------------------------------------------------------------------------


class ConnectorList(Document, frozen=True, kw_only=True, tag="connector_list"):
    connectors: list[api.ConnectorView]


class Connector(Document, frozen=True, kw_only=True, tag="connector"):
    connector: api.ConnectorView


class ConnectorSchema(Document, frozen=True, kw_only=True, tag="connector_schema"):
    """`schema` is JSON Schema, 2020-12."""

    type: str
    schema: dict[str, Json]


# --- connection ------------------------------------------------------------------------------------------------------


class ConnectionList(Document, frozen=True, kw_only=True, tag="connection_list"):
    connections: list[api.ConnectionView]


class Connection(Document, frozen=True, kw_only=True, tag="connection"):
    """`did` says what the verb did: shown, added, changed, duplicated, removed, restored."""

    did: Literal["shown", "added", "changed", "duplicated", "removed", "restored"]
    connection: api.ConnectionView


class ConnectionPurged(Document, frozen=True, kw_only=True, tag="connection_purged"):
    id: str
    name: str


class Preview(Document, frozen=True, kw_only=True, tag="edit_preview"):
    """What `connection edit` would do."""

    connection: str
    preview: api.EditPreview


class HeldBack(Document, frozen=True, kw_only=True, tag="held_back"):
    """Deletions that wait for a decision, or were decided."""

    connection: str
    documents: int
    decision: Literal["waiting", "applied", "kept"]


class Imported(Document, frozen=True, kw_only=True, tag="import"):
    result: api.ImportResult


class Exported(Document, frozen=True, kw_only=True, tag="export"):
    """The export was written to `file`; the file itself is of kind "connections"."""

    file: str
    connections: int


class Step(Event, frozen=True, kw_only=True, tag="step"):
    """A step of a connection test: first as "running", then with its result."""

    step: CheckStep


class TestFinished(Event, frozen=True, kw_only=True, tag="test_finished"):
    connection: str
    ok: bool
    failed: list[str]


# --- account ---------------------------------------------------------------------------------------------------------


class Authorize(Event, frozen=True, kw_only=True, tag="authorize"):
    """Open `url` in a browser; with `user_code` it is entered there. `sign_in` names the attempt."""

    url: str
    redirect_uri: str
    user_code: str = ""
    expires_in: float
    sign_in: str


class SignedIn(Event, frozen=True, kw_only=True, tag="account"):
    """The account, at the end of a sign-in."""

    id: str
    name: str
    provider: str
    issuer: str
    subject: str
    person: str
    email: str
    scopes: list[str]
    expires_at: float | None


class AccountList(Document, frozen=True, kw_only=True, tag="account_list"):
    accounts: list[api.AccountView]


class Account(Document, frozen=True, kw_only=True, tag="account"):
    """`did` says what the verb did: added, shown, refreshed."""

    did: Literal["added", "shown", "refreshed"]
    account: api.AccountView


class UserInfo(Document, frozen=True, kw_only=True, tag="userinfo"):
    account: str
    claims: dict[str, Json]


class Vault(Document, frozen=True, kw_only=True, tag="vault"):
    """`did` says what the verb did: shown, checked, unlocked, started."""

    did: Literal["shown", "checked", "unlocked", "started"]
    vault: api.VaultView


class Rotating(Event, frozen=True, kw_only=True, tag="vault_rotating"):
    rotation: api.VaultRotation


class Rotated(Event, frozen=True, kw_only=True, tag="vault_rotated"):
    """The last line of `vault rotate`: everything is under the new key."""

    rotation: api.VaultRotation


class SignedOut(Document, frozen=True, kw_only=True, tag="signed_out"):
    """`revoked`: the provider confirmed it; it is forgotten here in any case."""

    account: str
    revoked: bool


class ProviderList(Document, frozen=True, kw_only=True, tag="provider_list"):
    providers: list[api.ProviderView]


# --- sync and runs ---------------------------------------------------------------------------------------------------


class RunStarted(Event, frozen=True, kw_only=True, tag="run_started"):
    """`joined`: the run was active already and goes on when this command is interrupted."""

    run: api.RunView
    joined: bool


class RunWaiting(Event, frozen=True, kw_only=True, tag="run_waiting"):
    """`run.reason` says for what, `run.until` until when."""

    run: api.RunView


class Progress(Event, frozen=True, kw_only=True, tag="progress"):
    connection: str
    gauge: api.Gauge


class ItemFailed(Event, frozen=True, kw_only=True, tag="item_failed"):
    """`item.kind` tells a failure from a skipped item and a warning."""

    connection: str
    item: api.ItemView


class RunFinished(Event, frozen=True, kw_only=True, tag="run_finished"):
    run: api.RunView


class RunList(Document, frozen=True, kw_only=True, tag="run_list"):
    runs: list[api.RunView]


class RunChanged(Document, frozen=True, kw_only=True, tag="run_changed"):
    """`did` says what the verb did. A run to be paused may have come to its end instead: `run.state` tells."""

    did: Literal["paused", "resumed", "cancelled"]
    run: api.RunView


class Run(Document, frozen=True, kw_only=True, tag="run"):
    run: api.RunView
    items: list[api.ItemView]


# --- library ---------------------------------------------------------------------------------------------------------


class DocumentList(Document, frozen=True, kw_only=True, tag="document_list"):
    """`total` counts all that match, beyond the limit."""

    documents: list[api.DocumentView]
    total: int


class Search(Document, frozen=True, kw_only=True, tag="search"):
    """In a hit's snippet, matches stand between U+0002 and U+0003."""

    query: api.SearchQuery
    result: api.SearchPage


class LibraryDocument(Document, frozen=True, kw_only=True, tag="document"):
    """`text` only where it was asked for."""

    document: api.DocumentView
    text: api.DocumentText | None = None


class WhyDocument(Document, frozen=True, kw_only=True, tag="why"):
    why: api.Why


class Bin(Document, frozen=True, kw_only=True, tag="bin"):
    """Removed connections, which `connection restore` brings back, and documents that are gone at their source."""

    connections: list[api.ConnectionView]
    documents: list[api.DocumentView]
    total: int


class ExportProgress(Event, frozen=True, kw_only=True, tag="export_progress"):
    report: api.ExportReport


class ExportFinished(Event, frozen=True, kw_only=True, tag="export_finished"):
    report: api.ExportReport


class VerifyProgress(Event, frozen=True, kw_only=True, tag="verify_progress"):
    report: api.VerifyReport


class VerifyFinished(Event, frozen=True, kw_only=True, tag="verify_finished"):
    report: api.VerifyReport


# --- settings --------------------------------------------------------------------------------------------------------


class SettingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A setting. A secret's `value` is where it is, in words. `fixed_by` names the environment variable over it."""

    name: str
    title: str
    value: Json
    default: Json
    choices: list[Json]
    changed: bool
    secret: bool
    fixed_by: str
    help: str


class SettingList(Document, frozen=True, kw_only=True, tag="setting_list"):
    """`notices` say what was wrong with the settings' file."""

    settings: list[SettingRow]
    notices: list[str] = []


class Setting(Document, frozen=True, kw_only=True, tag="setting"):
    did: Literal["shown", "changed"]
    setting: SettingRow


class Diagnostics(Document, frozen=True, kw_only=True, tag="diagnostics"):
    """The bundle's files, whole; `saved` is where they were saved."""

    saved: str
    files: list[api.DiagnosticsFile]


# --- errors ----------------------------------------------------------------------------------------------------------


class Error(Document, frozen=True, kw_only=True, tag="error"):
    """The work failed, or the usage was wrong (code "wrong_usage")."""

    error: ErrorInfo


class ErrorEvent(Event, frozen=True, kw_only=True, tag="error"):
    """The same where lines were already written; `code`, `message` and `remedy` are the error's own."""

    error: ErrorInfo
    code: str = ""
    message: str = ""
    remedy: str = ""


def all_shapes() -> list[type[Document] | type[Event]]:
    """Every shape, in the order of this file."""
    return [*Document.__subclasses__(), *Event.__subclasses__()]
