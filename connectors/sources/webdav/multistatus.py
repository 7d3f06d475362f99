"""What a server answers to PROPFIND (RFC 4918, 207 Multi-Status), as the entries of a folder.

Servers differ in how they write addresses: with or without host, escaped in their own way, behind a proxy that knows
another prefix. So an address is compared by its decoded parts, and a folder's own entry gives the prefix of the others.
"""

from __future__ import annotations

from io import BytesIO
from typing import NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from lxml import etree

from connectors.sdk import HeadwaterError, PermanentError, PermissionDenied, TransientError
from connectors.sdk.tree import Entry, ordered
from connectors.sources._times import parse_time

PROPFIND = (
    b'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><resourcetype/><getcontentlength/>'
    b"<getetag/><getlastmodified/><getcontenttype/><creationdate/></prop></propfind>"
)
_BAD_LISTING = "bad_listing"


class Resource(NamedTuple):
    """One `response`: the decoded parts of its address, and what is known of it. `status` 200 unless it was refused."""

    parts: tuple[bytes, ...]
    status: int = 200
    folder: bool = False
    size: int | None = None
    etag: str = ""
    modified: float | None = None
    created: float | None = None
    media_type: str = ""


def folder_entries(body: bytes, *, path: str, where: str) -> list[Entry]:
    """The entries of the folder that was asked for at `path` (as it stands in the URL).

    Raises TransientError for XML that breaks off, PermanentError for an answer that can't be this folder's."""
    resources = read(body, where=where)
    prefix = _prefix(resources, decoded(path), where)
    below = (resource for resource in resources if len(resource.parts) == len(prefix) + 1)
    return ordered(entry for each in below if (entry := _entry(each)) is not None)


def read(body: bytes, *, where: str) -> list[Resource]:
    """All responses of a multistatus. Entities are not resolved, nothing is loaded from elsewhere."""
    found: list[Resource] = []
    try:
        parser = etree.iterparse(
            BytesIO(body), tag="{DAV:}response", resolve_entities=False, no_network=True, load_dtd=False
        )
        for _, response in parser:
            if (resource := _resource(response)) is not None:
                found.append(resource)
            response.clear()
        root = parser.root
    except etree.XMLSyntaxError as error:
        raise TransientError(
            "The listing breaks off, or is not XML",
            where=where,
            remedy="It is tried again on the next run; if it lasts, ask the server's owner.",
            detail=str(error),
            code=_BAD_LISTING,
        ) from error
    if root is None or root.tag != "{DAV:}multistatus" or not found:
        raise PermanentError(
            "The answer names nothing, not even the folder that was asked for",
            where=where,
            remedy="Check that the address is the server's WebDAV address.",
            code=_BAD_LISTING,
        )
    return found


def decoded(path: str) -> tuple[bytes, ...]:
    """The parts of a URL's path. Split first: an escaped slash belongs to a name."""
    return tuple(unquote_to_bytes(part) for part in path.split("/") if part)


def etag_text(value: str | None) -> str:
    """An ETag without its quotes and its mark of weakness: listing and fetching may write it differently."""
    return (value or "").strip().removeprefix("W/").strip('"')


def _resource(response: etree._Element) -> Resource | None:
    try:
        path = urlsplit((response.findtext("{DAV:}href") or "").strip()).path
    except ValueError:
        return None
    status = _status(response.findtext("{DAV:}status"))
    props: dict[str, etree._Element] = {}
    refusals: list[int] = []
    for stat in response.iterchildren("{DAV:}propstat"):
        if (code := _status(stat.findtext("{DAV:}status"))) >= 300:
            refusals.append(code)
        elif (prop := stat.find("{DAV:}prop")) is not None:
            props |= {str(each.tag).removeprefix("{DAV:}"): each for each in prop}
    if refusals and not props:
        status = refusals[0]
    if status >= 300:
        return Resource(decoded(path), status=status, folder=path.endswith("/"))

    def text(name: str) -> str:
        return (props[name].text or "").strip() if name in props else ""

    kind = props.get("resourcetype")
    size = text("getcontentlength")
    return Resource(
        decoded(path),
        folder=path.endswith("/") if kind is None else kind.find("{DAV:}collection") is not None,
        size=int(size) if size.isascii() and size.isdecimal() else None,
        etag=etag_text(text("getetag")),
        modified=parse_time(text("getlastmodified")),
        created=parse_time(text("creationdate")),
        media_type=text("getcontenttype"),
    )


def _status(line: str | None) -> int:
    """The code of `HTTP/1.1 404 Not Found`; 200 where a server leaves the line out."""
    words = (line or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else 200


def _prefix(resources: list[Resource], asked: tuple[bytes, ...], where: str) -> tuple[bytes, ...]:
    """What the addresses of this answer begin with: what was asked for, or the folder's own entry as written here."""
    inside = all(each.parts[: len(asked)] == asked for each in resources)
    if any(each.parts == asked for each in resources) or (asked and inside):
        return asked
    own = min((each.parts for each in resources if each.folder), key=len, default=None)
    if own is not None and all(each.parts[: len(own)] == own for each in resources):
        return own
    if inside:
        return asked
    raise PermanentError(
        "The listing names files that are not in the folder that was asked for",
        where=where,
        remedy="Check the address; a proxy in front of the server may rewrite it only in part.",
        detail=", ".join("/" + b"/".join(each.parts).decode("utf-8", "replace") for each in resources[:3]),
        code=_BAD_LISTING,
    )


def _entry(resource: Resource) -> Entry | None:
    raw = resource.parts[-1]
    name = raw.decode("utf-8", "backslashreplace").replace("/", "\\x2f").replace("\0", "\\x00")
    if resource.status in (404, 410):  # gone since the server made the list
        return None
    error = _refusal(resource.status, name) if resource.status >= 300 else None
    if name.encode() != raw or name in (".", ".."):
        name = name.replace(".", "\\x2e") if name in (".", "..") else name
        error = PermanentError(
            "The name can't be used: it is not UTF-8 text, or has a slash in it",
            where=name,
            remedy="Rename it on the server; it is synced on the next run.",
            code="name_not_text",
        )
    if resource.folder or error is not None:
        return Entry(name, folder=resource.folder, error=error.info() if error else None)
    fingerprint = resource.etag or None
    if fingerprint is None and resource.modified is not None:
        fingerprint = f"{resource.size}-{resource.modified:.0f}"
    return Entry(
        name,
        size=resource.size,
        fingerprint=fingerprint,
        updated_at=resource.modified,
        created_at=resource.created,
        media_type=resource.media_type,
    )


def _refusal(status: int, name: str) -> HeadwaterError:
    if status in (401, 403):
        return PermissionDenied(
            "This account may not read it",
            where=name,
            remedy="Ask its owner for access, or exclude it in the filters.",
        )
    return PermanentError(
        f"The server does not tell what it is (it answered {status})",
        where=name,
        remedy="Ask the server's owner, or exclude it in the filters.",
        code=f"http_{status}",
    )
