"""The command line as such: what it loads, exit statuses, common options, errors."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from app.cli import engine as cli_engine
from app.cli.main import main
from connectors.sdk import RateLimited
from tests.cli.conftest import ROOT, Ctl


def test_help_loads_neither_engine_nor_nouns() -> None:
    code = (
        "import sys; from app.cli.main import main; main(['--help'])\n"
        "print([name for name in sys.modules if name.startswith(('app.engine', 'app.api', 'pydantic', 'rich'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"
    for noun in ("connectors", "connection", "sync", "runs", "library"):
        assert f"\n  {noun} " in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["bogus"],
        ["connection", "bogus"],
        ["connection", "list", "--bogus"],
        ["sync"],
        ["sync", "a", "--full", "--dry-run"],
        ["connection", "add", "--type", "folder", "--name", "a", "--set", "no-value"],
        ["library", "search", "a", "--after", "yesterday"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_and_json_too(ctl: Ctl, arguments: list[str]) -> None:
    assert ctl(*arguments).status == 2
    result = ctl(*arguments, "--json")
    assert result.status == 2
    assert result.document["error"]["code"] == "wrong_usage"
    assert "Error: " in result.err


def test_common_options_may_stand_anywhere(ctl: Ctl, capsys: pytest.CaptureFixture[str]) -> None:
    before = ctl("--json", "connectors", "list").document
    profile = str(ctl.profile)
    for arguments in (
        ["--profile", profile, "connectors", "list", "--json"],
        ["connectors", "--json", "--profile", profile, "list"],
        ["connectors", "list", "--json", "--profile", profile],
    ):
        capsys.readouterr()
        assert main(arguments) == 0
        assert json.loads(capsys.readouterr().out) == before


def test_an_error_says_what_where_and_remedy_on_stderr(ctl: Ctl) -> None:
    result = ctl("connection", "show", "nothing")
    assert result.status == 1
    assert result.out == ""
    assert "✗ There is no such connection" in result.err
    assert "where  nothing" in result.err
    assert "remedy " in result.err
    error = ctl("connection", "show", "nothing", "--json").document["error"]
    assert error["where"] == "nothing"
    assert error["what"]
    assert error["remedy"]


def test_a_defect_of_ours_shows_where_it_is(ctl: Ctl, monkeypatch: pytest.MonkeyPatch) -> None:
    def defect(work: object) -> None:
        work.close()  # type: ignore[attr-defined]
        raise KeyError("forgotten")

    monkeypatch.setattr(cli_engine, "_run", defect)
    result = ctl("connection", "list")
    assert result.status == 1
    assert "Unexpected KeyError" in result.err
    assert "in defect" in result.err


def test_an_error_of_the_family_keeps_its_fields(ctl: Ctl, monkeypatch: pytest.MonkeyPatch) -> None:
    def limited(work: object) -> None:
        work.close()  # type: ignore[attr-defined]
        raise RateLimited("Too fast", retry_at=12.5, where="api.example.com", remedy="Wait.")

    monkeypatch.setattr(cli_engine, "_run", limited)
    error = ctl("connection", "list", "--json").document["error"]
    assert error == {
        "category": "rate_limited",
        "code": "rate_limited",
        "what": "Too fast",
        "where": "api.example.com",
        "remedy": "Wait.",
        "retry_at": 12.5,
    }


def test_a_reader_that_leaves_early_gets_no_traceback(ctl: Ctl) -> None:
    process = ctl.process("schemas")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == ""
    process.wait(30)
