"""What the fake engine knows to begin with: source types, schemas, the steps of a test, a handful of connections."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

import msgspec

from app.api import (
    ApiBudget,
    ConnectionState,
    ConnectionView,
    ConnectorView,
    DocumentView,
    ItemView,
    RunCounts,
    RunState,
    Schedule,
)
from connectors.sdk import CheckStep, ErrorInfo, Json

if TYPE_CHECKING:
    from tests.widgets.fake_engine import FakeEngine

replace = msgspec.structs.replace

S3_SCHEMA: dict[str, Json] = {
    "type": "object",
    "title": "S3",
    "required": ["bucket", "access_key_id", "secret_access_key"],
    "properties": {
        "bucket": {"type": "string", "title": "Bucket", "description": "The bucket's name.", "x-effect": "scope"},
        "endpoint": {
            "type": "string",
            "title": "Endpoint",
            "description": "Leave empty for Amazon.",
            "examples": ["https://s3.eu-central-1.amazonaws.com"],
            "x-effect": "scope",
        },
        "access_key_id": {"type": "string", "title": "Access key ID", "x-effect": "tuning"},
        "secret_access_key": {
            "type": "string",
            "title": "Secret access key",
            "format": "password",
            "writeOnly": True,
            "x-effect": "tuning",
        },
        "prefixes": {
            "type": "array",
            "title": "Folders",
            "description": "Only what lies below these. Empty: the whole bucket.",
            "items": {"type": "string"},
            "default": [],
            "x-tree": True,
            "x-effect": "scope",
        },
        "parallel": {
            "type": "integer",
            "title": "Requests at once",
            "default": 16,
            "minimum": 1,
            "maximum": 64,
            "x-advanced": True,
            "x-effect": "tuning",
        },
    },
}

FOLDER_SCHEMA: dict[str, Json] = {
    "type": "object",
    "title": "Folder",
    "required": ["path"],
    "properties": {
        "path": {"type": "string", "title": "Folder", "x-path": {"kind": "folder"}, "x-effect": "scope"},
        "watch": {"type": "boolean", "title": "Watch for changes", "default": True, "x-effect": "tuning"},
    },
}

CONNECTORS = [
    ConnectorView(
        type="folder",
        title="Folder",
        summary="Files on this computer or on a mounted drive",
        group="Files",
        icon="folder",
        auth=["none"],
        capabilities=["incremental", "deletions", "watch"],
        keywords=["local", "directory", "nas"],
        configured=1,
    ),
    ConnectorView(
        type="webdav",
        title="WebDAV",
        summary="Nextcloud, ownCloud and other WebDAV servers",
        group="Files",
        icon="webdav",
        auth=["basic", "digest", "bearer"],
        capabilities=["deletions", "discover"],
        keywords=["nextcloud", "owncloud"],
    ),
    ConnectorView(
        type="s3",
        title="S3",
        summary="Amazon S3 and everything that speaks its dialect",
        group="Object storage",
        icon="s3",
        auth=["aws_sigv4"],
        capabilities=["incremental", "deletions", "discover"],
        keywords=["aws", "minio", "bucket"],
        configured=1,
    ),
    ConnectorView(
        type="r2",
        title="Cloudflare R2",
        summary="Buckets on R2, with jurisdictions",
        group="Object storage",
        icon="r2",
        auth=["aws_sigv4"],
        capabilities=["deletions", "discover"],
    ),
    ConnectorView(
        type="google_cloud_storage",
        title="Google Cloud Storage",
        summary="Buckets by service account or HMAC key",
        group="Object storage",
        icon="gcs",
        auth=["google_service_account", "aws_sigv4"],
        capabilities=["deletions", "discover"],
    ),
    ConnectorView(
        type="oci_storage",
        title="Oracle Cloud Storage",
        summary="Buckets by namespace and region",
        group="Object storage",
        icon="oracle",
        auth=["aws_sigv4"],
        capabilities=["deletions", "discover"],
    ),
    ConnectorView(
        type="rest_api",
        title="REST API",
        summary="Any JSON API with a list of records",
        group="Web",
        icon="rest",
        auth=["none", "bearer", "basic", "header", "oauth2_client_credentials"],
        keywords=["json", "http"],
        configured=1,
    ),
    ConnectorView(
        type="rss",
        title="RSS or Atom feed",
        summary="News, blogs and release notes",
        group="Web",
        icon="rss",
        auth=["none"],
        keywords=["atom", "news"],
        configured=1,
    ),
    ConnectorView(
        type="gopher",
        title="gopher",
        problem="It can't be loaded: ModuleNotFoundError: No module named 'gopherlib'",
    ),
]

OK_STEPS = [
    CheckStep(name="dns", title="Find the server", state="ok", ms=3.1, message="192.0.2.7"),
    CheckStep(name="tcp", title="Reach the server", state="ok", ms=0.8, message="Connected to 192.0.2.7 port 443"),
    CheckStep(name="tls", title="Check the certificate", state="skipped"),
    CheckStep(name="auth", title="Sign in and open the bucket", state="ok", ms=21.4),
    CheckStep(name="list", title="List objects", state="ok", ms=34.0, message="At least 1,000 documents"),
]
NO_BUCKET = ErrorInfo(
    category="config",
    code="no_bucket",
    what="There is no bucket “invoices-2025”",
    where="gs://invoices-2025",
    remedy="Check the spelling, and that account, region (at R2: jurisdiction) and endpoint are those of the bucket.",
    detail="404 NoSuchBucket",
    pointer="/bucket",
)
AUTH_ERROR = ErrorInfo(
    category="auth",
    code="auth_failed",
    what="The server does not know the access key",
    where="https://s3.eu-central-1.amazonaws.com/contracts",
    remedy="Check the access key ID, that the key is active, and that it belongs to this server.",
    detail="<Error><Code>InvalidAccessKeyId</Code><RequestId>17F0A3</RequestId></Error>",
    pointer="/access_key_id",
)
FAILED_STEPS = [
    *OK_STEPS[:3],
    CheckStep(
        name="auth",
        title="Sign in and open the bucket",
        state="failed",
        ms=18.0,
        message=AUTH_ERROR.sentence(),
        remedy=AUTH_ERROR.remedy,
        error=AUTH_ERROR,
    ),
    CheckStep(name="list", title="List objects", state="skipped"),
]
DENIED = ErrorInfo(
    category="permission",
    code="permission_denied",
    what="The credential may not read this object",
    where="s3://contracts/2024/board/minutes.pdf",
    remedy="Ask the bucket's owner for the right to list the bucket and to read its objects "
    "(at Amazon: s3:ListBucket and s3:GetObject).",
    detail="AccessDenied",
)


def furnish(engine: FakeEngine) -> None:
    """A handful of connections, one in every state, with a history."""
    make, now = engine.make_connection, engine.now
    every_hour = Schedule(every=3600)
    handbook = make(
        "Handbook",
        "webdav",
        "sign_in_again",
        "The server does not accept the credential",
        documents=1204,
        bytes=38_000_000,
        last_ok_at=now - 2 * 86400,
        schedule=every_hour,
    )
    contracts = make(
        "Contracts",
        "s3",
        "running",
        "Syncing",
        documents=4120,
        bytes=210_000_000,
        last_ok_at=now - 3600,
        schedule=every_hour,
        failed_items=2,
    )
    make(
        "Support tickets",
        "rest_api",
        "waiting",
        "Waiting for the rate limit until 14:05",
        budget=ApiBudget(host="support.example.com", limit=700, remaining=12, resets_at=now + 240),
        documents=8210,
        bytes=44_000_000,
        last_ok_at=now - 7200,
        schedule=every_hour,
    )
    make(
        "Company drive",
        "folder",
        "up_to_date",
        "Up to date",
        documents=642,
        bytes=120_000_000,
        last_ok_at=now - 360,
        schedule=Schedule(every=None, watch=True),
    )
    make("Release notes", "rss", "up_to_date", "Up to date", documents=86, bytes=1_200_000, last_ok_at=now - 900)
    make(
        "Archive",
        "r2",
        "held_back",
        "412 deletions are held back",
        documents=9800,
        held_back=412,
        bytes=3_100_000_000,
        last_ok_at=now - 86400,
    )
    make(
        "Invoices",
        "google_cloud_storage",
        "needs_attention",
        "There is no bucket “invoices-2025”",
        documents=0,
        last_ok_at=None,
    )
    make("Old intranet", "webdav", "disabled", "Disabled", documents=320, bytes=9_000_000, enabled=False)
    make("Press", "rss", "new", "Not synced yet")
    for connection in list(engine._connections.values()):
        if connection.last_ok_at is not None and connection not in (handbook, contracts):
            run = engine.make_run(
                connection,
                "held_back" if connection.held_back else "done",
                now - connection.last_ok_at + 6,
                6,
                counts=RunCounts(documents=connection.documents, new=4, changed=2),
                summary="4 new, 2 changed",
            )
            engine.put(replace(connection, last_run=run))
    for number in range(29):
        state: RunState = "failed" if number in (4, 17) else "done_with_failures" if number % 9 == 3 else "done"
        engine.make_run(
            contracts,
            state,
            (number + 1) * 3600,
            8 + (number * 37) % 23,
            trigger="schedule",
            counts=RunCounts(
                documents=9800,
                new=(number * 7) % 40,
                changed=(number * 5) % 30,
                deleted=number % 3,
                failed=3 * (number % 9 == 3),
            ),
            error=AUTH_ERROR if state == "failed" else None,
            summary="Failed: the server does not know the access key" if state == "failed" else "12 new, 3 changed",
        )
    active = engine.make_run(
        contracts,
        "running",
        42,
        0,
        counts=RunCounts(documents=4120, new=118, changed=31, unchanged=3971, failed=2, bytes=48_200_000, pages=5),
        total=9800,
    )
    failed = engine.make_run(
        handbook, "failed", 2000, 3, error=AUTH_ERROR, summary="Failed: the server does not accept the credential"
    )
    invoices = next(c for c in engine._connections.values() if c.name == "Invoices")
    missing = engine.make_run(
        invoices, "failed", 1500, 1, error=NO_BUCKET, summary="There is no bucket “invoices-2025”"
    )
    engine.put(replace(invoices, last_run=missing))
    stand(engine, next(c for c in engine._connections.values() if c.name == "Support tickets"), run="waiting")
    first = next(run for run in engine._runs.values() if run.connection_id == contracts.id)
    engine.put(replace(contracts, active_run=active, last_run=first))
    engine.put(replace(handbook, last_run=failed))
    engine._items[active.id] = [
        ItemView(
            run_id=active.id,
            source_id="2024/board/minutes.pdf",
            title="minutes.pdf",
            kind="failed",
            error=DENIED,
            at=now - 30,
            since=now - 3 * 86400,
        ),
        ItemView(
            run_id=active.id,
            source_id="2024/legal/nda-final.docx",
            title="nda-final.docx",
            kind="failed",
            error=ErrorInfo(
                category="permanent",
                code="not_found",
                what="It vanished between listing and fetching",
                where="s3://contracts/2024/legal/nda-final.docx",
                remedy="Nothing to do: the next sync finds it again, or that it is gone.",
            ),
            at=now - 20,
            since=now - 20,
        ),
        ItemView(
            run_id=active.id,
            source_id="video/all-hands.mp4",
            title="all-hands.mp4",
            kind="skipped",
            error=ErrorInfo(
                category="permanent",
                code="too_large",
                what="It is larger than the limit of 104,857,600 bytes",
                where="s3://contracts/video/all-hands.mp4",
                remedy="Raise “Largest file” in the connection's filters to include it.",
            ),
            at=now - 12,
        ),
    ]
    for connection in list(engine._connections.values()):
        documents = _documents(connection.id, connection.name, min(connection.documents, 640), now)
        engine._documents[connection.id] = list(documents)
    engine.held = engine._documents["c6"][:412]


TITLES = (
    "Onboarding",
    "Expenses",
    "Holidays",
    "Security",
    "Travel",
    "Laptop policy",
    "Remote work",
    "Code of conduct",
)


@lru_cache(maxsize=64)
def _documents(id: str, name: str, count: int, now: float) -> tuple[DocumentView, ...]:
    """A connection's documents, made once for all who look at the same moment."""
    return tuple(
        DocumentView(
            id=f"{id}-{number}",
            connection=name,
            connection_id=id,
            source_id=f"docs/{number}.md",
            title=f"{TITLES[number % len(TITLES)]} {number // len(TITLES) + 1}",
            path=f"handbook/{TITLES[number % len(TITLES)].lower().replace(' ', '-')}/{number}.md",
            url=None,
            media_type=("text/markdown", "application/pdf", "text/html")[number % 3],
            size=1800 + number * 977 % 60_000,
            sha256="0" * 64,
            fingerprint=f"etag-{number}",
            owner=None,
            created_at=now - number * 86400,
            updated_at=now - number * 40_000,
            stored_at=now - 3600,
            deleted_at=None,
            indexed=True,
        )
        for number in range(count)
    )


def stand(engine: FakeEngine, connection: ConnectionView, run: str) -> None:
    """Put a connection and its run into a state: queued, running, pausing, waiting, paused, or "" for no run."""
    last = connection.last_run
    if not run:
        worst = replace(last, state="done_with_failures") if last is not None else None
        state: ConnectionState = "needs_attention" if connection.failed_items else "up_to_date"
        engine.put(replace(connection, state=state, sentence="", active_run=None, last_run=worst))
        return
    active = connection.active_run or engine.make_run(
        connection, "running", 60, 0, counts=RunCounts(documents=412, new=3), total=connection.documents
    )
    now: RunState = "running" if run == "pausing" else cast(RunState, run)
    waiting = now == "waiting"
    active = replace(
        active,
        state=now,
        pausing=run == "pausing",
        reason="The source's rate limit is used up" if waiting else "",
        until=engine.now + 48 if waiting else None,
    )
    engine.put_run(active)
    engine.put(replace(connection, state=cast(ConnectionState, now), active_run=active))
