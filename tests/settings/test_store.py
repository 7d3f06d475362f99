"""The settings' file: what a person, an older and a newer version, or a crash may have left in it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms import FormState
from app.settings.early import Early, read_early
from app.settings.languages import languages
from app.settings.model import defaults, settings_schema
from app.settings.store import SettingsStore
from connectors.sdk import ConfigError, PermanentError


def document(profile: Path) -> dict[str, object]:
    found = json.loads((profile / "settings.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def write(profile: Path, text: str) -> None:
    (profile / "settings.json").write_text(text, encoding="utf-8")


def test_without_a_file_the_defaults_hold_and_none_is_written(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    assert store.values() == defaults()
    assert store.notices == []
    assert list(tmp_path.iterdir()) == []


def test_only_what_differs_from_a_default_is_written(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    assert store.edit({"appearance.scheme": "dark", "/network/attempts": 7}) == [
        "/appearance/scheme",
        "/network/attempts",
    ]
    assert document(tmp_path) == {"version": 1, "appearance": {"scheme": "dark"}, "network": {"attempts": 7}}
    assert SettingsStore(tmp_path).settings == store.settings
    assert store.edit({"/network/attempts": 4}) == ["/network/attempts"], "the default, chosen, is the default"
    assert document(tmp_path) == {"version": 1, "appearance": {"scheme": "dark"}}
    assert store.changed() == ["/appearance/scheme"]


@pytest.mark.parametrize("named", ["appearance.scheme", "appearance", "/appearance", "/"])
def test_one_a_section_or_all_can_be_reset(tmp_path: Path, named: str) -> None:
    store = SettingsStore(tmp_path)
    store.edit({"appearance.scheme": "dark"})
    assert store.edit({}, [named]) == ["/appearance/scheme"]
    assert store.values() == defaults()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("appearance.scheme", "purple"),
        ("appearance.text_size", 130),
        ("appearance.text_size", True),
        ("appearance.reduced_motion", "yes"),
        ("language.language", "../../etc/passwd"),
        ("network.attempts", 0),
        ("network.attempts", "4"),
        ("network.proxy_url", "socks5://p:1"),
        ("network.proxy_url", "http://me:secret@proxy.example"),
        ("network.proxy_url", "http://proxy.example:99999"),
        ("network.proxy_password", "plain text"),
        ("startup.at_login", None),
    ],
)
def test_what_can_not_be_is_refused_by_name_and_changes_nothing(tmp_path: Path, name: str, value: object) -> None:
    store = SettingsStore(tmp_path)
    store.edit({"network.attempts": 6})
    before = (tmp_path / "settings.json").read_bytes()
    with pytest.raises(ConfigError) as raised:
        store.edit({"appearance.scheme": "dark" if name != "appearance.scheme" else value, name: value})
    assert raised.value.pointer == "/" + name.replace(".", "/")
    assert "secret@" not in repr(raised.value.info())
    assert (tmp_path / "settings.json").read_bytes() == before
    assert store.changed() == ["/network/attempts"]


def test_an_unknown_setting_is_refused_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no setting") as raised:
        SettingsStore(tmp_path).edit({"apearance.schem": "dark"})
    assert "appearance.scheme" in raised.value.remedy
    with pytest.raises(ConfigError):
        SettingsStore(tmp_path).edit({}, ["nothing"])


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "\x00\x01", "[" * 100_000])
def test_a_broken_file_is_set_aside_and_said(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    (tmp_path / "settings-broken-1.json").write_text("an earlier one")
    store = SettingsStore(tmp_path)
    assert store.values() == defaults()
    assert "settings-broken-2.json" in store.notices[0]
    assert (tmp_path / "settings-broken-2.json").read_text(encoding="utf-8") == text
    assert (tmp_path / "settings-broken-1.json").read_text() == "an earlier one"
    store.edit({"appearance.scheme": "dark"})
    assert SettingsStore(tmp_path).notices == []


def test_what_is_not_known_here_is_kept_for_who_knows_it(tmp_path: Path) -> None:
    written = {
        "version": 7,
        "appearance": {"scheme": "dark", "contrast": "high"},
        "telepathy": {"on": True},
        "startup": "always",
    }
    write(tmp_path, json.dumps(written))
    store = SettingsStore(tmp_path)
    assert store.settings.appearance.scheme == "dark"
    assert any("newer version" in notice for notice in store.notices)
    store.edit({"appearance.scheme": "light", "network.attempts": 2})
    assert document(tmp_path) == {
        "version": 7,
        "appearance": {"scheme": "light", "contrast": "high"},
        "telepathy": {"on": True},
        "startup": "always",
        "network": {"attempts": 2},
    }


def test_a_value_that_can_not_be_is_said_and_costs_no_other_setting(tmp_path: Path) -> None:
    write(tmp_path, json.dumps({"appearance": {"scheme": "mauve", "text_size": 150}, "network": {"attempts": 99}}))
    store = SettingsStore(tmp_path)
    assert store.settings.appearance.text_size == 150
    assert store.settings.appearance.scheme == "system"
    assert [notice for notice in store.notices if "appearance.scheme" in notice or "network.attempts" in notice]
    store.edit({"appearance.reduced_motion": True})
    assert document(tmp_path)["appearance"] == {"scheme": "mauve", "text_size": 150, "reduced_motion": True}
    store.edit({"appearance.scheme": "dark"}, ["network.attempts"])
    assert document(tmp_path)["appearance"] == {"scheme": "dark", "text_size": 150, "reduced_motion": True}
    assert "network" not in document(tmp_path), "reset takes the broken value away, too"


def test_a_file_that_can_not_be_written_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SettingsStore(tmp_path)
    store.edit({"appearance.scheme": "dark"})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        with pytest.raises(PermanentError, match="can't be written"):
            store.edit({"appearance.scheme": "light"})
    assert store.settings.appearance.scheme == "dark"
    assert SettingsStore(tmp_path).settings.appearance.scheme == "dark"
    assert [file.name for file in tmp_path.iterdir()] == ["settings.json"], "nothing half-written is left"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
sections = st.sampled_from(["appearance", "language", "startup", "network", "other", "version"])
names = st.sampled_from([pointer.rpartition("/")[2] for pointer in defaults()] + ["unknown"])


@given(st.dictionaries(sections, json_values | st.dictionaries(names, json_values, max_size=4), max_size=4))
def test_any_file_gives_settings_and_a_window_reads_it_the_same_way(
    tmp_path_factory: pytest.TempPathFactory, written: dict[str, object]
) -> None:
    profile = tmp_path_factory.mktemp("any")
    write(profile, json.dumps(written))
    early, settings = read_early(profile), SettingsStore(profile).settings
    assert early == Early(
        scheme=settings.appearance.scheme,
        text_size=settings.appearance.text_size,
        reduced_motion=settings.appearance.reduced_motion,
        language=settings.language.language,
        keep_running=settings.startup.keep_running,
        notifications=settings.startup.notifications,
    )


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"appearance": []}', '{"appearance": {"text_size": [1]}}'])
def test_a_window_starts_whatever_the_file_holds(tmp_path: Path, text: str) -> None:
    assert read_early(tmp_path) == Early()
    write(tmp_path, text)
    assert read_early(tmp_path) == Early()


def test_each_section_is_a_form_whose_defaults_are_the_settings(tmp_path: Path) -> None:
    found: dict[str, object] = {}
    for section, schema in settings_schema(languages()).items():
        state = FormState(schema)
        assert state.form.warnings == []
        assert state.errors() == []
        if section == "network":
            path = state.find("/proxy")
            assert path is not None
            state.set(path, "manual")
        value = state.value()
        assert isinstance(value, dict)
        found |= {f"/{section}/{name}": one for name, one in value.items()}
    found["/network/proxy"] = "system"
    assert found | {"/network/proxy_password": None} == defaults()
