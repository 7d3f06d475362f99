"""Configs that were stored under an older version of a source's schema come over by the steps the schema lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app import api
from app.connections.catalogue import ConnectorType
from app.engine.engine import Engine
from tests.engine.test_commands import S3, s3_draft, with_engine

STEPS = [{"version": 1, "rename": "/bucket", "to": "bucket_name"}, {"version": 1, "drop": "/legacy"}]


def test_an_older_config_is_imported_shown_and_edited_in_todays_form(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def schema(self: ConnectorType) -> dict[str, Any]:
        return {**self.source.Config.model_json_schema(), "x-migrate": STEPS}

    monkeypatch.setattr(ConnectorType, "schema", property(schema))
    old = {**{key: value for key, value in S3.items() if key != "bucket_name"}, "bucket": "docs", "legacy": 1}

    async def body(engine: Engine) -> None:
        await engine.add_connection(s3_draft("Docs", "env:K"))
        document = await engine.export_connections(["Docs"])
        secret = document["connections"][0]["config"]["auth"]
        document["connections"][0] |= {"config": {**old, "auth": secret}, "config_version": 0}
        assert (await engine.import_connections(document)).added == ["Docs 2"]
        assert (await engine.connection("Docs 2")).config["bucket_name"] == "docs"

        stored = await engine._connections.get("Docs")
        await engine._connections.update(stored, config={**old, "auth": secret}, config_version=0)
        view = await engine.connection("Docs")
        assert view.config["bucket_name"] == "docs"
        assert "legacy" not in view.config
        # What the migration changed is no change of the person's: only what she edits decides.
        tuning = api.ConnectionEdit(set={"listing_version": "1"})
        preview = await engine.preview_edit("Docs", tuning)
        assert (preview.effect, preview.changed) == ("tuning", ["/listing_version"])
        epoch = (await engine._connections.get("Docs")).epoch
        await engine.edit_connection("Docs", tuning)
        assert (await engine._connections.get("Docs")).epoch == epoch
        await engine.edit_connection("Docs", api.ConnectionEdit(set={"prefix": "a/"}))
        assert (await engine._connections.get("Docs")).epoch == epoch + 1
        view = await engine.connection("Docs")
        assert (view.config["bucket_name"], view.config["prefix"], view.config_version) == ("docs", "a/", 1)

    with_engine(profile, body)
