"""URLs as named values: addresses of servers, of databases, and of buckets as consoles and storage services write them.

User, password and secret parameters never stay in an address. Each list is one way to read the URL; see `entries`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from app.forms.paste.entries import Entries, Entry
from app.forms.paste.hiding import Separated, has_user_info, is_secret_parameter, separate

IS_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/]*[^\s]*", re.ASCII)
_BUCKETS = frozenset({"s3", "s3a", "s3n", "gs", "gcs", "r2"})
_TOKEN_ALONE = frozenset({"http", "https", "ws", "wss"}) | _BUCKETS
"""Schemes where a user without a password is rather a token."""
_NO_PASSWORD = frozenset({"", "x", "x-oauth-basic"})
"""What stands for a password where the user is the token."""
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
    apart = separate(text.removeprefix("jdbc:"))
    if apart is None or has_user_info(apart.bare):
        return (_whole(text),)
    try:
        url = urlsplit(apart.bare)
        port = url.port
    except ValueError:
        # A port that is no number, or several hosts, which can only be one value.
        return (_whole(text, apart),) if apart.has_credentials or "," in apart.bare else ()
    scheme = url.scheme.lower()
    if not url.netloc and scheme != "file":
        return (_credentials(apart, scheme),) if apart.has_credentials else ()
    where = _special(url, apart)
    if where:
        return (where,)
    who = _credentials(apart, scheme)
    if scheme not in ("http", "https"):
        return (_parts(url, port, who), *_whole_string(text, url, apart, who))
    page = _known(url, _PAGES)
    address = (Entry(("endpoint",), _bare(url), "URL"), *who, *_secrets(url))
    if page:
        return ((*page, *who), address)
    service = _known(url, _SERVICES)
    ways = ((*service, *who) if service else (), address, _split_address(url, who), _parts(url, port, who))
    return tuple(filter(None, ways))


def read_bare(text: str) -> Entries:
    """`user:password@host:port/path`, as some tools write it: a URL without a scheme."""
    apart = separate(f"://{text}")
    if apart is None or not apart.password or has_user_info(apart.bare):
        return _whole(text)
    try:
        url = urlsplit(apart.bare.removeprefix(":"))
        return _parts(url, url.port, _credentials(apart, ""))
    except ValueError:
        return _whole(text)


def _special(url: SplitResult, apart: Separated) -> Entries:
    """Schemes that say what lies where in just their way."""
    scheme, prefix = url.scheme.lower(), url.path.lstrip("/")
    hidden = _hidden(("password", apart.password))
    if scheme in _BUCKETS:
        who = _credentials(apart, scheme)
        return (*_named(("bucket", unquote(url.netloc)), ("prefix", unquote(prefix))), *who, *_query(url))
    if scheme in ("abfs", "abfss", "wasb", "wasbs") and apart.user:
        account = (url.hostname or "").split(".")[0]
        return (*_named(("container", apart.user), ("account name", account), ("prefix", prefix)), *hidden)
    if scheme == "oci" and apart.user:
        return (*_named(("bucket", apart.user), ("namespace", url.hostname), ("prefix", prefix)), *hidden)
    if scheme == "file":
        return (*_named(("path", unquote(url.path))), *hidden)
    return ()


def _named(*pairs: tuple[str, str | None]) -> Entries:
    return tuple(Entry((name,), value, name) for name, value in pairs if value)


def _hidden(*pairs: tuple[str, str]) -> Entries:
    return tuple(replace(entry, secret_only=True) for entry in _named(*pairs))


def _credentials(apart: Separated, scheme: str) -> Entries:
    if scheme in _TOKEN_ALONE and apart.password in _NO_PASSWORD:
        return _hidden(("token", apart.user))
    if scheme in _BUCKETS:
        return (*_named(("access key id", apart.user)), *_hidden(("secret access key", apart.password)))
    return (*_named(("username", apart.user)), *_hidden(("password", apart.password)))


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


def _bare(url: SplitResult) -> str:
    """The address without what belongs to nobody else: parameters that open a door, and the place on the page."""
    if not _secrets(url):
        return url._replace(fragment="").geturl()  # to the letter
    kept = [part for part in url.query.split("&") if not is_secret_parameter(part.partition("=")[0])]
    return url._replace(query="&".join(kept), fragment="").geturl()


def _split_address(url: SplitResult, who: Entries) -> Entries:
    """The address of a server that keeps buckets, and which one is meant."""
    bucket, _, prefix = unquote(url.path.strip("/")).partition("/")
    if not bucket:
        return ()
    ending = "/" if prefix and url.path.endswith("/") else ""
    return (
        Entry(("endpoint",), f"{url.scheme}://{url.netloc}", "URL"),
        *_named(("bucket", bucket), ("prefix", prefix + ending)),
        *who,
        *_query(url),
    )


def _parts(url: SplitResult, port: int | None, who: Entries) -> Entries:
    """Host, port and the like, one by one."""
    scheme = url.scheme.lower()
    path = unquote(url.path)
    database = bool(_DATABASES.match(scheme))
    where = ("database",) if database else ("path", "prefix", "share") if scheme else ("database", "path")
    secure = scheme in _SECURE
    entries = [*_named(("host", url.hostname), ("port", str(port) if port else "")), *who]
    if path.strip("/"):
        entries.append(Entry(where, path.strip("/") if where[0] == "database" else path, where[0]))
    if scheme:
        entries.append(Entry(("scheme", "protocol"), scheme, "scheme", implied=True))
    if scheme in ("http", "https") or secure:
        entries.append(Entry(("tls",), secure, "scheme", implied=True))
    return (*entries, *_query(url))


def _query(url: SplitResult) -> Iterator[Entry]:
    for name, value in parse_qsl(url.query):
        yield Entry((name,), value, name, secret_only=is_secret_parameter(name))
        if name.lower() in ("sslmode", "ssl-mode"):
            secure = value.lower() not in ("disable", "disabled", "allow", "prefer", "preferred")
            yield Entry(("tls",), secure, name, implied=True)


def _secrets(url: SplitResult) -> Entries:
    """The parameters that must not stay in an address."""
    return tuple(entry for entry in _query(url) if entry.secret_only)


def _whole_string(text: str, url: SplitResult, apart: Separated, who: Entries) -> tuple[Entries, ...]:
    """The URL as the one connection string that some forms want, with the password only where that is not shown."""
    kept = (Entry(("connection string", "endpoint"), _bare(url), "URL"), *who, *_secrets(url))
    secret = bool(apart.password or _secrets(url))
    return (kept, (Entry(("connection string",), text, "URL", secret_only=secret),))


def _whole(text: str, apart: Separated | None = None) -> Entries:
    """One value and no more: with credentials in it, or such that might be, so never to be seen."""
    secret = apart is None or apart.has_credentials
    return (Entry(("connection string", "endpoint"), text, "URL", secret_only=secret),)
