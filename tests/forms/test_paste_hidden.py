"""Whatever a credential in a pasted text is surrounded by, it is shown nowhere and goes to no field that shows it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.forms import FormState
from app.forms.paste import Recognition, apply, recognise
from tests.forms.test_paste import CATALOGUE, DATABASE, form, found, left

CANARY = "kanarie92d1"
OPEN: dict[str, Any] = {
    "properties": {
        **{
            name: {"type": "string"}
            for name in (
                *(
                    "host",
                    "port",
                    "username",
                    "password",
                    "token",
                    "api_key",
                    "signature",
                    "connection_string",
                    "scheme",
                ),
                *("bucket", "prefix", "path", "database", "endpoint", "access_key_id", "secret_access_key", "title"),
                *("redirect", "note", "user", "region", "a", "x"),
            )
        },
        "labels": {"type": "array", "items": {"type": "string"}},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "anything": {},
    }
}
"""A form whose every field shows what it holds."""
FORMS: list[Any] = [
    OPEN,
    DATABASE,
    *(CATALOGUE.get(type).schema for type in ("s3", "rest_api")),
]


def seen(recognised: Recognition, state: FormState) -> str:
    """Everything that the preview could show, and what the form shows once all is applied."""
    texts: list[Any] = [repr(recognised), recognised.kind]
    for one in recognised.findings:
        texts += [one.origin, one.label, one.slot.reference if one.slot is not None else one.value]
    for leftover in recognised.leftovers:
        texts += [leftover.origin, leftover.label, leftover.error.message if leftover.error else ""]
    apply(state, recognised.findings)
    texts += [state.value(), repr(state.errors())]
    read = [json.dumps(texts, default=str)]
    for _ in range(4):
        read.append(unquote(read[-1]))
    return "\n".join(read).casefold()


def assert_hidden(text: str) -> None:
    for schema in FORMS:
        state = FormState(schema)
        assert CANARY not in seen(recognise(text, state), state), schema.get("title")


# --- any surroundings

SCHEMES = [
    *("s3", "gs", "r2", "redis", "rediss", "https", "http", "postgresql", "jdbc:mysql", "mongodb+srv", "amqp", "ftp"),
    *("sftp", "abfss", "oci", "file", "jdbc:sqlserver", "jdbc:oracle:thin", "unknown", "HTTPS"),
]
JUNK = st.text(st.sampled_from("ab1@/:?#%&=.;,+!$\\'[](){}|~^\"<> "), max_size=4) | st.sampled_from(
    ["12/", "p@", "%40", "%2F", "@h/", "/@", "://", "x=", "?a=", "#b", " #", ";x=", ",x=", "12?x=", "@[::1]/"]
)
SECRETS = st.builds(
    "{}{}{}".format, JUNK, st.sampled_from([CANARY, quote(CANARY), "".join(f"%{ord(c):x}" for c in CANARY)]), JUNK
)
HOSTS = st.sampled_from(["bucket", "h.example", "h.example:8443", "[::1]:6379", "a.example:1,b.example:2", "localhost"])
AFTER = st.sampled_from(["", "/", "/prefix/x", "/a@b.example", "/x?y=z", "?region=eu", "/%40x", "#top", "/@ada.rss"])
URLS = st.builds(
    "{}://{}:{}@{}{}".format,
    st.sampled_from(SCHEMES),
    st.sampled_from(["", "ada", "KEY", "a%40b"]),
    SECRETS,
    HOSTS,
    AFTER,
)
PARAMETERS = st.sampled_from(
    [
        *("password", "token", "sig", "X-Amz-Signature", "X-Amz-Security-Token", "access_token", "api_key", "apikey"),
        *("pwd", "client_secret", "SharedAccessSignature", "pass%77ord", "key", "auth", "jwt", "X-Goog-Signature"),
    ]
)
PLAIN = st.builds(
    "{}{}{}".format,
    *[st.text(st.sampled_from("ab1.-_~%+/:"), max_size=3).map(lambda t: t.replace("%", "%25"))] * 1,
    st.just(CANARY),
    st.text(st.sampled_from("ab1.-_~+/:"), max_size=3),
)
QUERIES = st.builds(
    "{}://{}/items?{}{}={}{}".format,
    st.sampled_from(["https", "s3", "postgresql", "abfss"]),
    st.sampled_from(
        ["h.example", "contracts.s3.eu-central-1.amazonaws.com", "acc.blob.core.windows.net/c", "[::1]:99"]
    ),
    st.sampled_from(["", "sort=new&", "redirect=https://x.example&"]),
    PARAMETERS,
    PLAIN,
    st.sampled_from(["", "&page=2", "#top"]),
)
BARE = st.builds(
    "{}:{}@{}{}".format,
    st.sampled_from(["ada", "user", "host", "KEY", "port", "a"]),
    SECRETS.map(str.lstrip),  # with a space it is `user: ada@example.com`, as YAML writes it
    HOSTS,
    AFTER,
)
AROUND = st.sampled_from(
    [
        *(
            "{}",
            "'{}'",
            '"{}"',
            "  {}  ",
            "<{}>",
            "see {} there",
            "curl {}",
            "URL={}",
            "export ENDPOINT={}",
            'HOST="{}"',
        ),
        *(
            "BUCKET={}\nPREFIX=x",
            "[default]\nendpoint = {}\nregion = eu",
            "[default]\n{}\nregion = eu",
            "host: {}\nport: 1",
        ),
        *(
            "Endpoint={};x=1",
            "host={} port=1",
            "endpoint,region\n{},eu",
            "//{}",
            "/srv/{}",
            "[{}]\na=1",
            "a=1\n{}\nx=2",
        ),
        *("redirect=https://r.example/?to={}", "https://r.example/?redirect={}", "https://r.example/{}", "A_FILE=/{}"),
    ]
)
JSONS = st.sampled_from(
    [
        lambda text: {"endpoint": text},
        lambda text: {"labels": ["a", text], "headers": {"x": text}},
        lambda text: {text: "x", "host": "h"},
        lambda text: {"anything": {"deep": [{text: text}]}, "password": {"$secret": f"env:{text}"}},
    ]
)


@settings(max_examples=150, deadline=None)
@example("{}", f"s3://KEY:{CANARY}@bucket/prefix")
@example("{}", f"s3://KEY:se/{CANARY}+x@bucket/prefix")
@example("{}", f"redis://:{CANARY}@[::1]:6379/0")
@example("{}", f"https://ada:a@{CANARY}@h.example/@x")
@example("{}", f"https://ada:12/{CANARY}@h.example/")
@example("{}", f"https://ada%3A{CANARY}%40h.example/")
@given(AROUND, URLS | BARE)
def test_user_info_is_never_shown(around: str, text: str) -> None:
    assert_hidden(around.replace("{}", text))


@settings(max_examples=60, deadline=None)
@given(AROUND, QUERIES)
def test_secret_parameters_are_never_shown(around: str, text: str) -> None:
    assert_hidden(around.replace("{}", text))


@settings(max_examples=60, deadline=None)
@given(JSONS, URLS | QUERIES)
def test_json_shows_none_either(wrap: Any, text: str) -> None:
    assert_hidden(json.dumps(wrap(text)))


# --- what people paste


@pytest.mark.parametrize(
    ("type", "text", "wanted", "rest"),
    [
        (
            "s3",
            f"s3://AKIADEMO:{CANARY}@contracts/2024/legal?endpoint=https://minio.example.com&region=eu-west-3",
            {
                "/bucket_name": "contracts",
                "/prefix": "2024/legal",
                "/endpoint_url": "https://minio.example.com",
                "/region": "eu-west-3",
                "/auth/aws_access_key_id": "AKIADEMO",
                "/auth/aws_secret_access_key": CANARY,
            },
            [],
        ),
        (
            "s3",
            f"s3://AKIADEMO:{CANARY}/K7+x%3D@contracts",
            {
                "/bucket_name": "contracts",
                "/auth/aws_access_key_id": "AKIADEMO",
                "/auth/aws_secret_access_key": f"{CANARY}/K7+x=",
            },
            [],
        ),
        ("s3", f"s3://{CANARY}@contracts/x", {"/bucket_name": "contracts", "/prefix": "x"}, ["token"]),
        (
            "rest_api",
            f"https://api.example.com/items?sort=new&access_token={CANARY}",
            {"/url": "https://api.example.com/items?sort=new", "/auth/token": CANARY},
            [],
        ),
        ("rss", "https://social.example/@ada.rss", {"/feed_url": "https://social.example/@ada.rss"}, []),
        (
            "webdav",
            "https://cloud.example.com/remote.php/dav/files/ada@example.com/",
            {"/base_url": "https://cloud.example.com/remote.php/dav/files/ada@example.com/"},
            [],
        ),
    ],
)
def test_what_is_meant_is_found(type: str, text: str, wanted: dict[str, Any], rest: list[str]) -> None:
    recognised = recognise(text, form(type))
    assert found(recognised) == wanted
    assert left(recognised) == rest


def test_a_database_without_a_scheme() -> None:
    recognised = recognise(f"ada:{CANARY}@db.example.com:6432/orders", FormState(DATABASE))
    assert found(recognised) == {
        "/host": "db.example.com",
        "/port": 6432,
        "/username": "ada",
        "/password": CANARY,
        "/database": "orders",
    }


def test_where_an_at_sign_may_be_part_of_the_password_nothing_is_taken_apart() -> None:
    recognised = recognise(f"https://ada:a@{CANARY}@h/x@y", form("webdav"))
    assert found(recognised) == {}
    assert [(one.origin, one.label) for one in recognised.leftovers] == [("URL", "Address")]
