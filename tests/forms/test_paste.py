"""Pasted text against real forms: what is recognised, what is not, and that nothing happens before it is applied."""

from __future__ import annotations

import json
import logging
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connections.catalogue import Catalogue
from app.forms import FormState
from app.forms.paste import Recognition, apply, recognise
from tests.forms.samples import STORE, STORE_VALUE

CATALOGUE = Catalogue.load()
KEY = "AKIAIOSFODNN7EXAMPLE"
CANARY = "canary/92d1+x="

DATABASE: dict[str, Any] = {
    "type": "object",
    "required": ["host", "port", "database", "username"],
    "properties": {
        "host": {"type": "string"},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": 5432},
        "database": {"type": "string"},
        "username": {"type": "string"},
        "password": {"type": "string", "airbyte_secret": True},
        "ssl_mode": {"type": "string", "enum": ["disable", "require", "verify-full"], "default": "disable"},
        "ssl": {"type": "boolean", "default": False},
        "tunnel": {
            "type": "object",
            "oneOf": [
                {"title": "None", "properties": {"method": {"const": "none"}}},
                {
                    "title": "SSH",
                    "properties": {
                        "method": {"const": "ssh"},
                        "tunnel_host": {"type": "string"},
                        "tunnel_user": {"type": "string"},
                        "tunnel_password": {"type": "string", "airbyte_secret": True},
                    },
                },
            ],
        },
    },
}


def form(type: str) -> FormState:
    return FormState(CATALOGUE.get(type).schema)


def found(recognised: Recognition) -> dict[str, Any]:
    """What would be set, by pointer; a secret by its text."""
    return {
        one.pointer: one.slot.change().removeprefix("value:") if one.slot is not None else one.value
        for one in recognised.findings
        if one.how != "branch"
    }


def left(recognised: Recognition) -> list[str]:
    return [one.origin for one in recognised.leftovers]


# --- URLs


