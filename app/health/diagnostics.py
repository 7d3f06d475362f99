"""The diagnostics bundle: what a bug report needs, and nothing of what the library or the vault holds.

Nothing is redacted out of a whole: each file is built from what may be told. Of a config only the shape is told (which
settings there are, of which type, and those values that are a switch, a number or a choice); of the log only lines of
our own and what they count; of errors their code and what they say, never the detail that quotes an answer. Names of
connections, documents and people stand for themselves nowhere: a connection is `connection 1`.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.api import (
    AccountView,
    ConnectionView,
    DiagnosticsFile,
    EngineView,
    Fact,
    LibraryStats,
    LogLine,
    RunView,
    SettingsView,
    VaultView,
)
from app.health.telling import Teller, shape
from connectors.sdk import N_, CheckStep, Json

PACKAGES = (
    *("PySide6-Essentials", "qasync", "httpx", "aiohttp", "truststore", "obstore", "authlib", "keyring"),
    *("cryptography", "pydantic", "msgspec", "apsw", "platformdirs", "uvloop", "lxml", "selectolax", "feedparser"),
)
TELLING = frozenset({"scheme", "text_size", "reduced_motion", "language", "at_login", "hidden", "keep_running"}) | {
    "notifications",
    "proxy",
    "connect_timeout",
    "read_timeout",
    "attempts",
    "max_connections",
}
"""Settings whose values tell nothing of a person or a network."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What the bundle is made of, as the engine has it."""

    engine: EngineView
    settings: SettingsView
    vault: VaultView
    connections: Sequence[ConnectionView]
    schemas: Mapping[str, Mapping[str, Json]]
    accounts: Sequence[AccountView]
    runs: Sequence[RunView]
    facts: Sequence[Fact]
    log: Sequence[LogLine]
    stats: LibraryStats
    checks: Sequence[CheckStep]
    names: Sequence[str] = field(default=(), repr=False)
    """What a text of ours may name without quoting it: connections, people, titles of items that failed."""
    redact: Callable[[str], str] = field(repr=False)


def diagnostics(material: Material) -> list[DiagnosticsFile]:
    """The files of the bundle, in the order in which one reads them."""
    names = {each.id: f"connection {number}" for number, each in enumerate(material.connections, 1)}
    tell = Teller([*names_of(material), *material.names], material.redact)
    parts: list[tuple[str, str, object]] = [
        ("versions.json", "Versions of the app, its libraries and the system.", versions(material.engine)),
        ("state.json", "The engine, the vault and the library in numbers.", _state(material)),
        ("checks.json", "What was checked just now, and how it went.", _checks(material, tell)),
        ("settings.json", "The settings, without addresses, names, paths and secrets.", _settings(material.settings)),
        ("connections.json", "The shape of each connection: no names, addresses or secrets.", _shapes(material, names)),
        (
            "accounts.json",
            "The state of each sign-in, without who it is.",
            [_account(one) for one in material.accounts],
        ),
        ("runs.json", "The last runs in numbers.", [_run(one, names, tell) for one in material.runs]),
        ("facts.jsonl", "What happened last.", [_fact(one, names) for one in material.facts]),
        (
            "log.jsonl",
            "The last lines of the log, without what they quote.",
            [_line(one, names, tell) for one in material.log],
        ),
    ]
    return [
        DiagnosticsFile(name=name, about=about, text=material.redact(_text(name, value)))
        for name, about, value in parts
    ]


def names_of(material: Material) -> list[str]:
    """What connections and accounts are called."""
    people = [name for one in material.accounts for name in (one.name, one.person, one.email, one.subject)]
    return [*(one.name for one in material.connections), *people]


def write_bundle(files: Iterable[DiagnosticsFile], path: Path) -> None:
    """Save exactly these files as a zip. Raises OSError; an unfinished one is not left behind."""
    part = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle:
            for each in files:
                bundle.writestr(each.name, each.text)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def profile_checks(profile: Path) -> list[CheckStep]:
    """What can be looked at without asking anybody: the folder and the room that is left. Blocks."""
    writable = os.access(profile, os.W_OK | os.X_OK)
    free = shutil.disk_usage(profile).free
    return [
        CheckStep(
            name="profile",
            title="Profile folder",
            state="ok" if writable else "failed",
            message=N_("writable") if writable else "not writable",
        ),
        CheckStep(
            name="space",
            title="Free space",
            state="ok" if free > 1_000_000_000 else "warning",
            message=f"{free // 1_000_000:,} MB",
        ),
    ]


