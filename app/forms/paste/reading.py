"""Takes a pasted text apart. The standard library parses: `json`, `configparser`, `csv`, `shlex` and `urllib`."""

from __future__ import annotations

import configparser
import csv
import io
import json
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from app.forms.paste.entries import Entries, Entry, Reading
from app.forms.paste.hiding import has_user_info, torn, veiled
from app.forms.paste.names import is_secret_name, thing
from app.forms.paste.urls import IS_URL, read_bare, read_url
from app.forms.values import Json

LIMIT = 200_000
"""Characters; more than that is no block of settings."""
_SECTION = re.compile(r"^\s*\[[^\]\n]+\]\s*$", re.MULTILINE)
_ASSIGNMENT = re.compile(
    r"\s*(?i:export\s+|setx?\s+|\$env:)?(?P<name>[A-Za-z_][\w.-]{0,60}(?: [A-Za-z]{1,20}){0,3})\s*[=:]\s*(?P<value>.*)",
    re.DOTALL,
)
_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*:\d{1,5}|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NO_SCHEME = re.compile(r"(?P<user>[^\s:/@=;]*):(?!//)[^\s]*@[^\s]+")
_LOCAL_PATH = re.compile(r"(?:/|~/|[A-Za-z]:[\\/]|\\\\)[^\n]*")
_BRACED = re.compile(r"=\s*\{([^{}\"]*)\}")  # how ODBC quotes
_IN_FILE = re.compile(r"_FILE$", re.IGNORECASE)
_SQLSERVER = re.compile(r"^jdbc:sqlserver://([^:;@/]+):?(\d*)(?=;|$)")
_BUCKET_ARN = re.compile(r"arn:aws[a-z-]*:s3:::(?P<bucket>[^/\s]+)/?(?P<prefix>\S*)")

TakesObject = Callable[[str], bool]
"""Whether the form has a field of this name that takes a whole object."""


def read(text: str, takes_object: TakesObject) -> Reading:
    """A text as named values; a reading of kind "" for one that is nothing of the kind. What holds a credential is
    marked, whichever way it was read."""
    found = _read(text, takes_object)
    alternatives = (tuple(veiled(entry, text) for entry in entries) for entries in found.alternatives)
    return replace(found, alternatives=tuple(alternatives))


def _read(text: str, takes_object: TakesObject) -> Reading:
    text = text.strip().removeprefix("\ufeff")
    if not text or len(text) > LIMIT:
        return Reading("")
    if text[0] in "{[":
        with suppress(ValueError, RecursionError):
            return _with_urls("json", tuple(_json(json.loads(text), text, takes_object)))
    if "\n" not in text:
        return _line(text.strip("\"'`").rstrip(";") if IS_URL.search(text) else text)
    if _SECTION.search(text):
        with suppress(configparser.Error):
            return _with_urls("ini", _ini(text))
    table = _table(text)
    if table:
        return Reading("csv", (table,))
    entries, skipped = _assignments(text)
    return _with_urls("env", entries, skipped) if entries else Reading("", skipped=skipped)


def _line(text: str) -> Reading:
    text = _SQLSERVER.sub(r"Server=\1,\2", text)
    if IS_URL.fullmatch(text.removeprefix("jdbc:")):
        return Reading("url", read_url(text))
    arn = _BUCKET_ARN.fullmatch(text)
    if arn:
        return Reading("url", (tuple(Entry((name,), value, name) for name, value in arn.groupdict().items() if value),))
    bare = _NO_SCHEME.fullmatch(text)
    if bare and not is_secret_name(bare["user"]):
        return Reading("url", (read_bare(text),))
    pairs = max(_pairs(text, ";"), _pairs(text, " "), key=len)
    if len(pairs) > 1 or (pairs and ";" in text):
        whole = Entry(("connection string",), text, "connection string", secret_only=True)
        return Reading("connection_string", (tuple(pairs), (whole,)))
    assigned, _ = _assignments(text)
    if assigned and not _HOST.fullmatch(text) and not _LOCAL_PATH.fullmatch(text):
        return _with_urls("env", assigned)
    if _HOST.fullmatch(text):
        host, _, port = text.partition(":")
        named = (Entry(("host", "endpoint"), host, "host"), *([Entry(("port",), port, "port")] if port else []))
        return Reading("url", (named,))
    if _LOCAL_PATH.fullmatch(text):
        return Reading("path", ((Entry(("path",), text, "path"),),))
    return Reading("")


def _with_urls(kind: str, entries: Entries, skipped: int = 0) -> Reading:
    """A value may itself be a URL that says more than one thing (`DATABASE_URL`)."""
    alternatives = [entries]
    for place, entry in enumerate(entries):
        if isinstance(entry.value, str) and IS_URL.fullmatch(entry.value) and len(alternatives) < 20:
            # Only a form can say whether it wants it in one piece, so that is one of the readings.
            inside = [tuple(replace(one, origin=entry.origin) for one in other) for other in read_url(entry.value)]
            alternatives += [(*entries[:place], *entries[place + 1 :], *one) for one in inside]
    return Reading(kind, tuple(alternatives), skipped)