@pytest.mark.parametrize(
    ("type", "text", "wanted"),
    [
        ("s3", "s3://contracts/2024/legal/", {"bucket_name": "contracts", "prefix": "2024/legal/"}),
        ("s3", "arn:aws:s3:::contracts/2024/*", {"bucket_name": "contracts", "prefix": "2024/*"}),
        (
            "s3",
            "https://eu-central-1.console.aws.amazon.com/s3/buckets/contracts?region=eu-west-3&prefix=a%20b/&tab=objects",
            {"bucket_name": "contracts", "prefix": "a b/", "region": "eu-west-3"},
        ),
        (
            "s3",
            "https://contracts.s3.eu-central-1.amazonaws.com/legal/",
            {"bucket_name": "contracts", "prefix": "legal/", "region": "eu-central-1"},
        ),
        (
            "s3",
            "https://s3.us-west-2.amazonaws.com/contracts",
            {"bucket_name": "contracts", "region": "us-west-2"},
        ),
        (
            "s3",
            "https://minio.example.com:9000/contracts/legal",
            {"endpoint_url": "https://minio.example.com:9000", "bucket_name": "contracts", "prefix": "legal"},
        ),
        ("s3", "https://s3.console.aws.amazon.com/s3/buckets/contracts", {"bucket_name": "contracts"}),
        (
            "s3",
            "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com/docs/en",
            {
                "endpoint_url": "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com",
                "bucket_name": "docs",
                "prefix": "en",
            },
        ),
        ("s3", "https://minio.example.com:9000", {"endpoint_url": "https://minio.example.com:9000"}),
        ("google_cloud_storage", "gs://handbook/en", {"bucket_name": "handbook", "prefix": "en"}),
        (
            "google_cloud_storage",
            "https://console.cloud.google.com/storage/browser/handbook/en;tab=objects?project=acme-1",
            {"bucket_name": "handbook", "prefix": "en", "project_id": "acme-1"},
        ),
        (
            "r2",
            "https://0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com/docs",
            {"account_id": "0123456789abcdef" * 2, "jurisdiction": "eu", "bucket_name": "docs"},
        ),
        (
            "oci_storage",
            "https://objectstorage.eu-frankfurt-1.oraclecloud.com/n/tenancy1/b/docs/o/",
            {"namespace": "tenancy1", "region": "eu-frankfurt-1", "bucket_name": "docs"},
        ),
        (
            "webdav",
            "https://ada:p%40ss@cloud.example.com/remote.php/dav/files/ada/",
            {
                "base_url": "https://cloud.example.com/remote.php/dav/files/ada/",
                "username": "ada",
                "password": "p@ss",
            },
        ),
        ("rest_api", "https://api.example.com/v1/items?sort=new", {"url": "https://api.example.com/v1/items?sort=new"}),
        ("folder", "/srv/handbook", {"path": "/srv/handbook"}),
    ],
)
def test_addresses_fill_our_own_connectors(type: str, text: str, wanted: dict[str, Any]) -> None:
    recognised = recognise(text, form(type))
    assert found(recognised) == {f"/{name}": value for name, value in wanted.items()}
    assert left(recognised) == []


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://ada:s%3Ba@db.example.com:6432/orders?sslmode=require",
        "jdbc:postgresql://ada:s%3Ba@db.example.com:6432/orders?sslmode=require",
        "Server=tcp:db.example.com,6432;Initial Catalog=orders;User Id=ada;Password='s;a';SslMode=require;ssl=yes",
        "host=db.example.com port=6432 dbname=orders user=ada password='s;a' sslmode=require ssl=on",
        "export PGHOST=db.example.com\nexport PGPORT=6432\nPGDATABASE=orders # the shop\nPGUSER='ada'\n"
        'PGPASSWORD="s;a"\nSSLMODE=require\nSSL=true\n',
        '{"host": "db.example.com", "port": "6432", "db": "orders", "login": "ada", "pwd": "s;a",'
        ' "sslMode": "require", "ssl": true}',
        "[client]\nhost = db.example.com\nport: 6432\ndatabase = orders\nuser = ada\npassword = s;a\n"
        "ssl-mode = require\nssl = 1\n",
        "jdbc:sqlserver://db.example.com:6432;databaseName=orders;user=ada;password={s;a};sslmode=require;ssl=true",
        "# ours\nDATABASE_URL=postgresql://ada:s%3Ba@db.example.com:6432/orders?sslmode=require",
    ],
    ids=["url", "jdbc", "ado", "libpq", "env", "json", "ini", "sqlserver", "url in env"],
)
def test_one_database_told_in_nine_ways(text: str) -> None:
    recognised = recognise(text, FormState(DATABASE))
    assert found(recognised) == {
        "/host": "db.example.com",
        "/port": 6432,
        "/database": "orders",
        "/username": "ada",
        "/password": "s;a",
        "/ssl_mode": "require",
        "/ssl": True,
    }
    assert left(recognised) == []


def test_an_address_never_keeps_user_and_password() -> None:
    schema = {"properties": {"url": {"type": "string", "format": "uri"}}}
    recognised = recognise("https://ada:secret@wiki.example.com/x", FormState(schema))
    assert found(recognised) == {"/url": "https://wiki.example.com/x"}
    assert left(recognised) == ["username", "password"]


@pytest.mark.parametrize("secret", [True, False])
def test_a_whole_connection_string_goes_only_where_it_is_hidden(secret: bool) -> None:
    text = f"Endpoint=sb://x/;SharedAccessKeyName=root;SharedAccessKey={CANARY}"
    schema = {"properties": {"connection_string": {"type": "string", "writeOnly": secret}}}
    assert found(recognise(text, FormState(schema))) == ({"/connection_string": text} if secret else {})
    text = "mongodb://u:p@a.example:1,b.example:2/x"
    assert found(recognise(text, FormState(schema))) == ({"/connection_string": text} if secret else {})
    kept = {"/connection_string": "redis://h.example:6379/0"}
    assert found(recognise("redis://h.example:6379/0", FormState(schema))) == kept


# --- keys


