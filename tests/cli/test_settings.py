"""`headwaterctl settings`: every answer valid by its schema, every refusal with a remedy."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import Ctl
from tests.support.canary import Canary


def test_settings_are_listed_changed_shown_and_reset(ctl: Ctl) -> None:
    listed = ctl.done("settings", "list", "--json").document["settings"]
    names = [each["name"] for each in listed]
    assert names[:3] == ["appearance.scheme", "appearance.text_size", "appearance.reduced_motion"]
    assert "network.proxy_password" in names, "those too that a form shows only for another one's value"
    assert not any(each["changed"] for each in listed)

    done = ctl.done(
        "settings", "set", "appearance.text_size=150", "network.attempts=2", "startup.notifications=no", "--json"
    )
    assert [each["value"] for each in done.document["settings"]] == [150, 2, False]
    shown = ctl.done("settings", "get", "appearance.text_size", "--json").document["setting"]
    assert (shown["value"], shown["default"], shown["choices"][:2], shown["changed"]) == (150, 100, [100, 110], True)
    changed = ctl.done("settings", "list", "--changed", "--json").document["settings"]
    assert [each["name"] for each in changed] == ["appearance.text_size", "startup.notifications", "network.attempts"]
    gone = ctl.done("settings", "reset", "appearance", "--json").document["settings"]
    assert [(each["name"], each["value"]) for each in gone] == [("appearance.text_size", 100)]
    ctl.done("settings", "reset", "/")
    assert ctl.done("settings", "list", "--changed", "--json").document["settings"] == []


@pytest.mark.parametrize(
    ("words", "code", "remedy"),
    [
        (("set", "apearance.scheme=dark"), "setting_unknown", "appearance.scheme"),
        (("get", "network"), "setting_unknown", "network.proxy"),
        (("reset", "nothing"), "setting_unknown", ""),
        (("set", "appearance.scheme=purple"), "setting_invalid", "Correct"),
        (("set", "network.attempts=many"), "config_invalid", "digits"),
        (("set", "startup.hidden=perhaps"), "config_invalid", "true or false"),
        (("set", "network.attempts=3", "network.ca_file=/nowhere.pem"), "ca_file_unreadable", "PEM"),
    ],
)
def test_what_can_not_be_changes_nothing(ctl: Ctl, words: tuple[str, ...], code: str, remedy: str) -> None:
    refused = ctl("settings", *words, "--json")
    assert refused.status == 1
    error = refused.document["error"]
    assert error["code"] == code
    assert remedy in error["remedy"]
    assert ctl.done("settings", "list", "--changed", "--json").document["settings"] == []


def test_a_secret_comes_by_reference_or_stdin_and_is_shown_as_its_place(ctl: Ctl, canary: Canary) -> None:
    assert ctl("settings", "set", f"network.proxy_password={canary.value}").status == 2
    shown = ctl.done("settings", "set", "network.proxy_password=env:PROXY_PASSWORD", "--json").document["setting"]
    assert (shown["value"], shown["secret"], shown["changed"]) == ("env:PROXY_PASSWORD", True, True)
    canary.check(ctl.profile)
    ctl.done("settings", "reset", "network.proxy_password")


def test_the_bundle_is_saved_as_it_was_shown(ctl: Ctl, tmp_path: Path) -> None:
    shown = ctl.done("settings", "diagnostics", "--json").document
    assert shown["saved"] == ""
    assert "versions.json" in ctl.done("settings", "diagnostics").out
    file = tmp_path / "bundle.zip"
    said = ctl.done("settings", "diagnostics", str(file), "--json").document
    with zipfile.ZipFile(file) as saved:
        assert {name: saved.read(name).decode() for name in saved.namelist()} == {
            each["name"]: each["text"] for each in said["files"]
        }
        assert json.loads(saved.read("versions.json"))["headwater"]
    refused = ctl("settings", "diagnostics", str(tmp_path / "no" / "folder.zip"), "--json")
    assert refused.document["error"]["remedy"] == "Name another file."


def test_people_read_a_table(ctl: Ctl) -> None:
    ctl.done("settings", "set", "appearance.scheme=dark")
    assert "appearance.scheme" in ctl.done("settings", "list", "--changed").out
    said = ctl.done("settings", "get", "appearance.scheme").out
    assert "appearance.scheme = dark" in said
    assert "system, light, dark" in said
    (ctl.profile / "settings.json").write_text("{")
    assert "kept as settings-broken-1.json" in ctl.done("settings", "list").out
