"""The diagnostics bundle tells what a bug report needs, and nothing that was entrusted to the app."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path

import pytest
from aiohttp import web

from app import api
from app.engine.engine import Engine
from app.health.diagnostics import write_bundle
from app.health.telling import Teller, shape
from tests.network.loopback import loopback
from tests.support.canary import Canary

SECRETS = ("Zugvogel", "payroll-2031", "quarterly", "ada.lovelace", "intranet-host", "hunter2hunter2")
"""Words of a connection's name, a file, a text, a person, an address and a password."""


@pytest.mark.point(46)
def test_no_secret_no_document_and_no_name_is_in_the_bundle(profile: Path, tmp_path: Path, canary: Canary) -> None:
    folder = tmp_path / "ada.lovelace" / "Zugvogel"
    folder.mkdir(parents=True)
    (folder / "payroll-2031.txt").write_text(f"The quarterly numbers. Password: {canary.value}")
    (folder / "payroll-2031-locked.txt").write_bytes(b"quarterly")
    (folder / "payroll-2031-locked.txt").chmod(0)

    async def broken(_request: web.Request) -> web.Response:
        return web.Response(status=500, text=f"quarterly {canary.value} ada.lovelace@intranet-host.example")

    async def main() -> None:
        engine = await Engine.open(profile)
        try:
            async with loopback(broken) as server:
                await engine.start_vault("session")
                drafts = [
                    api.ConnectionDraft(type="folder", name="Zugvogel", config={"path": str(folder)}),
                    api.ConnectionDraft(
                        type="rss", name="Feed of Zugvogel", config={"feed_url": f"{server.url}/payroll-2031"}
                    ),
                    api.ConnectionDraft(
                        type="s3",
                        name="S3 of Zugvogel",
                        config={
                            "bucket_name": "quarterly",
                            "endpoint_url": server.url,
                            "auth": {"method": "access_key", "aws_access_key_id": "ada.lovelace"},
                        },
                        secrets={"aws_secret_access_key": f"value:{canary.value}"},
                    ),
                ]
                for draft in drafts:
                    await engine.add_connection(draft)
                    run = await engine.start_sync(draft.name)
                    async with asyncio.timeout(60):
                        while (await engine.run(run.id)).state in ("queued", "running"):
                            await asyncio.sleep(0.02)
                            if (await engine.run(run.id)).state == "waiting":
                                break
                    await engine.cancel_run(run.id)
                await engine.remove_connection("Feed of Zugvogel")
                await engine.edit_settings(
                    api.SettingsEdit(
                        values={
                            "network.proxy_url": "http://intranet-host.example:3128",
                            "network.proxy_user": "ada.lovelace",
                            "network.no_proxy": "intranet-host",
                        },
                        secrets={"network.proxy_password": "value:hunter2hunter2"},
                    )
                )
                engine._activity.add(
                    "error",
                    f"Sync of Zugvogel failed at {folder}/payroll-2031.txt: “quarterly” by ada.lovelace@example.com",
                    fields={"path": "payroll-2031.txt", "number": 7},
                )
                assert (await engine.search(api.SearchQuery(text="quarterly"))).total >= 1, (
                    "the words are in the library"
                )
                said = repr(await engine.log(api.LogFilter())) + repr(await engine.connections())
                assert [word for word in SECRETS[:4] if word not in said] == [], "it is there to be left out"
                files = await engine.diagnostics()
        finally:
            await engine.close()
        bundle = tmp_path / "bundle.zip"
        write_bundle(files, bundle)
        with zipfile.ZipFile(bundle) as saved:
            assert {name: saved.read(name).decode() for name in saved.namelist()} == {
                one.name: one.text for one in files
            }
        texts = {one.name: one.text for one in files}
        assert canary.leaks(texts=texts) == []
        found = [
            f"{name}: {word}" for name, text in texts.items() for word in SECRETS if word.casefold() in text.casefold()
        ]
        assert found == []
        assert all(json.loads(line) for name, text in texts.items() if name.endswith("l") for line in text.splitlines())
        connections = sorted(json.loads(texts["connections.json"]), key=lambda one: str(one["type"]))
        assert [one["type"] for one in connections] == ["folder", "s3"]
        assert connections[1]["config"]["auth"] == {
            "method": "access_key",
            "aws_access_key_id": "a text of 12",
            "aws_secret_access_key": "a secret",
        }
        assert json.loads(texts["state.json"])["library"]["documents"] >= 1
        assert {one["state"] for one in json.loads(texts["runs.json"])} & {"done_with_failures", "failed", "cancelled"}
        assert '"settings_changed"' in texts["facts.jsonl"]
        assert '"number": 7' in texts["log.jsonl"]

    asyncio.run(main())


def test_a_sentence_is_told_without_what_it_names() -> None:
    tell = Teller(["Handbook", "Ada Byron"], lambda text: text.replace("s3cr3t", "•••"))
    assert (
        tell("Sync of Handbook failed: https://a.example/x?y=1 answered 500")
        == "Sync of NAME failed: ADDRESS answered 500"
    )
    assert tell("“Pay” for ada@x.example in C:\\Users\\ada\\x.txt") == "“…” for MAIL in PATH"
    assert tell("10.1.2.3 and files.example.com refused s3cr3t of Ada Byron") == "HOST and NAME refused ••• of NAME"
    assert tell("It doesn't answer, and it isn't known why") == "It doesn't answer, and it isn't known why"
    assert tell("Sync done: 3 new, 1,204 unchanged in 4.2 s") == "Sync done: 3 new, 1,204 unchanged in 4.2 s"


def test_a_config_is_told_by_its_shape() -> None:
    schema = {
        "properties": {
            "mode": {"enum": ["fast", "careful"]},
            "auth": {"oneOf": [{"$ref": "#/$defs/Key"}]},
            "folders": {"type": "array"},
        },
        "$defs": {"Key": {"properties": {"method": {"const": "key"}, "id": {"type": "string"}}}},
    }
    config = {
        "mode": "fast",
        "auth": {"method": "key", "id": "AKIA", "secret": {"$secret": "keyring:1"}},
        "folders": ["hr", "pay"],
        "limit": 5,
        "deep": True,
        "unknown": "typed",
    }
    assert shape(config, schema) == {
        "mode": "fast",
        "auth": {"method": "key", "id": "a text of 4", "secret": "a secret"},
        "folders": "a list of 2",
        "limit": 5,
        "deep": True,
        "unknown": "a text of 5",
    }


def test_a_bundle_that_can_not_be_saved_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "bundle.zip"
    target.mkdir()
    with pytest.raises(OSError, match="directory"):
        write_bundle([api.DiagnosticsFile(name="a.json", about="", text="{}")], target)
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.zip"]