KEYS = {
    "env": f"export AWS_ACCESS_KEY_ID={KEY}\nexport AWS_SECRET_ACCESS_KEY={CANARY}\nexport AWS_SESSION_TOKEN=tok\n",
    "powershell": f'$env:AWS_ACCESS_KEY_ID="{KEY}"\r\n$env:AWS_SECRET_ACCESS_KEY="{CANARY}"\r\n'
    '$env:AWS_SESSION_TOKEN="tok"',
    "cmd": f"SET AWS_ACCESS_KEY_ID={KEY}\nSET AWS_SECRET_ACCESS_KEY={CANARY}\nSET AWS_SESSION_TOKEN=tok",
    "ini": f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {CANARY}\naws_session_token = tok\n",
    "json": json.dumps({"Credentials": {"AccessKeyId": KEY, "SecretAccessKey": CANARY, "SessionToken": "tok"}}),
    "csv": f"Access key ID,Secret access key,Session token\n{KEY},{CANARY},tok\n",
}


@pytest.mark.parametrize("kind", KEYS)
def test_keys_choose_the_branch_they_belong_to(kind: str) -> None:
    state = form("s3")
    state.choose(("auth",), 1)
    recognised = recognise(KEYS[kind], state)
    assert found(recognised) == {
        "/auth/aws_access_key_id": KEY,
        "/auth/aws_secret_access_key": CANARY,
        "/auth/session_token": "tok",
    }
    (union,) = [one for one in recognised.changes if one.how == "branch"]
    assert (union.pointer, union.value) == ("/auth", 0)
    assert left(recognised) == []
    assert state.value()["auth"] == {"method": "anonymous"}, "nothing is applied yet"
    apply(state, recognised.findings)
    assert state.value()["auth"] == {"method": "access_key", "aws_access_key_id": KEY}
    assert state.secrets()["/auth/aws_secret_access_key"] == f"value:{CANARY}"


def test_a_key_file_goes_whole_into_the_secret_that_wants_it() -> None:
    text = json.dumps(
        {"type": "service_account", "project_id": "acme-1", "private_key": CANARY, "client_email": "a@b.example"}
    )
    recognised = recognise(text, form("google_cloud_storage"))
    assert found(recognised) == {"/auth/service_account_key": text, "/project_id": "acme-1"}
    assert [one.value for one in recognised.findings if one.how == "branch"] == [1]


def test_a_secret_in_a_file_stays_there() -> None:
    text = "GOOGLE_APPLICATION_CREDENTIALS=/etc/key.json\nGCS_BUCKET=docs"
    recognised = recognise(text, form("google_cloud_storage"))
    assert found(recognised) == {"/auth/service_account_key": "file:/etc/key.json", "/bucket_name": "docs"}
    recognised = recognise("DB_PASSWORD_FILE=/run/secrets/db\nDB_HOST=h", FormState(DATABASE))
    assert found(recognised) == {"/password": "file:/run/secrets/db", "/host": "h"}


def test_other_profiles_are_named_not_mixed() -> None:
    text = "[work]\naws_access_key_id = B\n[default]\naws_access_key_id = A\nregion = eu-west-1\n"
    recognised = recognise(text, form("s3"))
    assert found(recognised) == {"/auth/aws_access_key_id": "A", "/region": "eu-west-1"}
    assert left(recognised) == ["[work]"]


def test_a_key_of_many_lines() -> None:
    schema = {"properties": {"private_key": {"type": "string", "format": "password", "multiline": True}}}
    pem = "-----BEGIN KEY-----\nabc=\n-----END KEY-----"
    for text in (f'A=1\nPRIVATE_KEY="{pem}"', 'A=1\nPRIVATE_KEY="{}"'.format(pem.replace("\n", "\\n"))):
        assert found(recognise(text, FormState(schema))) == {"/private_key": pem}


# --- JSON


def test_a_config_of_our_own_comes_back_as_it_was() -> None:
    state = FormState(STORE)
    recognised = recognise(json.dumps(STORE_VALUE), state)
    assert left(recognised) == []
    apply(state, recognised.findings)
    wanted = {**STORE_VALUE, "filters": {**STORE_VALUE["filters"], "exclude": []}}
    assert state.value() == FormState(STORE).value() | wanted
    state.undo()
    assert state.value() == FormState(STORE).value()
    assert not state.can_undo
    state.redo()
    assert not recognise(json.dumps(STORE_VALUE), state).changes, "all is as pasted now"


