"""URLs as named values: addresses of servers, of databases, and of buckets as consoles and storage services write them.

User and password never stay in an address. Each list is one way to read the URL; see `entries`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from app.forms.paste.entries import Entries, Entry

IS_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/]*[^\s]*", re.ASCII)
_BUCKETS = frozenset({"s3", "s3a", "s3n", "gs", "gcs", "r2"})
_SECURE = frozenset({"https", "imaps", "pop3s", "smtps", "ldaps", "ftps", "rediss", "davs", "webdavs", "wss"})
_DATABASES = re.compile(
    r"postgres|mysql|mariadb|mssql|sqlserver|oracle|mongodb|redis|clickhouse|snowflake|cockroach|db2|redshift"
)
_AWS_REGION = r"(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)"
_IN_PATH = r"/(?P<bucket>[^/]+)/?(?P<prefix>.*)"
_PAGES = (
    # host, path, what the query adds: pages that people look at, which are no server's address
    (
        rf"(?:s3\.|{_AWS_REGION}\.)?console\.aws\.amazon\.com",
        r"/s3/(?:buckets|object)/(?P<bucket>[^/]+)/?",
        "region prefix",
    ),
    (
        r"console\.cloud\.google\.com",
        r"/storage/browser/(?:_details/)?(?P<bucket>[^/;]+)/?(?P<prefix>[^;]*).*",
        "project",
    ),
    (
        r"dash\.cloudflare\.com",
        r"/(?P<account_id>[0-9a-f]{32})/r2/(?P<jurisdiction>default|eu|fedramp)/buckets/(?P<bucket>[^/]+).*",
        "",
    ),
    (r"drive\.google\.com", r"/drive/(?:u/\d+/)?folders/(?P<folder_id>[\w-]+).*", ""),
    (r"docs\.google\.com", r"/spreadsheets/d/(?P<spreadsheet_id>[\w-]+).*", ""),
    (r"(?:www\.)?github\.com", r"/(?P<owner>[^/]+)/(?P<repository>[^/]+?)(?:\.git)?(?:/.*)?", ""),
)
_SERVICES = (
    (rf"(?P<bucket>.+)\.s3[.-](?:dualstack\.)?{_AWS_REGION}\.amazonaws\.com(?:\.cn)?", r"/?(?P<prefix>.*)", ""),
    (r"(?P<bucket>.+)\.s3\.amazonaws\.com", r"/?(?P<prefix>.*)", ""),
    (rf"s3[.-](?:dualstack\.)?{_AWS_REGION}\.amazonaws\.com(?:\.cn)?", _IN_PATH, ""),
    (r"s3\.amazonaws\.com", _IN_PATH, ""),
    (r"storage\.(?:googleapis|cloud\.google)\.com", _IN_PATH, ""),
    (r"(?P<bucket>.+)\.storage\.googleapis\.com", r"/?(?P<prefix>.*)", ""),
    (
        r"(?P<account_id>[0-9a-f]{32})(?:\.(?P<jurisdiction>eu|fedramp))?\.r2\.cloudflarestorage\.com",
        r"/?(?P<bucket>[^/]*)/?(?P<prefix>.*)",
        "",
    ),
    (
        r"objectstorage\.(?P<region>[a-z0-9-]+)\.oraclecloud\.com",
        r"/n/(?P<namespace>[^/]+)(?:/b/(?P<bucket>[^/]+))?(?:/o/(?P<prefix>.*))?/?",
        "",
    ),
    (
        r"(?P<namespace>[^.]+)\.compat\.objectstorage\.(?P<region>[a-z0-9-]+)\.oraclecloud\.com",
        r"/?(?P<bucket>[^/]*)/?(?P<prefix>.*)",
        "",
    ),
    (r"(?P<account_name>[^.]+)\.(?:blob|dfs)\.core\.windows\.net", r"/?(?P<container>[^/]*)/?(?P<prefix>.*)", ""),
)


def read_url(text: str) -> tuple[Entries, ...]:
    """The ways to read a URL, the most telling first; () for what is none after all."""
    try:
        url = urlsplit(text.removeprefix("jdbc:"))
        port = url.port
    except ValueError:
        return _cluster(text)  # a port that is no number, or several hosts
    scheme = url.scheme.lower()
    if not url.netloc and scheme != "file":
        return ()
    if scheme in _BUCKETS:
        return (_named(("bucket", unquote(url.netloc)), ("prefix", unquote(url.path.lstrip("/")))),)
    if scheme in ("abfs", "abfss", "wasb", "wasbs") and url.username:
        account = (url.hostname or "").split(".")[0]
        return (_named(("container", url.username), ("account name", account), ("prefix", url.path.lstrip("/"))),)
    if scheme == "oci" and "@" in url.netloc:
        return (_named(("bucket", url.username), ("namespace", url.hostname), ("prefix", url.path.lstrip("/"))),)
    if scheme == "file":
        return (_named(("path", unquote(url.path))),)
    if scheme not in ("http", "https"):
        return (_parts(url, port), *_whole_string(text, url))
    page = _known(url, _PAGES)
    if page:
        return (page, _whole_address(url))
    ways = (_known(url, _SERVICES), _whole_address(url), _split_address(url), _parts(url, port))
    return tuple(filter(None, ways))


def _named(*pairs: tuple[str, str | None]) -> Entries:
    return tuple(Entry((name,), value, name) for name, value in pairs if value)


def _credentials(url: SplitResult) -> Entries:
    return _named(
        ("username", unquote(url.username) if url.username else ""),
        ("password", unquote(url.password) if url.password else ""),
    )


def _bare(url: SplitResult) -> SplitResult:
    """The URL without user and password."""
    return url._replace(netloc=url.netloc.rpartition("@")[2])


def _known(url: SplitResult, table: tuple[tuple[str, str, str], ...]) -> Entries:
    """An address of a service whose addresses say more than others'."""
    host, asked = url.hostname or "", dict(parse_qsl(url.query))
    for host_pattern, path_pattern, names in table:
        in_host, in_path = re.fullmatch(host_pattern, host), re.fullmatch(path_pattern, url.path)
        if in_host and in_path:
            found = {**in_host.groupdict(), **in_path.groupdict()}
            found |= {name: asked[name] for name in names.split() if name in asked}
            named = _named(*((name.replace("_", " "), unquote(value or "")) for name, value in found.items()))
            return tuple(replace(entry, sure=True) for entry in named)
    return ()


