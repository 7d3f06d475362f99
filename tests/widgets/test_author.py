"""`headwater form`: what it says of the fixtures and of the connectors we ship, and of files that are no schemas."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.connections.catalogue import Catalogue
from app.forms.values import same
from connectors.sdk import Json
from tests.forms import fixtures
from tests.forms.fixtures import big
from tests.widgets.author_defaults import defaults_of
from widgets import main as window
from widgets.author.command import main
from widgets.author.reading import Source, Unreadable, read_document, sources
from widgets.form.text import LineEditor

TYPES = sorted(view.type for view in Catalogue.load().views({}))
ODD_DEFAULTS = "noddy_defaults"
"""Its author's defaults have the wrong type: the form brings them to the right one, which the schema can't say."""


@pytest.fixture
def form(themed: QApplication, capsys: pytest.CaptureFixture[str]) -> Any:
    """The command with --json: its status and its lines."""

    def run(*words: str | Path) -> tuple[int, list[dict[str, Json]]]:
        status = main([*map(str, words), "--json"])
        return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def names(files: list[Path]) -> list[str]:
    return [file.stem for file in files]


@pytest.mark.parametrize("file", fixtures.CONNECTORS, ids=names(fixtures.CONNECTORS))
def test_form_of_a_connector_is_whole(form: Any, file: Path) -> None:
    status, [line] = form(file, "--values", fixtures.VALUES, "--exercise")
    assert status == 0
    assert line["built"]
    assert (line["editable"], line["raw"], line["unreached"]) == (line["leaves"], 0, [])
    given = fixtures.value_of(file)
    assert same(line["value"], given), line["value"]
    if given is not None:
        assert line["errors"] == []
    if file.stem != ODD_DEFAULTS:
        assert same(line["untouched"], defaults_of(fixtures.read(file))), line["untouched"]


@pytest.mark.parametrize("file", fixtures.GENERAL, ids=names(fixtures.GENERAL))
def test_form_of_any_schema_is_built_and_keeps_its_value(form: Any, file: Path) -> None:
    status, [line] = form(file, "--values", fixtures.VALUES, "--exercise")
    assert status == 0
    assert line["editable"] + line["raw"] == line["leaves"]
    assert line["unreached"] == []
    assert same(line["value"], fixtures.value_of(file)), line["value"]


@pytest.mark.parametrize("type", TYPES)
def test_form_of_a_connector_we_ship_is_whole(form: Any, type: str) -> None:
    status, [line] = form(type, "--exercise")
    assert status == 0
    assert (line["editable"], line["raw"], line["unreached"], line["warnings"]) == (line["leaves"], 0, [], [])


def test_there_are_many_fixtures_and_most_have_a_value() -> None:
    files = [*fixtures.CONNECTORS, *fixtures.GENERAL]
    assert len(files) >= 60
    assert len({file.stem for file in files}) == len(files)
    assert sum(fixtures.value_of(file) is not None for file in files) > 0.8 * len(files)


@pytest.mark.parametrize(
    ("schema", "leaves"),
    [(big.wide(100), 100), (big.deep(500), 500), (big.knotted(12), 12), (big.wide(4200), 4200)],
    ids=["100", "500 in sections", "endless", "4200"],
)
def test_big_forms_are_whole(form: Any, tmp_path: Path, schema: dict[str, Any], leaves: int) -> None:
    file = tmp_path / "big.json"
    file.write_text(json.dumps(schema))
    status, [line] = form(file)
    assert (status, line["leaves"], line["editable"]) == (0, leaves, leaves)


def test_field_that_loses_what_is_typed_is_unreached(
    form: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "schema.json"
    file.write_text(json.dumps({"properties": {"deaf": {"type": "string"}, "count": {"type": "integer"}}}))
    assert form(file, "--exercise")[0] == 0
    monkeypatch.setattr(LineEditor, "read", lambda self, text: text.upper())
    status, [line] = form(file, "--exercise")
    assert (status, line["unreached"]) == (1, ["/deaf"])


def test_branches_and_definitions_are_counted(form: Any, tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    text = {"type": "string"}
    branch = {"type": "object", "properties": {"kind": {"const": "a"}, "x": text, "y": text}}
    other = {"type": "object", "properties": {"kind": {"const": "b"}, "x": text}}
    address = {"type": "object", "properties": {"street": text, "town": text}}
    file.write_text(
        json.dumps(
            {
                "$defs": {"address": address},
                "properties": {
                    "union": {"oneOf": [branch, other]},
                    "home": {"$ref": "#/$defs/address"},
                    "work": {"$ref": "#/$defs/address"},
                    "hidden": {**text, "airbyte_hidden": True},
                    "shown": {**text, "readOnly": True},
                },
            }
        )
    )
    _, [line] = form(file)
    assert (line["leaves"], line["unions"]) == (3 + 4, 1)


def test_typos_are_told_with_the_keyword_that_was_meant(form: Any) -> None:
    _, [line] = form(fixtures.FOLDER / "connectors" / "quail_broken.json")
    for wrong, meant in (
        ("mininum", "minimum"),
        ("tittle", "title"),
        ("decription", "description"),
        ("max", "maximum"),
    ):
        assert f"Unknown keyword “{wrong}”, read as “{meant}”" in line["warnings"]


def test_broken_files_give_a_line_each(form: Any, tmp_path: Path) -> None:
    contents = {"cut.json": b'{"a": ', "binary.json": b"\xff\xfe\x00", "deep.json": b"[" * 200_000}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    status, lines = form(tmp_path, tmp_path / "absent.json", "no_such_connector")
    assert status == 1
    assert len(lines) == 5
    for line in lines:
        assert not line["built"]
        assert len(line["errors"]) == 1
        assert "Traceback" not in line["errors"][0]["message"]


def test_what_is_no_schema_is_built_with_a_warning(form: Any, tmp_path: Path) -> None:
    for number, content in enumerate(["[]", "null", "true", "7", '"text"']):
        (tmp_path / f"{number}.json").write_text(content)
    status, lines = form(tmp_path)
    assert status == 0
    assert all(line["warnings"] for line in lines if line["schema"] != str(tmp_path / "2.json"))


def test_wrong_usage_has_status_two(themed: QApplication, tmp_path: Path) -> None:
    for words in (
        [],
        ["s3"],
        ["--values", str(tmp_path / "none"), "s3", "--json"],
        [str(tmp_path), "--json"],
        ["--what"],
    ):
        with pytest.raises(SystemExit) as stop:
            main(words)
        assert stop.value.code == 2


def test_one_value_file_is_set_into_the_form(form: Any, tmp_path: Path) -> None:
    schema, value = tmp_path / "schema.json", tmp_path / "other.json"
    schema.write_text(json.dumps({"properties": {"a": {"type": "integer", "maximum": 3}}}))
    value.write_text(json.dumps({"a": 4, "unknown": {"kept": None}}))
    _, [line] = form(schema, "--values", value)
    assert line["value"] == {"a": 4, "unknown": {"kept": None}}
    assert [error["pointer"] for error in line["errors"]] == ["/a"]


def test_override_changes_the_form(form: Any, tmp_path: Path) -> None:
    schema, override = tmp_path / "schema.json", tmp_path / "override.json"
    schema.write_text(json.dumps({"properties": {"a": {"type": "string"}}}))
    override.write_text(json.dumps({"ghost": {"ui:title": "There is no such field"}}))
    _, [line] = form(schema, "--override", override)
    assert any("ghost" in warning for warning in line["warnings"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_screenshot_is_as_tall_as_the_form(themed: QApplication, tmp_path: Path, scheme: str) -> None:
    schema = big.wide(60)
    schema["required"] = list(schema["properties"])
    (tmp_path / "tall.json").write_text(json.dumps(schema))
    words = ["form", str(tmp_path / "tall.json"), "--screenshot", str(tmp_path / "pictures"), "--scheme", scheme]
    assert window.main(words) == 0
    image = QImage(str(tmp_path / "pictures" / "tall.png"))
    assert image.height() > 60 * 40
    assert (image.pixelColor(2, 2).lightness() > 128) == (scheme == "light")
    # There is something from top to bottom, so nothing was left for later.
    bands = range(0, image.height() - 120, 120)
    assert all(len({image.pixel(x, y + dy) for x in range(24, 400, 4) for dy in range(0, 120, 4)}) > 2 for y in bands)


def test_names_stand_for_files_folders_and_connectors(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text("{}")
    (tmp_path / "notes.txt").write_text("not a schema")
    assert list(sources([str(file)])) == [Source(str(file), file)]
    assert [one.stem for one in sources([str(tmp_path), "s3"])] == ["one", "s3"]


def test_manifest_of_a_declarative_connector_holds_its_specification(form: Any, tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    file.write_text(json.dumps({"version": "1", "spec": {"type": "Spec", "connection_specification": schema}}))
    _, [line] = form(file)
    assert line["leaves"] == 1


def test_yaml_without_its_library_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = importlib.import_module("widgets.author.reading")
    monkeypatch.setitem(sys.modules, "yaml", None)
    reading._yaml.cache_clear()
    (tmp_path / "a.yaml").write_text("a: 1")
    with pytest.raises(Unreadable, match="PyYAML"):
        read_document(tmp_path / "a.yaml")


def test_yaml_is_read_as_json_would_be(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    importlib.import_module("widgets.author.reading")._yaml.cache_clear()
    file = tmp_path / "a.yaml"
    file.write_text("type: object\nproperties:\n  start: {type: string, default: 2024-01-31}\n  1: {type: string}\n")
    assert read_document(file) == {
        "type": "object",
        "properties": {"start": {"type": "string", "default": "2024-01-31"}, "1": {"type": "string"}},
    }
    file.write_text("a: &a [*a]\n")
    with pytest.raises(Unreadable):
        read_document(file)
    file.write_text("a: [1,\n")
    with pytest.raises(Unreadable, match="not YAML"):
        read_document(file)
