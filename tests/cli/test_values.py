"""What people type becomes what they mean."""

from __future__ import annotations

import io
import sys
from datetime import datetime
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api import Gauge, RunCounts
from app.cli.progress import figures
from app.cli.render.pieces import size, span
from app.cli.values import Duration, Moment, json_from, secrets_of, settings_of
from app.words import plain
from connectors.sdk import ConfigError

SCHEMA = {
    "properties": {
        "bucket": {"type": "string"},
        "region": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "limit": {"type": "integer"},
        "auth": {"$ref": "#/$defs/Auth"},
    },
    "$defs": {"Auth": {"properties": {"key": {"type": "string"}}}},
}


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("limit", "12", 12),
        ("limit", "null", None),
        ("bucket", "2024", "2024"),
        ("bucket", "true", "true"),
        ("bucket", '"2024"', "2024"),
        ("region", "null", None),
        ("region", "1e3", "1e3"),
        ("auth.key", "007", "007"),
        ("/auth/key", "12", "12"),
        ("unknown", "NaN", "NaN"),
        ("unknown", '["a", 1]', ["a", 1]),
        ("unknown", "a=b", "a=b"),
    ],
)
def test_a_setting_is_json_unless_its_field_wants_text(key: str, text: str, value: object) -> None:
    assert settings_of([(key, text)], SCHEMA) == {key: value}


def test_secrets_are_references_or_stdin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO("s3cret \n"))
    assert secrets_of([("a", "env:A"), ("b", "file:b.txt"), ("c", "-"), ("d", "")]) == {
        "a": "env:A",
        "b": f"file:{tmp_path / 'b.txt'}",
        "c": "value:s3cret ",
        "d": "",
    }


@pytest.mark.parametrize("pairs", [[("a", "s3cret")], [("a", "value:s3cret")], [("a", "env:")], [("a", "-")]])
def test_a_secret_on_the_command_line_is_refused_without_repeating_it(
    pairs: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(click.UsageError) as refused:
        secrets_of(pairs)
    assert "s3cret" not in refused.value.message


def test_two_secrets_cannot_share_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("one"))
    with pytest.raises(click.UsageError):
        secrets_of([("a", "-"), ("b", "-")])


def test_durations() -> None:
    read = Duration().convert
    assert [read(text, None, None) for text in ("30s", "15m", "2h", "1d", "off")] == [30, 900, 7200, 86400, 0]
    for text in ("", "0s", "15", "1w", "-1h", "1 h"):
        with pytest.raises(click.BadParameter):
            read(text, None, None)


def test_a_date_is_local_unless_it_names_a_zone() -> None:
    read = Moment().convert
    assert read("2026-03-31", None, None) == datetime(2026, 3, 31).timestamp()  # local is what a person means
    assert read("1970-01-01T00:00Z", None, None) == 0.0
    with pytest.raises(click.BadParameter):
        read("0001-01-01T00:00", None, None)


def test_config_files_say_what_is_wrong_with_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "c.json"
    file.write_bytes(b"\xef\xbb\xbf" + b'{"a": 1}')
    assert json_from(str(file), "configuration") == {"a": 1}
    monkeypatch.setattr(sys, "stdin", io.StringIO("[1]"))
    for name in (str(tmp_path / "none"), str(tmp_path), "-"):
        with pytest.raises(ConfigError) as wrong:
            json_from(name, "configuration")
        assert wrong.value.where
        assert wrong.value.remedy


@given(st.text())
def test_nothing_from_a_source_controls_the_terminal(text: str) -> None:
    assert plain(text).isprintable()


def test_an_escape_sequence_is_shown_not_done() -> None:
    assert plain("a\x1b[31mb\nc\u202e") == "a\\x1b[31mb\\nc\\u202e"


def test_figures_of_a_run() -> None:
    counts = RunCounts(documents=1024, failed=2)
    gauge = Gauge(run_id="r", connection_id="c", counts=counts, total=10_000, rate=512.4, bytes_rate=2_100_000.0)
    assert figures(gauge) == "1,024 of 10,000 documents, 512/s, 2.1 MB/s, 2 failed"
    assert figures(Gauge(run_id="r", connection_id="c", counts=counts, remaining=75)).endswith(
        "2 failed, 1 min 15 s left"
    )


def test_sizes_and_spans() -> None:
    assert [size(number) for number in (0, 999, 1000, 123_456, 5_000_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.0 kB",
        "123 kB",
        "5.0 GB",
    ]
    assert [span(seconds) for seconds in (0.04, 12.3, 61, 3_700)] == ["0.0 s", "12 s", "1 min 1 s", "1 h 1 min"]
