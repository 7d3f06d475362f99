"""Commands on connections: add, edit, duplicate, remove and undo, export and import without secrets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from app import api
from app.accounts import SessionVault
from app.engine.engine import Engine
from connectors.sdk import ConfigError, NotFound
from tests.support.canary import Canary

S3: dict[str, Any] = {
    "bucket_name": "handbook",
    "endpoint_url": "http://127.0.0.1:9",
    "auth": {"method": "access_key", "aws_access_key_id": "AK"},
}


def with_engine(profile: Path, body: Callable[[Engine], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        engine = await Engine.open(profile, vault=SessionVault())
        try:
            await body(engine)
        finally:
            await engine.close()

    asyncio.run(main())


def s3_draft(name: str, secret: str) -> api.ConnectionDraft:
    return api.ConnectionDraft(type="s3", name=name, config=S3, secrets={"aws_secret_access_key": secret})


def test_a_bad_config_is_not_stored_and_leaves_no_secret(profile: Path) -> None:
    async def body(engine: Engine) -> None:
        draft = api.ConnectionDraft(
            type="s3", name="x", config={**S3, "bucket_name": "a/b"}, secrets={"aws_secret_access_key": "value:sec"}
        )
        with pytest.raises(ConfigError) as raised:
            await engine.add_connection(draft)
        assert raised.value.pointer == "/bucket_name"
        assert await engine.connections() == []
        assert repr(engine._vault) == "SessionVault(0 secrets)"

    with_engine(profile, body)


def test_names_are_unique_whatever_their_case_and_long_ones_are_refused(profile: Path) -> None:
    async def body(engine: Engine) -> None:
        await engine.add_connection(s3_draft("Docs", "env:K"))
        for name in ("docs", "", "x" * 201, "\u202e\n"):
            with pytest.raises(ConfigError):
                await engine.add_connection(s3_draft(name, "env:K"))
        assert (await engine.add_connection(s3_draft("a\n\u202eb", "env:K"))).name == "a b"
        assert (await engine.add_connection(s3_draft("ü" * 200, "env:K"))).state == "new"

    with_engine(profile, body)


@pytest.mark.point(11)
def test_a_secret_is_never_shown_exported_or_logged(profile: Path, canary: Canary) -> None:
    async def body(engine: Engine) -> None:
        added = await engine.add_connection(s3_draft("Docs", f"value:{canary.value}"))
        assert added.secrets["/auth/aws_secret_access_key"] == "set in this session"
        await engine.edit_connection("Docs", api.ConnectionEdit(config={**S3, "prefix": "a/"}))
        kept = await engine.connection("Docs")
        assert kept.secrets["/auth/aws_secret_access_key"] == "set in this session"
        async for _ in engine.check(api.CheckTarget(ref="Docs")):
            pass
        document = await engine.export_connections([])
        assert document["connections"][0]["missing_secrets"] == ["/auth/aws_secret_access_key"]
        shown = json.dumps([document, kept.config, str(await engine.log(api.LogFilter(level="debug")))])
        assert canary.value not in shown
        assert "keyring:" not in json.dumps(document)

    with_engine(profile, body)
    canary.check(profile)


def test_duplicates_have_secrets_of_their_own(profile: Path) -> None:
    async def body(engine: Engine) -> None:
        await engine.add_connection(s3_draft("Docs", "value:one"))
        copy = await engine.duplicate_connection("Docs")
        assert copy.name == "Docs copy"
        first = (await engine.connection("Docs")).config["auth"]["aws_secret_access_key"]["$secret"]
        second = copy.config["auth"]["aws_secret_access_key"]["$secret"]
        assert first != second
        assert await engine._vault.get(second) == "one"
        await engine.remove_connection("Docs")
        await engine.purge_connection("Docs")
        assert await engine._vault.get(second) == "one"
        assert repr(engine._vault) == "SessionVault(1 secrets)"

    with_engine(profile, body)


def test_an_export_comes_back_under_free_names_and_says_which_secrets_are_missing(profile: Path) -> None:
    async def body(engine: Engine) -> None:
        await engine.add_connection(s3_draft("Docs", "value:one"))
        await engine.add_connection(s3_draft("Env", "env:K"))
        document = await engine.export_connections(["Docs", "Env"])
        document["connections"].append({"name": "Odd", "type": "nosuch", "config": {}, "config_version": 1})
        result = await engine.import_connections(document)
        assert result.added == ["Docs 2", "Env 2"]
        assert result.renamed == {"Docs": "Docs 2", "Env": "Env 2"}
        assert result.missing_secrets == {"Docs 2": ["/auth/aws_secret_access_key"]}
        assert "no such source type" in result.skipped["Odd"]
        assert (await engine.connection("Env 2")).config["auth"]["aws_secret_access_key"] == {"$secret": "env:K"}
        with pytest.raises(ConfigError):
            await engine.import_connections({"kind": "shopping list"})

    with_engine(profile, body)


def test_replacing_a_secret_forgets_the_old_one(profile: Path) -> None:
    async def body(engine: Engine) -> None:
        await engine.add_connection(s3_draft("Docs", "value:one"))
        await engine.edit_connection("Docs", api.ConnectionEdit(secrets={"aws_secret_access_key": "value:two"}))
        assert repr(engine._vault) == "SessionVault(1 secrets)"
        await engine.edit_connection("Docs", api.ConnectionEdit(secrets={"aws_secret_access_key": "env:K"}))
        assert repr(engine._vault) == "SessionVault(0 secrets)"

    with_engine(profile, body)


def test_unknown_names_say_which_there_are(profile: Path) -> None:
    async def body(engine: Engine) -> None:
        await engine.add_connection(s3_draft("Docs", "env:K"))
        with pytest.raises(NotFound) as raised:
            await engine.start_sync("Dogs")
        assert "Docs" in raised.value.remedy
        for wrong in (engine.run("x"), engine.document("x"), engine.document("9" * 30)):
            with pytest.raises(NotFound):
                await wrong

    with_engine(profile, body)


@pytest.mark.point(20)
def test_a_check_says_which_step_failed_and_skips_the_rest(profile: Path) -> None:
    async def body(engine: Engine) -> None:
        draft = s3_draft("Docs", "env:K")
        steps = [
            step async for step in engine.check(api.CheckTarget(draft=draft), deep=True) if step.state != "running"
        ]
        states = {step.name: step.state for step in steps}
        assert states["settings"] == "ok"
        assert states["tcp"] == "failed"
        assert states["fetch"] == "skipped"
        (failed,) = [step for step in steps if step.state == "failed"]
        assert failed.remedy
        assert "127.0.0.1" in failed.message

    with_engine(profile, body)
