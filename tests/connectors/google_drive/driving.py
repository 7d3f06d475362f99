"""How the tests drive the source: by a service account on a fake, one pass or connection test at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from app.network import NetworkSettings
from connectors.sdk import CheckStep, Clock, Content, Upsert
from connectors.sdk.testing import Catalog, collect
from connectors.sources.google_drive import GoogleDriveSource
from tests.connectors.google_drive.fake import FakeDrive
from tests.support.context import RecordingLog, connected
from tests.support.planted import plant

ONCE = NetworkSettings(proxy="none", attempts=1, longest_wait=0)
PATIENT = NetworkSettings(proxy="none")
TWICE = NetworkSettings(proxy="none", attempts=2, longest_wait=0)


@cache
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def service_account_key(address: str) -> str:
    plant(private_key=private_key().splitlines()[5])
    return json.dumps(
        {
            "type": "service_account",
            "client_email": "sync@project.iam.gserviceaccount.com",
            "private_key_id": "k1",
            "private_key": private_key(),
            "token_uri": f"{address}/token",
        }
    )


def use(
    fake: FakeDrive,
    job: Callable[[GoogleDriveSource], Awaitable[Any]],
    *,
    settings: NetworkSettings = ONCE,
    log: RecordingLog | None = None,
    clock: Clock | None = None,
    **config: Any,
) -> Any:
    """Runs `job` with a source connected to this Drive by a service account."""

    async def run() -> Any:
        async with fake.serving():
            subject = config.pop("subject", "")
            document = {
                "auth": {"method": "service_account", "subject": subject},
                "endpoint_url": fake.address,
                **config,
            }
            secrets = {"/auth/service_account_key": service_account_key(fake.address)}
            async with connected(
                GoogleDriveSource, document, secrets=secrets, settings=settings, log=log, clock=clock
            ) as source:
                return await job(source)

    return asyncio.run(run())


def sync(fake: FakeDrive, catalog: Catalog | None = None, *, fetch: bool = True, **config: Any) -> Catalog:
    """One pass over the account's own part, or with `part` over a shared drive."""
    part = config.pop("part", "")

    async def job(source: GoogleDriveSource) -> Catalog:
        partition = next(each for each in await source.partitions() if each.id == part)
        before = None if catalog is None else catalog.copy()
        return await collect(source, catalog=before, partition=partition, fetch=fetch)

    found: Catalog = use(fake, job, **config)
    return found


def check(fake: FakeDrive, **config: Any) -> dict[str, CheckStep]:
    async def job(source: GoogleDriveSource) -> dict[str, CheckStep]:
        return {step.name: step async for step in source.check() if step.state != "running"}

    steps: dict[str, CheckStep] = use(fake, job, **config)
    return steps


def upserts(catalog: Catalog) -> dict[str, Upsert]:
    return {
        change.ref.source_id: change for page in catalog.pages for change in page.changes if isinstance(change, Upsert)
    }


def paths(catalog: Catalog) -> set[str]:
    return {upsert.ref.path for upsert in upserts(catalog).values()}


async def body_of(content: Content) -> bytes:
    return content.body if isinstance(content.body, bytes) else b"".join([chunk async for chunk in content.body])


def asked(fake: FakeDrive, method: str) -> int:
    return sum(name == f"drive.{method}" for name, _ in fake.asked)
