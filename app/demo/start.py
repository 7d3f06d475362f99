"""Puts the demo into an engine: starts the servers, adds the four connections if absent, starts their syncs."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.api import ConnectionDraft, ConnectionView, EngineApi, RunView
    from app.demo.servers import Addresses, DemoServers

FOLDER = "demo"
"""Below the profile: the handbook's pages, and the ports of last time."""

# Credentials of the invented company, handed to the engine the way a server would get them: by reference.
SECRET_FILE, TOKEN_FILE = "secret-access-key", "help-desk-token"

TICKET_TEMPLATE = """{{ id }}: {{ subject }}
{{ customer }}, {{ product }}{% if serial_number %} {{ serial_number }}{% endif %}, {{ status }}

{{ body }}
{% for comment in comments %}
{{ comment.author }}, {{ comment.at[:10] }}: {{ comment.body }}
{% endfor %}"""


@dataclass
class DemoHandle:
    """The running demo. Close it after the engine's runs have ended, or were cancelled."""

    servers: DemoServers
    connections: list[ConnectionView] = field(default_factory=list)
    runs: list[RunView] = field(default_factory=list)

    async def close(self) -> None:
        await asyncio.to_thread(self.servers.close)


def copy_handbook(target: Path) -> Path:
    """The handbook as a folder of the person's own: change a page there, sync again, and see it change.

    The pages get different ages, since a checkout gives all files the same one."""
    from app.demo.servers import SAMPLES

    if not target.is_dir():
        shutil.copytree(SAMPLES / "handbook", target)
        for page in target.rglob("*.md"):
            age = zlib.crc32(page.name.encode()) % (300 * 24 * 3600)
            at = datetime(2026, 11, 1, tzinfo=UTC).timestamp() - age
            os.utime(page, (at, at))
    return target


def drafts(addresses: Addresses, folder: Path) -> list[ConnectionDraft]:
    """The four connections of the demo; `folder` is its own below the profile."""
    from app.api import ConnectionDraft
    from app.demo.servers import ACCESS_KEY_ID, BUCKET

    return [
        ConnectionDraft(type="folder", name="Handbook", config={"path": str(folder / "handbook")}),
        ConnectionDraft(
            type="s3",
            name="Mail archive",
            config={
                "bucket_name": BUCKET,
                "endpoint_url": addresses.bucket,
                "auth": {"method": "access_key", "aws_access_key_id": ACCESS_KEY_ID},
            },
            secrets={"/auth/aws_secret_access_key": f"file:{folder / SECRET_FILE}"},
        ),
        ConnectionDraft(
            type="rest_api",
            name="Support tickets",
            config={
                "url": f"{addresses.tickets}/api/tickets",
                "auth": {"method": "bearer"},
                "items_path": "tickets",
                "title_field": "subject",
                "content_template": TICKET_TEMPLATE,
                "metadata_fields": ["status", "priority", "customer", "product", "assignee"],
                "url_field": "url",
                "timestamp_field": "updated_at",
                "pagination": {
                    "method": "cursor",
                    "next_cursor_path": "next_cursor",
                    "limit_param": "limit",
                    "limit": 10,
                },
            },
            secrets={"/auth/token": f"file:{folder / TOKEN_FILE}"},
        ),
        ConnectionDraft(
            type="rss", name="News", config={"feed_url": f"{addresses.news}/feed.xml", "full_article": True}
        ),
    ]


async def ensure_connections(client: EngineApi, wanted: list[ConnectionDraft]) -> list[ConnectionView]:
    """The demo's connections: added, or, where they are there from last time, told the addresses of today."""
    from app.api import ConnectionEdit

    known = {connection.name: connection for connection in await client.connections()}
    found = []
    for draft in wanted:
        there = known.get(draft.name)
        if there is None:
            found.append(await client.add_connection(draft))
        elif moved := {
            f"/{name}": draft.config[name]
            for name in ("endpoint_url", "url", "feed_url", "path")
            if name in draft.config and there.config.get(name) != draft.config[name]
        }:
            found.append(await client.edit_connection(there.id, ConnectionEdit(set=moved)))
        else:
            found.append(there)
    return found


async def open_sources(client: EngineApi) -> DemoHandle:
    """Servers and connections, nothing synced yet."""
    from app.demo.servers import SECRET_ACCESS_KEY, TOKEN, DemoServers

    folder = Path((await client.engine()).profile) / FOLDER
    servers = DemoServers(ports=_ports(folder / "ports.json"))
    try:
        addresses = await asyncio.to_thread(servers.start)
        await asyncio.to_thread(copy_handbook, folder / "handbook")
        for name, text in (
            ("ports.json", json.dumps(addresses.ports()) + "\n"),
            (SECRET_FILE, SECRET_ACCESS_KEY),
            (TOKEN_FILE, TOKEN),
        ):
            (folder / name).touch(mode=0o600)
            (folder / name).write_text(text, encoding="utf-8")
        connections = await ensure_connections(client, drafts(addresses, folder))
    except BaseException:
        await asyncio.to_thread(servers.close)
        raise
    return DemoHandle(servers, connections)


async def start_demo(client: EngineApi) -> DemoHandle:
    """The whole of it on an engine that is open: used by the window. The runs go on; close the handle at the end."""
    handle = await open_sources(client)
    for connection in handle.connections:
        handle.runs.append(await client.start_sync(connection.id, trigger="first"))
    return handle


def _ports(file: Path) -> dict[str, int]:
    """The ports of last time, so that the connections' addresses stay as they are."""
    try:
        ports = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: port for name, port in ports.items() if isinstance(port, int)} if isinstance(ports, dict) else {}
