"""A tree of a thousand files behind a real S3 server: the library equals it after every change and after every kill."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.ctl import Ctl, files
from tests.support.rclone import RcloneFactory

KILLS = int(os.environ.get("HEADWATER_TEST_KILLS", "5"))
"""How often the killing test kills; more than the default finds rarer moments."""
WORDS = ["river", "gauge", "valley", "frost", "barometer", "seal", "mast", "logger"]


def make_tree(root: Path, number: int, seed: int = 7) -> Path:
    dice = random.Random(seed)
    bucket = root / "docs"
    for index in range(number):
        path = bucket / f"d{index % 13:02}" / f"note {index:04}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# Note {index}\n" + " ".join(dice.choices(WORDS, k=200)))
    return bucket


def exported(ctl: Ctl, folder: Path, name: str) -> dict[str, bytes]:
    ctl.run("library", "export", str(folder))
    return files(folder / name)


def test_the_library_equals_the_tree(rclone_s3: RcloneFactory, profile: Path, tmp_path: Path) -> None:
    bucket = make_tree(tmp_path / "root", 1000)
    server = rclone_s3(tmp_path / "root")
    ctl = Ctl(profile, server.secret)
    ctl.add_s3(server, "Docs", "docs", tmp_path)

    steps = [line["step"] for line in ctl.lines("connection", "test", "Docs", "--deep") if line["event"] == "step"]
    assert {step["state"] for step in steps} == {"running", "ok"}
    assert steps[-1]["name"] == "fetch"
    (finished,) = [line for line in ctl.lines("sync", "Docs") if line["event"] == "run_finished"]
    assert finished["run"]["counts"]["new"] == 1000
    found = ctl.json("library", "search", '"Note 77"')
    assert [hit["title"] for hit in found["result"]["hits"]] == ["note 0077.md"]
    assert "Intact" in ctl.run("library", "verify")

    dice, paths = random.Random(3), sorted(path for path in bucket.rglob("*") if path.is_file())
    touched = dice.sample(paths, 20)
    for path in touched[:10]:
        path.write_text(path.read_text() + "\nchanged")
    for path in touched[10:]:
        path.unlink()
    asked = len(server.requests())
    (finished,) = [line for line in ctl.lines("sync", "Docs", "--reconcile") if line["event"] == "run_finished"]
    counts = finished["run"]["counts"]
    assert (counts["changed"], counts["deleted"], counts["unchanged"]) == (10, 10, 980)
    assert [request.method for request in server.requests()[asked:]].count("GET") == 10
    assert exported(ctl, tmp_path / "out", "Docs") == files(bucket)
    assert "Intact" in ctl.run("library", "verify")


@pytest.mark.point(31)
def test_killed_at_random_moments_nothing_is_lost_or_fetched_twice_beyond_the_open_page(
    rclone_s3: RcloneFactory, profile: Path, tmp_path: Path
) -> None:
    number = 2500
    bucket = make_tree(tmp_path / "root", number)
    server = rclone_s3(tmp_path / "root")
    ctl = Ctl(profile, server.secret)
    ctl.add_s3(server, "Docs", "docs", tmp_path)
    dice, killed = random.Random(int(time.time())), 0
    while killed < KILLS:
        running = ctl.start("sync", "Docs")
        fetched = sum(request.method == "GET" for request in server.requests())
        goal = fetched + dice.randrange(0, 2 * number // KILLS)
        while running.poll() is None and sum(request.method == "GET" for request in server.requests()) <= goal:
            time.sleep(dice.random() / 50)
        if running.poll() is None:
            running.kill()
            killed += 1
        elif killed < KILLS:  # it came to its end: change everything, so that there is something to do again
            for path in bucket.rglob("*.md"):
                path.write_text(path.read_text() + f"\n{killed}")
        running.communicate()
        assert "Intact" in ctl.run("library", "verify")
        if ctl.json("runs", "list")["runs"]:
            assert ctl.json("runs", "list")["runs"][0]["state"] in ("interrupted", "done")
    before = files(bucket)
    server_requests = len(server.requests())
    ctl.run("sync", "Docs")
    last = [request.path for request in server.requests()[server_requests:] if request.method == "GET"]
    assert len(last) == len(set(last))
    assert exported(ctl, tmp_path / "out", "Docs") == before == files(bucket)
    assert "Intact" in ctl.run("library", "verify")
    times: dict[str, int] = {}
    for request in server.requests():
        if request.method == "GET":
            times[request.path] = times.get(request.path, 0) + 1
    rounds = 1 + files(bucket)["d00/note 0000.md"].count(b"\n") - 1
    again = sum(max(0, count - rounds) for count in times.values())
    assert again <= killed * 1000, f"{again} fetched again after {killed} kills"


def test_an_edit_in_the_middle_of_a_sync_keeps_the_run_and_the_server_sees_the_new_prefix(
    rclone_s3: RcloneFactory, profile: Path, tmp_path: Path
) -> None:
    bucket = make_tree(tmp_path / "root", 2500)
    server = rclone_s3(tmp_path / "root")
    ctl = Ctl(profile, server.secret)
    ctl.add_s3(server, "Docs", "docs", tmp_path)
    running = ctl.start("sync", "Docs", "--json")
    while sum(request.method == "GET" for request in server.requests()) < 300:
        time.sleep(0.02)
    server.process.send_signal(signal.SIGSTOP)
    asked = len(server.requests())
    ctl.run("connection", "edit", "Docs", "--set", "prefix=d05/")
    server.process.send_signal(signal.SIGCONT)
    out, _ = running.communicate(timeout=60)
    lists = [request.path for request in server.requests() if request.method == "LIST"]
    before = [request.path for request in server.requests()[:asked] if request.method == "LIST"]
    assert set(before) == {"docs/"}
    assert set(lists[len(before) :]) == {"docs/d05/"}
    (run,) = ctl.json("runs", "list")["runs"]
    started, finished = json.loads(out.splitlines()[0]), json.loads(out.splitlines()[-1])
    assert started["run"]["id"] == finished["run"]["id"] == run["id"]
    view = ctl.json("connection", "show", "Docs")["connection"]
    assert (view["epoch"], view["revision"]) == (2, 2)
    wanted = {f"d05/{path.name}" for path in (bucket / "d05").iterdir()}
    stored = {item["source_id"] for item in ctl.json("library", "list", "--limit", "5000")["documents"]}
    assert wanted <= stored
    assert view["held_back"] == len(stored - wanted)  # a person decides on so many deletions
