"""Configs on their way in: pointers, secrets as references, errors at the right field, effects of a change."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.connections import Catalogue
from app.connections.catalogue import ConnectorType
from app.connections.config import effect_of, secret_references, validate, with_secrets, with_values
from connectors.sdk import ConfigError, NotFound


@pytest.fixture(scope="module")
def s3() -> ConnectorType:
    return Catalogue.load().get("s3")


CONFIG: dict[str, Any] = {
    "bucket_name": "handbook",
    "auth": {
        "method": "access_key",
        "aws_access_key_id": "AK",
        "aws_secret_access_key": {"$secret": "env:K"},
    },
}


async def no_vault(value: str, label: str) -> str:
    raise AssertionError("the vault must not be asked")


def test_a_secret_is_found_by_its_last_name_or_pointer(s3: ConnectorType) -> None:
    bare = {"bucket_name": "b", "auth": {"method": "access_key", "aws_access_key_id": "AK"}}
    for key in ("aws_secret_access_key", "auth.aws_secret_access_key", "/auth/aws_secret_access_key"):
        config = asyncio.run(with_secrets(s3, bare, {key: "env:K"}, no_vault, "n"))
        assert config["auth"]["aws_secret_access_key"] == {"$secret": "env:K"}
    assert "aws_secret_access_key" not in bare["auth"]


def test_a_secret_value_goes_to_the_vault_and_only_its_reference_stays(s3: ConnectorType) -> None:
    kept: list[tuple[str, str]] = []

    async def keep(value: str, label: str) -> str:
        kept.append((value, label))
        return "keyring:1"

    config = asyncio.run(with_secrets(s3, CONFIG, {"aws_secret_access_key": "value:s3cr3t"}, keep, "Docs"))
    assert kept == [("s3cr3t", "Docs: aws_secret_access_key")]
    assert "s3cr3t" not in str(config)
    assert secret_references(s3, config)["/auth/aws_secret_access_key"] == "keyring:1"


@pytest.mark.parametrize("given", ["plaintext", "hunter2:", "vault:x"])
def test_other_forms_of_a_secret_are_refused_without_repeating_them(s3: ConnectorType, given: str) -> None:
    with pytest.raises(ConfigError) as raised:
        asyncio.run(with_secrets(s3, CONFIG, {"aws_secret_access_key": given}, no_vault, "n"))
    assert "env:NAME" in raised.value.what
    assert given not in f"{raised.value.what} {raised.value.where} {raised.value.remedy}"


def test_an_unknown_secret_names_those_there_are(s3: ConnectorType) -> None:
    with pytest.raises(ConfigError) as raised:
        asyncio.run(with_secrets(s3, CONFIG, {"password": "env:K"}, no_vault, "n"))
    assert "auth.aws_secret_access_key" in raised.value.remedy


def test_a_secret_written_into_the_config_is_refused(s3: ConnectorType) -> None:
    config = with_values(CONFIG, {"auth.aws_secret_access_key": "AKIA-SECRET"})
    with pytest.raises(ConfigError) as raised:
        validate(s3, config)
    assert raised.value.pointer == "/auth/aws_secret_access_key"
    assert "AKIA" not in str(raised.value.info())


@pytest.mark.parametrize(
    ("values", "pointer", "words"),
    [
        ({"bucket_name": None}, "/bucket_name", "required"),
        ({"bucket": "x"}, "/bucket", "unknown setting"),
        ({"auth.aws_access_key_id": None}, "/auth/aws_access_key_id", "required"),
        ({"filters.max_bytes": -1}, "/filters/max_bytes", "greater than or equal to 1"),
    ],
)
def test_an_error_points_at_its_field(s3: ConnectorType, values: dict[str, Any], pointer: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        validate(s3, with_values(CONFIG, values))
    assert raised.value.pointer == pointer
    assert words in raised.value.what
    assert raised.value.remedy


def test_a_change_of_key_is_tuning_a_change_of_prefix_is_scope(s3: ConnectorType) -> None:
    assert effect_of(s3, CONFIG, CONFIG) == ("none", [])
    key = with_values(CONFIG, {"auth.aws_access_key_id": "OTHER"})
    assert effect_of(s3, CONFIG, key) == ("tuning", ["/auth/aws_access_key_id"])
    rotated = with_values(CONFIG, {"auth.aws_secret_access_key": {"$secret": "env:NEW"}})
    assert effect_of(s3, CONFIG, rotated)[0] == "tuning"
    both = with_values(key, {"prefix": "docs/"})
    assert effect_of(s3, CONFIG, both) == ("scope", ["/auth/aws_access_key_id", "/prefix"])


def test_all_types_are_discovered_and_an_unknown_one_names_close_ones() -> None:
    catalogue = Catalogue.load()
    types = {view.type for view in catalogue.views({}) if not view.problem}
    assert types >= {"folder", "s3", "r2", "google_cloud_storage", "oci_storage", "webdav", "rest_api", "rss"}
    assert [view.problem for view in catalogue.views({}) if view.problem] == []
    with pytest.raises(NotFound) as raised:
        catalogue.get("webdaw")
    assert "webdav" in raised.value.remedy


def test_a_type_that_can_not_be_loaded_is_listed_with_its_reason(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "broken_sources"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "good.py").write_text("from connectors.sources.folder import *\n")
    (package / "bad.py").write_text("import a_module_that_is_not_there\n")
    monkeypatch.syspath_prepend(tmp_path)
    (bad,) = [view for view in Catalogue.load("broken_sources").views({}) if view.problem]
    assert bad.type == "bad"
    assert "a_module_that_is_not_there" in bad.problem
