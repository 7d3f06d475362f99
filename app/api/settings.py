"""The settings, a change of them, and the diagnostics bundle."""

from __future__ import annotations

from app.api.view import View
from connectors.sdk import Json


class SettingsView(View, frozen=True, kw_only=True):
    """All settings. `values` and what follows go by pointer, such as /network/proxy; `schemas` by section, in order.

    `changed` differ from their default. `secrets` say where a stored one is, in words. `fixed` are set by an
    environment variable, which is named. `notices` say what was wrong with the file when it was read."""

    values: dict[str, Json]
    schemas: dict[str, dict[str, Json]]
    changed: list[str] = []
    secrets: dict[str, str] = {}
    fixed: dict[str, str] = {}
    notices: list[str] = []


class SettingsEdit(View, frozen=True, kw_only=True):
    """A change of some settings, by pointer or dotted name: all of it holds, or nothing. `reset` names settings, a
    section, or "/" for all. A secret is `value:TEXT` (goes into the vault), `env:NAME`, `file:PATH` or "" (cleared)."""

    values: dict[str, Json] = {}
    reset: list[str] = []
    secrets: dict[str, str] = {}


class DiagnosticsFile(View, frozen=True, kw_only=True):
    """One file of the bundle, whole, as it would be saved. `about` says in a sentence what is in it."""

    name: str
    about: str
    text: str
