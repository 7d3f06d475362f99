"""What the servers answer, read from their XML: listings, bucket names, and errors with the words a person needs.

Element names are compared without their namespace: Amazon, Google and the compatible servers disagree on it. Only
`Contents` counts as an object; what lies before and after it in an answer (request ids, tokens) changes every time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote_plus

from lxml import etree

from connectors.sdk import (
    AuthError,
    ConfigError,
    HeadwaterError,
    NotFound,
    PermanentError,
    PermissionDenied,
    TransientError,
)

ERRORS = frozenset({301, 307, 400, 401, 403, 404, 405, 409})
"""The statuses whose answers carry an `Error` worth reading; the host takes care of the others."""


class Object(NamedTuple):
    """One listed object. `etag` "" means that the server names none."""

    key: str
    size: int
    etag: str
    modified: float | None
    storage_class: str


class Listing(NamedTuple):
    """One answer to ListObjects or ListObjectsV2. `token` goes on with what follows, where prefixes are listed."""

    objects: list[Object]
    prefixes: list[str]
    truncated: bool
    token: str | None


def read_listing(body: bytes, *, where: str) -> Listing:
    """The objects and common prefixes of an answer. Raises PermanentError when it is no listing."""
    root = _root(body)
    if root is None or _name(root) != "ListBucketResult":
        raise _no_listing(body, where)
    try:
        return _listing(root)
    except (KeyError, ValueError) as error:  # no key, a size that is no number
        raise _no_listing(body, where) from error


def _no_listing(body: bytes, where: str) -> PermanentError:
    return PermanentError(
        "The server's answer is no listing of a bucket",
        where=where,
        remedy="Check the endpoint: it must be an S3 server's address, not that of a web page or a sign-in portal.",
        detail=body[:500].decode("utf-8", "replace"),
        code="not_a_listing",
    )


def _listing(root: etree._Element) -> Listing:
    space = root.tag[: root.tag.find("}") + 1]
    contents, prefix = f"{space}Contents", f"{space}CommonPrefixes"
    key, size, etag, modified, storage = (
        f"{space}{name}" for name in ("Key", "Size", "ETag", "LastModified", "StorageClass")
    )
    encoded = (root.findtext(f"{space}EncodingType") or "").lower() == "url"
    objects: list[Object] = []
    prefixes: list[str] = []
    for element in root:
        if element.tag == contents:
            fields = {child.tag: child.text for child in element}
            name = fields[key] or ""
            if encoded and ("%" in name or "+" in name):
                name = unquote_plus(name)
            objects.append(
                Object(
                    name,
                    int(fields.get(size) or 0),
                    (fields.get(etag) or "").strip('"'),
                    _time(fields.get(modified)),
                    fields.get(storage) or "",
                )
            )
        elif element.tag == prefix:
            name = element.findtext(f"{space}Prefix") or ""
            prefixes.append(unquote_plus(name) if encoded else name)
    more = (root.findtext(f"{space}IsTruncated") or "").lower()
    if more not in ("true", "false"):
        raise ValueError("it does not say whether more follows")  # to guess would pass for deletions
    token = root.findtext(f"{space}NextContinuationToken")
    if token is None and (marker := root.findtext(f"{space}NextMarker")):
        token = unquote_plus(marker) if encoded else marker
    return Listing(objects, prefixes, more == "true", token)


def _time(stamp: str | None) -> float | None:
    """Without a zone it is UTC; a time in another form is left out, for it only serves to be shown."""
    try:
        time = datetime.fromisoformat(stamp or "")
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def listed_region(body: bytes) -> memoryview:
    """The part of a listing that says which objects there are; the same bytes mean the same objects."""
    first, last = body.find(b"<Contents>"), body.rfind(b"</Contents>")
    return memoryview(body)[first:last] if 0 <= first < last else memoryview(b"")


def says_complete(body: bytes) -> bool:
    """Whether an unparsed listing says that nothing follows."""
    return b"<IsTruncated>false</IsTruncated>" in body


def read_buckets(body: bytes) -> list[str]:
    """The names in an answer to ListBuckets."""
    root = _root(body)
    if root is None:
        return []
    return [element.text for element in root.iter() if _name(element) == "Name" and element.text]


def failure(
    status: int, body: bytes, headers: Mapping[str, str], *, what: str, where: str, bucket: str
) -> HeadwaterError:
    """The error that a refusal means. `what` is what was tried, as in “list the bucket”."""
    fields = error_fields(body)
    code, message = fields.get("Code", ""), fields.get("Message", "")
    detail = f"HTTP {status} {code} {message}".strip()
    region = fields.get("Region") or headers.get("x-amz-bucket-region", "")
    if code in ("PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed") or status in (301, 307):
        return _elsewhere(region, fields.get("Endpoint", ""), where=where, detail=detail)
    known = _KNOWN.get(code)
    if known is not None:
        return known.error(where=where, detail=detail, bucket=bucket)
    if status == 401:
        return AuthError(
            f"The server does not accept the credential to {what}",
            where=where,
            remedy="Check the credential in Sign-in; it may have expired or been revoked.",
            detail=detail,
        )
    if status == 403:
        return PermissionDenied(
            f"The credential may not {what}",
            where=where,
            remedy="Ask the bucket's owner for the right to list the bucket and to read its objects "
            "(at Amazon: s3:ListBucket and s3:GetObject).",
            detail=detail,
        )
    if status == 404:
        return NotFound(
            f"Nothing was found there to {what}",
            where=where,
            remedy="Check the endpoint, the bucket's name and the region.",
            detail=detail,
        )
    return PermanentError(
        f"The server refused to {what} (HTTP {status})",
        where=where,
        remedy="The details hold the server's own words; check the endpoint, the bucket and the addressing style.",
        detail=detail,
    )


def error_fields(body: bytes) -> dict[str, str]:
    """The fields of an `Error` answer; empty when it is none."""
    root = _root(body)
    if root is None:
        return {}
    error = next((element for element in root.iter() if _name(element) == "Error"), None)
    return {} if error is None else {_name(child): (child.text or "").strip() for child in error}


def refusal(error: HeadwaterError, *, what: str, where: str, bucket: str) -> HeadwaterError:
    """An error of the host's own client for objects, in the words for the server's code in its details."""
    start = error.detail.find("<Error>")
    end = error.detail.find("</Error>")
    if 0 <= start < end:
        status = {AuthError: 401, PermissionDenied: 403, NotFound: 404}.get(type(error), 400)
        body = error.detail[start : end + 8].encode()
        return failure(status, body, {}, what=what, where=where, bucket=bucket)
    return error


class _Known(NamedTuple):
    kind: type[HeadwaterError]
    what: str
    remedy: str
    code: str = ""
    pointer: str = ""

    def error(self, *, where: str, detail: str, bucket: str) -> HeadwaterError:
        error = self.kind(
            self.what.format(bucket=bucket), where=where, remedy=self.remedy, detail=detail, code=self.code
        )
        if isinstance(error, ConfigError):
            error.pointer = self.pointer
        return error


_ARCHIVED = _Known(
    PermanentError,
    "The object is archived and can't be read at once",
    "Restore it at the storage provider, or leave it out with an exclude pattern.",
    "archived",
)
_SKEWED = _Known(
    ConfigError,
    "The server refuses requests because this computer's clock is wrong",
    "Set date, time and time zone of this computer (best automatically), then try again.",
    "clock_skewed",
)
_TOKEN = _Known(
    AuthError,
    "The temporary credential has expired or does not belong to the key",
    "Make a new temporary key and enter key, secret and session token again; or use a permanent key.",
    "token_expired",
)
_BUSY = _Known(TransientError, "The server is overloaded", "It is tried again later by itself.")
_KNOWN = {
    "NoSuchBucket": _Known(
        ConfigError,
        "There is no bucket “{bucket}”",
        "Check the spelling, and that account, region (at R2: jurisdiction) and endpoint are those of the bucket.",
        "no_such_bucket",
        "/bucket_name",
    ),
    "InvalidBucketName": _Known(
        ConfigError,
        "The server does not take “{bucket}” as a bucket's name",
        "Check the spelling; the endpoint must not contain the bucket.",
        "no_such_bucket",
        "/bucket_name",
    ),
    "NoSuchKey": _Known(NotFound, "The object is no longer in the bucket", "The next sync sees what became of it."),
    "InvalidAccessKeyId": _Known(
        AuthError,
        "The server does not know the access key",
        "Check the access key ID, that the key is active, and that it belongs to this server.",
        "unknown_access_key",
    ),
    "SignatureDoesNotMatch": _Known(
        AuthError,
        "The secret access key does not fit the access key ID",
        "Enter the secret again, without spaces at its ends; check that both are of the same key.",
        "wrong_secret",
    ),
    "ExpiredToken": _TOKEN,
    "InvalidToken": _TOKEN,
    "TokenRefreshRequired": _TOKEN,
    "RequestTimeTooSkewed": _SKEWED,
    "RequestExpired": _SKEWED,
    "InvalidObjectState": _ARCHIVED,
    "SlowDown": _BUSY,
    "ServiceUnavailable": _BUSY,
    "InternalError": _BUSY,
    "RequestTimeout": _BUSY,
}


def archived(key: str, storage_class: str) -> HeadwaterError:
    """The error of an object that its storage class keeps from being read."""
    return _ARCHIVED.error(where=key, detail=f"storage class {storage_class}", bucket="")


def _elsewhere(region: str, endpoint: str, *, where: str, detail: str) -> HeadwaterError:
    if region:
        what, remedy = f"The bucket lies in the region {region}", f"Set Region to {region}."
    elif endpoint:
        what, remedy = f"The bucket is reached at {endpoint}", "Set Region or Endpoint accordingly."
    else:
        what, remedy = "The bucket lies in another region", "Look up the bucket's region and set Region to it."
    return ConfigError(what, pointer="/region", where=where, remedy=remedy, detail=detail, code="wrong_region")


def _root(body: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError:
        return None


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
