"""The sign-in part of a form: what stays to be seen, and that hiding the rest loses nothing."""

from __future__ import annotations

import pytest

from app.connections.catalogue import Catalogue
from app.forms import FormState
from app.forms.sign_in import sign_in_schema

CATALOGUE = Catalogue.load()


@pytest.mark.parametrize(
    ("type", "shown"),
    [
        ("s3", {"auth"}),
        ("webdav", {"username", "password"}),
        ("rest_api", {"auth"}),
        ("r2", {"account_id", "r2_access_key_id", "r2_secret_access_key"}),
        ("google_cloud_storage", {"auth"}),
        ("folder", None),
        ("rss", None),
    ],
)
def test_only_the_sign_in_is_shown(type: str, shown: set[str] | None) -> None:
    schema = sign_in_schema(CATALOGUE.get(type).schema)
    if shown is None:
        assert schema is None
        return
    assert schema is not None
    assert {child.name for child in FormState(schema).form.root.children if not child.hidden} == shown


def test_what_is_hidden_keeps_its_value() -> None:
    schema = sign_in_schema(CATALOGUE.get("webdav").schema)
    value = {"base_url": "https://a.example/", "username": "ada", "remote_path": "/x", "password": {"$secret": "env:P"}}
    assert FormState(schema, value).value() == value
