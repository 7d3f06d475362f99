"""What the window, the CLI and another process may ask of the engine, and the shapes that cross over.

`EngineApi` (engine.py) declares every command once. Everything here is serialisable.
"""

from app.api.accounts import AccountRequest, AccountView, ProviderView, SignedOut, SignInRequest, SignInStep
from app.api.connections import (
    ApiBudget,
    CheckTarget,
    ConnectionDraft,
    ConnectionEdit,
    ConnectionState,
    ConnectionView,
    ConnectorView,
    EditPreview,
    ImportResult,
    Schedule,
)
from app.api.engine import EngineApi
from app.api.events import EngineView, Event, Fact, Gauge, LogFilter, LogLine
from app.api.library import (
    DocumentFilter,
    DocumentPage,
    DocumentText,
    DocumentView,
    ExportReport,
    Hit,
    LibraryStats,
    SearchPage,
    SearchQuery,
    VerifyReport,
    Why,
)
from app.api.runs import FINISHED, ItemView, RunCounts, RunState, RunView, SyncMode
from app.api.settings import DiagnosticsFile, SettingsEdit, SettingsView
from app.api.vault import VAULT_TROUBLE, WAITS_FOR_A_PERSON, VaultKeeper, VaultRotation, VaultState, VaultView
from app.api.view import View

__all__ = [
    "FINISHED",
    "VAULT_TROUBLE",
    "WAITS_FOR_A_PERSON",
    "AccountRequest",
    "AccountView",
    "ApiBudget",
    "CheckTarget",
    "ConnectionDraft",
    "ConnectionEdit",
    "ConnectionState",
    "ConnectionView",
    "ConnectorView",
    "DiagnosticsFile",
    "DocumentFilter",
    "DocumentPage",
    "DocumentText",
    "DocumentView",
    "EditPreview",
    "EngineApi",
    "EngineView",
    "Event",
    "ExportReport",
    "Fact",
    "Gauge",
    "Hit",
    "ImportResult",
    "ItemView",
    "LibraryStats",
    "LogFilter",
    "LogLine",
    "ProviderView",
    "RunCounts",
    "RunState",
    "RunView",
    "Schedule",
    "SearchPage",
    "SearchQuery",
    "SettingsEdit",
    "SettingsView",
    "SignInRequest",
    "SignInStep",
    "SignedOut",
    "SyncMode",
    "VaultKeeper",
    "VaultRotation",
    "VaultState",
    "VaultView",
    "VerifyReport",
    "View",
    "Why",
]
