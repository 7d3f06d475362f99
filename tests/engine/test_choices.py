"""Live choices for a form that is not filled in yet."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from app import api
from app.accounts import SessionVault
from app.engine.engine import Engine
from tests.support.s3 import KEY_ID, SECRET, FakeS3, served


def test_buckets_and_prefixes_are_offered_while_the_form_is_filled_in(profile: Path) -> None:
    fake = FakeS3(bucket="handbook")
    fake.put("hr/leave.md", "it/vpn.md")

    async def main() -> None:
        async with served(fake):
            config: dict[str, Any] = {
                "bucket_name": "",
                "endpoint_url": fake.url,
                "auth": {"method": "access_key", "aws_access_key_id": KEY_ID},
            }
            engine = await Engine.open(profile, vault=SessionVault())
            try:
                assert [choice.value for choice in await engine.options(target(config), "buckets")] == ["handbook"]
                config["bucket_name"] = "handbook"
                assert [node.value for node in await engine.discover(target(config), None)] == ["hr/", "it/"]
            finally:
                await engine.close()

    asyncio.run(main())


def target(config: dict[str, Any]) -> api.CheckTarget:
    secrets = {"aws_secret_access_key": f"value:{SECRET}"}
    return api.CheckTarget(draft=api.ConnectionDraft(type="s3", name="new", config=config, secrets=secrets))