# --- JSON


def _json(value: Json, text: str, takes_object: TakesObject) -> Iterator[Entry]:
    if not isinstance(value, dict):
        return
    if "private_key" in value and isinstance(value.get("type"), str):
        # A key file is wanted as it is; what else is in it follows from it.
        yield Entry(("service account key",), text, "key file", secret_only=True)
        for name in ("project_id", "client_email", "client_id", "token_uri"):
            if name in value:
                yield Entry((name,), value[name], name, implied=True)
        return
    yield from _below(value, (), takes_object)


def _below(value: dict[str, Json], above: tuple[str, ...], takes_object: TakesObject) -> Iterator[Entry]:
    for name, one in value.items():
        tokens = (*above, name)
        if isinstance(one, dict) and one and set(one) != {"$secret"} and not takes_object(name) and len(tokens) < 8:
            yield from _below(one, tokens, takes_object)
        else:
            yield Entry((name, " ".join(tokens)) if above else (name,), one, ".".join(tokens), tokens)


# --- lines


def _ini(text: str) -> Entries:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True, default_section="\0")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    sections = parser.sections()
    first = "default" if "default" in sections else sections[0]
    entries = [Entry((name,), _unquoted(value), name) for name, value in parser.items(first) if value]
    others = [Entry((f"[{name}]",), None, f"[{name}]") for name in sections if name != first]
    return (*entries, *others)


def _table(text: str) -> Entries:
    """A header and one line of values, as a console hands out keys."""
    header = text.split("\n", 1)[0]
    if "," not in header or "=" in header or not all(thing(name) for name in header.split(",")):
        return ()
    first = next(csv.DictReader(io.StringIO(text), skipinitialspace=True), {})
    if torn(text, first.values()):
        return ()
    return tuple(Entry((name,), value.strip(), name) for name, value in first.items() if name and value)


def _assignments(text: str) -> tuple[Entries, int]:
    """Lines of `NAME=value`, as in an `.env` file or a shell; and how many lines were something else."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("#", "//", ";")))
    entries, skipped = [], 0
    for line in _cut(lines, "\r\n"):
        found = _ASSIGNMENT.fullmatch(line.strip())
        if found is None:
            skipped += bool(line.strip())
            continue
        value = found["value"].strip()
        if f'"{value}"' not in text and f"'{value}'" not in text:
            value = _unquoted(re.split(r"\s#", value, maxsplit=1)[0].rstrip().removesuffix(","))
        if "-----BEGIN" in value:
            value = value.replace("\\n", "\n")
        if torn(line, [value]) or (has_user_info(found["value"]) and not has_user_info(value)):
            skipped += 1  # what looks like a comment may be the rest of a password
        elif value.strip("="):  # else it was base64, not a name
            entries.append(_entry(found["name"], value))
    return tuple(entries), skipped


def _entry(name: str, value: str) -> Entry:
    """A variable; one that names a file in which the secret is (`DB_PASSWORD_FILE`) stays a reference to it."""
    bare = _IN_FILE.sub("", name)
    if _LOCAL_PATH.fullmatch(value) and (bare != name or thing(name) == "service account key"):
        return Entry((bare,), {"$secret": f"file:{value}"}, name)
    return Entry((name,), value, name)


def _pairs(text: str, separator: str) -> list[Entry]:
    """`Server=db,1433;User Id=x` and `host=db user=x`."""
    entries: list[Entry] = []
    parts = _cut(_BRACED.sub(r'="\1"', text), separator)
    if torn(text, parts):
        return []
    for part in parts:
        name, equals, value = part.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not re.fullmatch(r"[A-Za-z][\w ]{0,40}", name):
            continue
        if thing(name) == "host" and not has_user_info(value):
            host, _, port = value.removeprefix("tcp:").partition(",")
            entries.append(Entry(("host",), host, name))
            if port:
                entries.append(Entry(("port",), port.strip(), name))
        elif value:
            implied = name.lower() in ("driver", "provider", "defaultendpointsprotocol", "endpointsuffix")
            entries.append(Entry((name,), value, name, implied=implied))
    return entries


def _cut(text: str, separators: str) -> list[str]:
    """Text cut where no quotes protect it, and without them. A lone quote sign is just a sign."""
    for quotes in ("\"'", '"', ""):
        lexer = shlex.shlex(text, posix=True)
        lexer.whitespace, lexer.whitespace_split = separators, True
        lexer.commenters, lexer.escape, lexer.quotes = "", "", quotes
        with suppress(ValueError):
            return list(lexer)
    return []


def _unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