def versions(engine: EngineView) -> dict[str, Json]:
    """Of what runs here."""
    return {
        "headwater": engine.version,
        "python": platform.python_version(),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "packages": {name: _version(name) for name in PACKAGES},
        "environment": sorted(name for name in os.environ if name.startswith(("HEADWATER_", "QT_"))),
    }


def _state(material: Material) -> dict[str, Json]:
    engine, vault, stats = material.engine, material.vault, material.stats
    return {
        "started_at": engine.started_at,
        "active_runs": engine.active_runs,
        "queued_runs": engine.queued_runs,
        "last_fact": engine.last_fact,
        "vault": {
            "state": vault.state,
            "keeper": vault.keeper,
            "secrets": vault.secrets,
            "accounts": vault.accounts,
            "missing": vault.missing,
            "problem": vault.problem.code if vault.problem is not None else "",
        },
        "library": {name: getattr(stats, name) for name in stats.__struct_fields__},
    }


def _checks(material: Material, tell: Teller) -> list[Json]:
    return [
        {
            "name": step.name,
            "state": step.state,
            "ms": step.ms,
            "message": tell(step.message),
        }
        for step in material.checks
    ]


def _settings(view: SettingsView) -> dict[str, Json]:
    return {
        "values": {
            pointer: value if pointer.rpartition("/")[2] in TELLING else ("set" if value else "not set")
            for pointer, value in view.values.items()
        },
        "changed": list(view.changed),
        "secrets": sorted(view.secrets),
        "fixed": dict(view.fixed),
        "notices": len(view.notices),
    }


def _shapes(material: Material, names: Mapping[str, str]) -> list[Json]:
    return [
        {
            "name": names[one.id],
            "type": one.type,
            "state": one.state,
            "enabled": one.enabled,
            "config_version": one.config_version,
            "revision": one.revision,
            "epoch": one.epoch,
            "config": shape(one.config, material.schemas.get(one.type, {})),
            "secrets": sorted(one.secrets),
        }
        for one in material.connections
    ]


def _account(account: AccountView) -> dict[str, Json]:
    return {
        "provider": account.provider,
        "state": account.state,
        "scopes": len(account.scopes),
        "signed_in_at": account.signed_in_at,
        "renewed_at": account.renewed_at,
        "expires_at": account.expires_at,
        "can_renew": account.can_renew,
    }


def _run(run: RunView, names: Mapping[str, str], tell: Teller) -> dict[str, Json]:
    counts = run.counts
    return {
        "connection": names.get(run.connection_id, "a removed one"),
        "state": run.state,
        "mode": run.mode,
        "queued_at": run.queued_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "counts": {name: getattr(counts, name) for name in counts.__struct_fields__},
        "error": {"code": run.error.code, "what": tell(run.error.what)} if run.error is not None else None,
    }


def _fact(fact: Fact, names: Mapping[str, str]) -> dict[str, Json]:
    numbers = {name: value for name, value in fact.data.items() if isinstance(value, bool | int | float)}
    return {
        "seq": fact.seq,
        "at": fact.at,
        "kind": fact.kind,
        "connection": names.get(fact.connection_id, "a removed one") if fact.connection_id else None,
        "data": numbers,
    }


def _line(line: LogLine, names: Mapping[str, str], tell: Teller) -> dict[str, Json]:
    return {
        "at": line.at,
        "level": line.level,
        "connection": names.get(line.connection_id, "a removed one") if line.connection_id else None,
        "message": tell(line.message),
        "numbers": {name: value for name, value in line.fields.items() if isinstance(value, bool | int | float)},
        "fields": sorted(name for name, value in line.fields.items() if not isinstance(value, bool | int | float)),
    }


def _text(name: str, value: object) -> str:
    if name.endswith(".jsonl") and isinstance(value, list):
        return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in value)
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