def test_constants_and_tuples_of_a_config_are_known() -> None:
    schema = {
        "properties": {
            "version": {"const": 2},
            "range": {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]},
        }
    }
    state = FormState(schema)
    recognised = recognise('{"version": 2, "range": [1, "b"]}', state)
    assert left(recognised) == []
    apply(state, recognised.findings)
    assert state.value()["range"] == [1, "b"]
    assert left(recognise('{"version": 3}', state)) == ["version"]


def test_references_to_secrets_are_kept_if_they_mean_something_here() -> None:
    schema = {"properties": {"token": {"format": "password"}, "key": {"format": "password"}}}
    text = json.dumps({"token": {"$secret": "env:TOKEN"}, "key": {"$secret": "keyring:elsewhere"}})
    recognised = recognise(text, FormState(schema))
    assert found(recognised) == {"/token": "env:TOKEN"}
    assert [(one.origin, one.label) for one in recognised.leftovers] == [("key", "Key")]


def test_fields_that_another_value_brings_into_the_form() -> None:
    schema = {
        "properties": {"mode": {"enum": ["plain", "signed"], "default": "plain"}},
        "if": {"properties": {"mode": {"const": "signed"}}, "required": ["mode"]},
        "then": {"properties": {"signer": {"type": "string"}, "key": {"format": "password"}}},
    }
    state = FormState(schema)
    recognised = recognise("signer=ada\nkey=k\nmode=signed\nother=1", state)
    assert found(recognised) == {"/mode": "signed", "/signer": "ada", "/key": "k"}
    assert left(recognised) == ["other"]
    assert state.value() == {"mode": "plain"}
    apply(state, reversed(recognised.findings))
    assert state.value() == {"mode": "signed", "signer": "ada"}
    assert state.secrets() == {"/key": "value:k"}
    assert state.undo()
    assert state.value() == {"mode": "plain"}
    apply(state, [one for one in recognised.findings if one.pointer == "/mode"])


# --- what is not recognised


def test_a_value_that_breaks_the_schema_is_not_recognised_and_told_why() -> None:
    recognised = recognise('{"port": 70000, "ssl_mode": "sometimes", "colour": "red"}', FormState(DATABASE))
    assert found(recognised) == {}
    told = {one.origin: (one.label, one.error.message if one.error else "") for one in recognised.leftovers}
    assert told["port"][0] == "Port"
    assert "65535" in told["port"][1].replace(",", "")
    assert told["ssl_mode"] == ("SSL mode", "")
    assert told["colour"] == ("", "")


def test_what_belongs_to_something_else_does_not_push_out_what_is_ours() -> None:
    text = "SMTP_PASSWORD=no\nSHOP_DB_PASSWORD=yes\nSHOP_DB_HOST=h\nSHOP_DB_NAME=n\nSMTP_FROM=x"
    recognised = recognise(text, FormState(DATABASE))
    assert found(recognised) == {"/password": "yes", "/host": "h", "/database": "n"}
    assert left(recognised) == ["SMTP_PASSWORD", "SMTP_FROM"]


def test_a_union_stays_as_it_is_without_evidence() -> None:
    state = FormState(DATABASE)
    state.choose(("tunnel",), 0)
    recognised = recognise("mysql://ada:x@h/db", state)
    assert not [one for one in recognised.findings if one.how == "branch"]
    tunnel = recognise("tunnel_host=a\ntunnel_password=b", state)
    assert found(tunnel) == {"/tunnel/tunnel_host": "a", "/tunnel/tunnel_password": "b"}


@pytest.mark.parametrize(
    "text", ["", "   ", "hello", "ghp_0123456789", "c2VjcmV0dG8==", "two\nlines", "{not json", "a,b\n1,2", "http://["]
)
def test_a_text_that_says_nothing(text: str) -> None:
    recognised = recognise(text, FormState(DATABASE))
    assert not recognised.findings
    assert not recognised.leftovers


