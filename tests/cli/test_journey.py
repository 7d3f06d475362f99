"""The whole job on the command line, with a real folder and a real S3 server."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.cli.conftest import Ctl
from tests.support.canary import Canary
from tests.support.rclone import RcloneFactory


def exported(directory: Path, connection: str) -> dict[str, bytes]:
    root = directory / connection
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_from_a_folder_to_an_answer(ctl: Ctl, tree: Path) -> None:
    types = [view["type"] for view in ctl.done("connectors", "list", "--json").document["connectors"]]
    assert "folder" in types
    assert "path" in ctl.done("connectors", "schema", "folder", "--json").document["schema"]["properties"]

    added = ctl.done("connection", "add", "--type", "folder", "--name", "My tree", "--set", f"path={tree}")
    assert "headwaterctl connection test 'My tree'" in added.out
    tested = ctl.done("connection", "test", "My tree", "--deep", "--json").lines
    states = [line["step"]["state"] for line in tested if line["event"] == "step"]
    assert states[0] == "running"
    assert set(states) == {"running", "ok"}
    assert tested[-1] == {
        "event": "test_finished",
        "schema_version": 1,
        "connection": "My tree",
        "ok": True,
        "failed": [],
    }

    synced = ctl.done("sync", "My tree", "--json").lines
    assert synced[0]["event"] == "run_started"
    run = synced[-1]["run"]
    assert (synced[-1]["event"], run["state"], run["counts"]["new"]) == ("run_finished", "done", 3)
    assert ctl.done("runs", "show", run["id"], "--json").document["run"] == run
    assert [shown["id"] for shown in ctl.done("runs", "list", "My tree", "--json").document["runs"]] == [run["id"]]

    found = ctl.done("library", "search", "parental", "leave", "--json").document["result"]
    assert [hit["path"] for hit in found["hits"]] == ["leave.txt"]
    text = ctl.done("library", "search", "parental").out
    assert "Parental leave lasts" in text
    assert "\x02" not in text
    shown = ctl.done("library", "show", found["hits"][0]["document_id"], "--text").out
    assert "Parental leave lasts as long as it needs to." in shown
    assert ctl.done("library", "list", "--connection", "My tree", "--json").document["total"] == 3
    assert ctl.done("library", "why", "My tree", "leave.txt", "--json").document["why"]["found"] is True
    assert ctl.done("library", "verify", "--json").lines[-1]["report"]["documents"] == 3


def test_connections_are_edited_copied_removed_and_brought_back(ctl: Ctl, tree: Path, tmp_path: Path) -> None:
    ctl.done(
        "connection",
        "add",
        "--type",
        "folder",
        "--name",
        "Tree",
        "--config",
        "-",
        stdin=json.dumps({"path": str(tree)}),
    )
    ctl.done("sync", "Tree")

    edit = ["connection", "edit", "Tree", "--set", 'filters.include=["**/*.txt"]']
    preview = ctl.done(*edit, "--preview", "--count", "--json").document["preview"]
    assert (preview["effect"], preview["removed"], preview["kept"]) == ("scope", 1, 2)
    assert ctl.done("library", "list", "--json").document["total"] == 3
    ctl.done(*edit)
    ctl.done("connection", "edit", "Tree", "--name", "Texts", "--every", "2h", "--disable")
    view = ctl.done("connection", "show", "Texts", "--json").document["connection"]
    assert view["config"]["filters"]["include"] == ["**/*.txt"]
    assert view["schedule"] == {"every": 7200, "watch": False}
    assert view["enabled"] is False
    assert ctl("sync", "Texts").status == 1
    ctl.done("connection", "edit", "Texts", "--every", "off", "--enable")
    assert ctl.done("connection", "show", "Texts", "--json").document["connection"]["schedule"]["every"] is None
    assert ctl("connection", "edit", "Texts").status == 2

    ctl.done("connection", "duplicate", "Texts", "--name", "More texts")
    ctl.done("connection", "export", "Texts", "--output", str(tmp_path / "texts.json"))
    assert json.loads(ctl.done("connection", "export").out)["kind"] == "connections"
    imported = ctl.done("connection", "import", str(tmp_path / "texts.json"), "--json").document["result"]
    assert len(imported["added"]) == 1
    assert ctl("connection", "import", "-", stdin="{}").status == 1

    ctl.done("connection", "remove", "Texts")
    assert ctl.done("library", "search", "parental", "--json").document["result"]["total"] == 0
    assert [view["name"] for view in ctl.done("library", "bin", "--json").document["connections"]] == ["Texts"]
    assert ctl("connection", "remove", "Texts", "--purge").status == 2  # nobody there to ask
    ctl.done("connection", "restore", "Texts")
    assert ctl.done("library", "search", "parental", "--json").document["result"]["total"] == 1
    ctl.done("connection", "remove", "Texts", "--purge", "--yes")
    assert ctl.done("connection", "list", "--removed", "--json").document["connections"] == []
    assert ctl.done("library", "list", "--json").document["total"] == 0


def test_a_bucket_is_followed_through_changes_and_deletions(
    ctl: Ctl, rclone_s3: RcloneFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, canary: Canary
) -> None:
    bucket = tmp_path / "buckets" / "docs"
    for number in range(200):
        path = bucket / f"part {number % 7}" / f"{number:03}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"document number {number}")
    secret = canary.value.replace("=", "")
    server = rclone_s3(bucket.parent, secret=secret)
    monkeypatch.setenv("KEY_OF_THE_BUCKET", secret)
    ctl.done(
        *("connection", "add", "--type", "s3", "--name", "Docs", "--set", "bucket_name=docs"),
        *("--set", f"endpoint_url={server.url}", "--set", f"auth.aws_access_key_id={server.user}"),
        *("--set", "auth.method=access_key", "--secret", "aws_secret_access_key=env:KEY_OF_THE_BUCKET"),
    )
    tested = ctl.done("connection", "test", "Docs", "--json").lines
    assert {line["step"]["state"] for line in tested if line["event"] == "step"} <= {"running", "ok", "skipped"}
    counts = ctl.done("sync", "Docs", "--json").lines[-1]["run"]["counts"]
    assert (counts["new"], counts["failed"]) == (200, 0)

    shuffled = sorted(bucket.rglob("*.txt"))
    random.Random(1).shuffle(shuffled)
    for path in shuffled[:2]:
        path.write_text("changed: " + path.read_text())
    for path in shuffled[2:4]:
        path.unlink()
    counts = ctl.done("sync", "Docs", "--reconcile", "--json").lines[-1]["run"]["counts"]
    assert (counts["changed"], counts["deleted"], counts["unchanged"]) == (2, 2, 196)
    ctl.done("library", "verify")
    ctl.done("library", "export", str(tmp_path / "out"))
    assert exported(tmp_path / "out", "Docs") == files(bucket)

    asked = len(server.requests())
    counts = ctl.done("sync", "Docs", "--json").lines[-1]["run"]["counts"]
    assert counts["unchanged"] == 198
    assert {request.method for request in server.requests()[asked:]} == {"LIST"}

    monkeypatch.setenv("KEY_OF_THE_BUCKET", "wrong")
    failed = ctl("connection", "test", "Docs")
    assert failed.status == 1
    assert "remedy" in failed.err
    assert ctl("sync", "Docs").status == 1
    canary.check(ctl.profile, tmp_path / "out", texts={"the last answer": failed.out + failed.err})


def test_a_secret_from_stdin_goes_into_the_vault_only(
    ctl: Ctl, rclone_s3: RcloneFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, canary: Canary
) -> None:
    (tmp_path / "buckets" / "docs").mkdir(parents=True)
    (tmp_path / "buckets" / "docs" / "a.txt").write_text("hello")
    secret = canary.value.replace("=", "")
    server = rclone_s3(tmp_path / "buckets", secret=secret)
    add = (
        *("connection", "add", "--type", "s3", "--name", "Docs", "--set", "bucket_name=docs"),
        *("--set", f"endpoint_url={server.url}", "--set", f"auth.aws_access_key_id={server.user}"),
        *("--set", "auth.method=access_key", "--secret", "aws_secret_access_key=-"),
    )
    locked = ctl(*add, "--json", stdin=secret)
    assert locked.status == 1
    assert locked.document["error"]["code"] == "vault_locked"
    assert "HEADWATER_VAULT_PASSPHRASE" in locked.document["error"]["remedy"]

    monkeypatch.setenv("HEADWATER_VAULT_PASSPHRASE", "correct horse battery staple")
    ctl.done(*add, stdin=secret + "\n")
    shown = ctl.done("connection", "show", "Docs", "--json")
    assert ctl.done("sync", "Docs", "--json").lines[-1]["run"]["counts"]["new"] == 1
    canary.check(ctl.profile, texts={"show": shown.out, "export": ctl.done("connection", "export").out})
