"""A sync as it goes: interrupted, joined, failing, and on a terminal."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Ctl, SlowApi

posix = pytest.mark.skipif(os.name == "nt", reason="signals and terminals of POSIX")


def add_slow(ctl: Ctl, api: SlowApi) -> None:
    ctl.done(
        *("connection", "add", "--type", "rest_api", "--name", "Slow", "--set", f"url={api.url}"),
        *("--set", "items_path=items", "--set", 'pagination={"method": "page"}'),
    )


@posix
def test_ctrl_c_cancels_the_run_and_the_next_sync_goes_on(ctl: Ctl, slow_api: SlowApi) -> None:
    add_slow(ctl, slow_api)
    process = ctl.process("sync", "Slow", "--json")
    assert slow_api.asked.wait(60)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.strip() == ""
    last = json.loads(out.splitlines()[-1])
    assert (last["event"], last["run"]["state"]) == ("run_finished", "cancelled")
    assert ctl.done("runs", "list", "--json").document["runs"][0]["state"] == "cancelled"

    slow_api.gate.set()
    run = ctl.done("sync", "Slow", "--json").lines[-1]["run"]
    assert (run["state"], run["resumed"]) == ("done", True)
    assert ctl.done("library", "list", "--json").document["total"] == 4


@posix
def test_other_commands_work_during_a_sync_and_one_that_joins_may_leave(ctl: Ctl, slow_api: SlowApi) -> None:
    add_slow(ctl, slow_api)
    first = ctl.process("sync", "Slow", "--json")
    assert slow_api.asked.wait(60)
    assert ctl.done("connection", "show", "Slow", "--json").document["connection"]["state"] == "running"
    joining = ctl.process("sync", "Slow", "--json")
    assert joining.stdout is not None
    started = json.loads(joining.stdout.readline())
    assert (started["event"], started["joined"]) == ("run_started", True)
    joining.send_signal(signal.SIGINT)
    joining.communicate(timeout=60)
    assert joining.returncode == 130

    slow_api.gate.set()
    out, _ = first.communicate(timeout=60)
    assert first.returncode == 0
    run = json.loads(out.splitlines()[-1])["run"]
    assert (run["id"], run["state"]) == (started["run"]["id"], "done")


@posix
@pytest.mark.point(27)
def test_a_run_is_paused_and_resumed_from_another_terminal(ctl: Ctl, slow_api: SlowApi) -> None:
    add_slow(ctl, slow_api)
    syncing = ctl.process("sync", "Slow", "--json")
    assert slow_api.asked.wait(60)
    run_id = ctl.done("runs", "list", "--json").document["runs"][0]["id"]
    pausing = ctl.process("runs", "pause", run_id, "--json")
    while not ctl.done("runs", "show", run_id, "--json").document["run"]["pausing"]:
        assert pausing.poll() is None
    slow_api.gate.set()
    out, _ = pausing.communicate(timeout=60)
    told = json.loads(out)
    assert (told["kind"], told["did"], told["run"]["state"]) == ("run_changed", "paused", "paused")
    out, _ = syncing.communicate(timeout=60)
    assert syncing.returncode == 1
    assert json.loads(out.splitlines()[-1])["run"]["state"] == "paused"
    assert ctl.done("connection", "show", "Slow", "--json").document["connection"]["state"] == "paused"

    last = ctl.done("sync", "Slow", "--json").lines[-1]["run"]
    assert (last["id"], last["state"], last["counts"]["documents"]) == (run_id, "done", 4)
    assert "not paused" in ctl("runs", "resume", run_id).err


@posix
def test_a_terminal_gets_a_bar_while_it_runs(ctl: Ctl, slow_api: SlowApi) -> None:
    add_slow(ctl, slow_api)
    reader, terminal = os.openpty()
    process = ctl.process("sync", "Slow", stderr=terminal, stdout=terminal)
    os.close(terminal)
    seen = b""
    with os.fdopen(reader, "rb", buffering=0) as screen:
        while b"2 documents" not in seen:
            seen += screen.read(4096)
        slow_api.gate.set()
        try:
            while chunk := screen.read(4096):
                seen += chunk
        except OSError:
            pass  # how Linux says that the terminal's other side is closed
    assert process.wait(60) == 0
    assert "Slow: 4 documents: 4 new" in seen.decode()


def test_a_run_that_fails_is_1_with_its_error(ctl: Ctl, tree: Path) -> None:
    ctl.done("connection", "add", "--type", "folder", "--name", "Tree", "--set", f"path={tree}")
    ctl.done("sync", "Tree")
    tree.rename(tree.with_name("moved"))
    result = ctl("sync", "Tree")
    assert result.status == 1
    assert "✗ Tree: failed" in result.out
    assert str(tree) in result.err
    assert "remedy" in result.err
    lines = ctl("sync", "Tree", "--json").lines
    assert lines[-1]["run"]["error"]["remedy"]
    assert [line["event"] for line in lines if line["event"] in ("item_failed", "error")] == []
    assert ctl.done("library", "list", "--json").document["total"] == 3


@posix
def test_failed_and_skipped_items_are_told_and_the_rest_is_stored(ctl: Ctl, tree: Path) -> None:
    (tree / "broken.txt").symlink_to(tree / "nowhere.txt")
    (tree / "large.bin").write_bytes(bytes(2000))
    ctl.done(
        *("connection", "add", "--type", "folder", "--name", "Tree", "--set", f"path={tree}"),
        *("--set", "follow_links=true", "--set", "filters.max_bytes=1000"),
    )
    result = ctl("sync", "Tree", "--json")
    assert result.status == 1
    items = [line["item"] for line in result.lines if line["event"] == "item_failed"]
    assert {(item["source_id"], item["kind"]) for item in items} == {("broken.txt", "failed"), ("large.bin", "skipped")}
    run = result.lines[-1]["run"]
    assert (run["state"], run["counts"]["new"], run["counts"]["failed"]) == ("done_with_failures", 3, 1)
    assert ctl.done("runs", "show", run["id"], "--json").document["items"] == items
    shown = ctl("sync", "Tree")
    assert "✗ broken.txt: " in shown.out
    assert "1 item failed; the others are stored" in shown.err


def test_held_back_deletions_are_decided(ctl: Ctl, tree: Path) -> None:
    for number in range(30):
        (tree / f"{number}.txt").write_text(str(number))
    ctl.done("connection", "add", "--type", "folder", "--name", "Tree", "--set", f"path={tree}")
    ctl.done("sync", "Tree")
    for number in range(30):
        (tree / f"{number}.txt").unlink()
    result = ctl("sync", "Tree")
    assert result.status == 1
    assert "connection deletions" in result.err
    assert ctl.done("connection", "deletions", "Tree", "--json").document["documents"] == 30
    assert ctl.done("library", "list", "--json").document["total"] == 33
    applied = ctl.done("connection", "deletions", "Tree", "--apply", "--json").document
    assert (applied["decision"], applied["documents"]) == ("applied", 30)
    assert ctl.done("library", "list", "--json").document["total"] == 3


def test_a_dry_run_changes_nothing(ctl: Ctl, tree: Path) -> None:
    ctl.done("connection", "add", "--type", "folder", "--name", "Tree", "--set", f"path={tree}")
    result = ctl.done("sync", "Tree", "--dry-run", "--json")
    assert result.lines[-1]["run"]["counts"]["new"] == 3
    assert ctl.done("library", "list", "--json").document["total"] == 0


def test_a_typing_error_in_one_name_starts_nothing(ctl: Ctl, tree: Path) -> None:
    ctl.done("connection", "add", "--type", "folder", "--name", "Tree", "--set", f"path={tree}")
    assert ctl("sync", "Tree", "Tere").status == 1
    assert ctl.done("runs", "list", "--json").document["runs"] == []