def test_a_schema_without_end_is_searched_in_the_end() -> None:
    below: dict[str, Any] = {name: {"$ref": "#/$defs/node"} for name in "abc"}
    node = {"type": "object", "properties": {**below, "host": {"type": "string"}}}
    state = FormState({"$defs": {"node": node}, "$ref": "#/$defs/node"})
    assert found(recognise("HOST=h", state)) == {"/host": "h"}
    wide: dict[str, Any] = {"type": "string"}
    for level in range(6):
        wide = {
            "type": "object",
            "properties": {f"n{level}_{number}": wide for number in range(6)} | {"user": {"type": "string"}},
        }
    assert found(recognise("user=ada", FormState(wide))) == {"/user": "ada"}


# --- undo and secrets


def test_applying_is_one_step_and_keeps_what_was_typed_before() -> None:
    state = FormState(DATABASE)
    state.set(("host",), "typed")
    apply(state, recognise("postgresql://ada:x@h:1/db?sslmode=require", state).findings)
    assert state.value()["host"] == "h"
    state.undo()
    assert state.value()["host"] == "typed"
    assert "database" not in state.value()
    state.undo()
    assert not state.can_undo
    state.redo(), state.redo()
    assert state.value()["port"] == 1


@pytest.mark.parametrize(
    ("type", "text"),
    [
        *(("s3", text) for text in KEYS.values()),
        ("webdav", f"https://ada:{CANARY}@h.example/{CANARY.split('/')[0]}"),
        ("webdav", f'{{"password": "{CANARY}", "other": {{"deep": "{CANARY}"}}, "list": ["{CANARY}"]}}'),
        ("google_cloud_storage", f'{{"type": "service_account", "private_key": "{CANARY}"}}'),
        ("webdav", f"NOBODY_ASKED={CANARY}\nPASSWORD={CANARY}\n{CANARY}"),
        ("rest_api", f"Server=x;Pwd={CANARY};Unknown={CANARY}"),
        ("webdav", f"postgresql://u:{CANARY}@h:nan/x"),
        ("webdav", CANARY),
    ],
)
def test_canary_is_in_no_repr_undo_or_error(caplog: pytest.LogCaptureFixture, type: str, text: str) -> None:
    caplog.set_level(logging.DEBUG)
    state = form(type)
    recognised = recognise(text, state)
    shown = repr(recognised) + repr(recognised.findings) + repr(recognised.leftovers)
    assert "canary" not in shown
    apply(state, [one for one in recognised.findings if one.slot is not None])
    state.submit()
    assert "canary" not in repr(vars(state)) + repr(state._cells) + repr(state.errors()) + caplog.text
    for one in recognised.findings:
        if one.slot is not None:
            with pytest.raises(TypeError):
                pickle.dumps(one)


@given(st.text(max_size=60) | st.builds("{}={}\n{}:{}".format, *[st.text(max_size=12)] * 4))
def test_no_text_at_all_raises_or_changes_anything(text: str) -> None:
    state = FormState(DATABASE)
    before = state.value()
    recognise(text, state)
    assert state.value() == before
    assert state.secrets() == {}


NAMES = st.sampled_from(["host", "database", "username", "password"])
WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)


@given(st.dictionaries(NAMES, WORDS, min_size=2), st.integers(1, 65535))
def test_any_values_survive_every_kind_of_block(values: dict[str, str], port: int) -> None:
    wanted = {f"/{name}": value for name, value in values.items()} | {"/port": port}
    pairs = {**values, "port": str(port)}
    for text in (
        json.dumps({**values, "port": port}),
        "\n".join(f"{name.upper()}={value}" for name, value in pairs.items()),
        "\n".join(f"export APP_{name.upper()}='{value}'" for name, value in pairs.items()),
        "[x]\n" + "\n".join(f"{name} = {value}" for name, value in pairs.items()),
        ";".join(f"{name}={value}" for name, value in pairs.items()),
    ):
        assert found(recognise(text, FormState(DATABASE))) == wanted