def _whole_address(url: SplitResult) -> Entries:
    """The address as one value."""
    return (Entry(("endpoint",), _bare(url)._replace(fragment="").geturl(), "URL"), *_credentials(url))


def _split_address(url: SplitResult) -> Entries:
    """The address of a server that keeps buckets, and which one is meant."""
    bucket, _, prefix = unquote(url.path.strip("/")).partition("/")
    if not bucket:
        return ()
    origin = f"{url.scheme}://{_bare(url).netloc}"
    ending = "/" if prefix and url.path.endswith("/") else ""
    return (
        Entry(("endpoint",), origin, "URL"),
        *_named(("bucket", bucket), ("prefix", prefix + ending)),
        *_credentials(url),
        *_query(url),
    )


def _parts(url: SplitResult, port: int | None) -> Entries:
    """Host, port and the like, one by one."""
    scheme = url.scheme.lower()
    path = unquote(url.path)
    database = bool(_DATABASES.match(scheme))
    where = ("database",) if database else ("path", "prefix", "share")
    secure = scheme in _SECURE
    entries = [
        *_named(("host", url.hostname), ("port", str(port) if port else "")),
        *_credentials(url),
    ]
    if path.strip("/"):
        entries.append(Entry(where, path.strip("/") if database else path, where[0]))
    entries.append(Entry(("scheme", "protocol"), scheme, "scheme", implied=True))
    if scheme in ("http", "https") or secure:
        entries.append(Entry(("tls",), secure, "scheme", implied=True))
    return (*entries, *_query(url))


def _query(url: SplitResult) -> Iterator[Entry]:
    for name, value in parse_qsl(url.query):
        yield Entry((name,), value, name)
        if name.lower() in ("sslmode", "ssl-mode"):
            secure = value.lower() not in ("disable", "disabled", "allow", "prefer", "preferred")
            yield Entry(("tls",), secure, name, implied=True)


def _whole_string(text: str, url: SplitResult) -> tuple[Entries, ...]:
    """The URL as the one connection string that some forms want, with the password only where that is not shown."""
    bare = _bare(url).geturl()
    apart = (Entry(("connection string", "endpoint"), bare, "URL"), *_credentials(url))
    whole = Entry(("connection string",), text, "URL", secret_only=bool(url.password))
    return (apart, (whole,))


def _cluster(text: str) -> tuple[Entries, ...]:
    """Several hosts in one URL can only be one value."""
    netloc = text.partition("://")[2].partition("/")[0]
    if "," not in netloc:
        return ()
    return ((Entry(("connection string",), text, "URL", secret_only="@" in netloc),),)
