"""A bucket that speaks the S3 dialect over files in memory: as much of it as reading takes.

It is not a server for anything but the demo: it checks that a request is signed with its access key, not the
signature itself. What it answers (XML shapes, order by UTF-8 bytes, errors) is what clients of the real thing meet.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote
from xml.etree import ElementTree

from aiohttp import web

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
MOST_KEYS = 1000


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of the bucket. `modified` is UTC epoch seconds."""

    key: str
    body: bytes
    modified: float
    media_type: str = "application/octet-stream"

    @property
    def etag(self) -> str:
        return f'"{hashlib.md5(self.body, usedforsecurity=False).hexdigest()}"'


class Bucket:
    """The handlers of one bucket; `app()` makes them a server."""

    def __init__(self, name: str, objects: Iterable[StoredObject], *, access_key_id: str) -> None:
        self.name = name
        self._objects = {stored.key: stored for stored in sorted(objects, key=lambda stored: stored.key.encode())}
        self._access_key_id = access_key_id

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/", self._buckets)
        app.router.add_get("/{bucket}", self._list)
        app.router.add_get("/{bucket}/", self._list)
        app.router.add_get("/{bucket}/{key:.+}", self._get)
        return app

    # --- what a request must bring -----------------------------------------------------------------------------------

    def _refusal(self, request: web.Request) -> web.Response | None:
        """The error for a request that is not signed with our key, or asks for another bucket."""
        words = request.headers.get("Authorization", "")
        if not words.startswith("AWS4-HMAC-SHA256 ") or "x-amz-date" not in request.headers:
            return _error(request, 403, "AccessDenied", "Access Denied")
        if f"Credential={self._access_key_id}/" not in words:
            return _error(request, 403, "InvalidAccessKeyId", "The access key Id you provided does not exist.")
        if request.match_info.get("bucket", self.name) != self.name:
            return _error(request, 404, "NoSuchBucket", "The specified bucket does not exist")
        return None

    async def _buckets(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        root = ElementTree.Element("ListAllMyBucketsResult", xmlns=NAMESPACE)
        bucket = ElementTree.SubElement(ElementTree.SubElement(root, "Buckets"), "Bucket")
        _text(bucket, "Name", self.name)
        return _xml(root)

    # --- ListObjectsV2 -----------------------------------------------------------------------------------------------

    async def _list(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        query = request.query
        if "location" in query:
            return _xml(ElementTree.Element("LocationConstraint", xmlns=NAMESPACE))
        encoded = query.get("encoding-type") == "url"
        prefix, delimiter, after = query.get("prefix", ""), query.get("delimiter", ""), query.get("start-after", "")
        try:
            size = min(int(query.get("max-keys", MOST_KEYS)), MOST_KEYS)
            if token := query.get("continuation-token"):
                after = base64.urlsafe_b64decode(token).decode()
        except (ValueError, binascii.Error):
            return _error(request, 400, "InvalidArgument", "max-keys or continuation-token can't be read")

        contents: list[StoredObject] = []
        folders: list[str] = []
        last, truncated = "", False
        for key, stored in self._objects.items():
            if not key.startswith(prefix) or key.encode() <= after.encode():
                continue
            folder = _folder(key, prefix, delimiter)
            if folder is not None and (folder == (folders[-1] if folders else None) or folder == after):
                continue  # the folder has been told already, on this page or as the end of the one before
            if len(contents) + len(folders) >= size:
                truncated = True
                break
            if folder is None:
                contents.append(stored)
                last = key
            else:
                folders.append(folder)
                last = folder

        def told(key: str) -> str:
            return quote(key, safe="/") if encoded else key

        root = ElementTree.Element("ListBucketResult", xmlns=NAMESPACE)
        _text(root, "Name", self.name)
        _text(root, "Prefix", told(prefix))
        if delimiter:
            _text(root, "Delimiter", told(delimiter))
        if encoded:
            _text(root, "EncodingType", "url")
        _text(root, "MaxKeys", str(size))
        _text(root, "KeyCount", str(len(contents) + len(folders)))
        _text(root, "IsTruncated", "true" if truncated else "false")
        if truncated:
            _text(root, "NextContinuationToken", base64.urlsafe_b64encode(last.encode()).decode())
        for stored in contents:
            item = ElementTree.SubElement(root, "Contents")
            _text(item, "Key", told(stored.key))
            _text(item, "LastModified", _iso(stored.modified))
            _text(item, "ETag", stored.etag)
            _text(item, "Size", str(len(stored.body)))
            _text(item, "StorageClass", "STANDARD")
        for folder in folders:
            _text(ElementTree.SubElement(root, "CommonPrefixes"), "Prefix", told(folder))
        return _xml(root)

    # --- GetObject and HeadObject ------------------------------------------------------------------------------------

    async def _get(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        stored = self._objects.get(request.match_info["key"])
        if stored is None:
            return _error(request, 404, "NoSuchKey", "The specified key does not exist.")
        headers = {
            "ETag": stored.etag,
            "Last-Modified": format_datetime(_utc(stored.modified), usegmt=True),
            "Accept-Ranges": "bytes",
        }
        if (wanted := request.headers.get("If-Match")) not in (None, "*", stored.etag):
            return _error(request, 412, "PreconditionFailed", f"The object is not {wanted}")
        if request.headers.get("If-None-Match") == stored.etag:
            return web.Response(status=304, headers=headers)
        size = len(stored.body)
        if request.headers.get("Range"):
            try:
                part = request.http_range
                start, stop, _ = part.indices(size)
            except ValueError:
                start, stop = size, size
            if start >= stop:
                return _error(request, 416, "InvalidRange", "The requested range is not satisfiable")
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
            return web.Response(
                status=206, body=stored.body[start:stop], headers=headers, content_type=stored.media_type
            )
        return web.Response(body=stored.body, headers=headers, content_type=stored.media_type)


def _folder(key: str, prefix: str, delimiter: str) -> str | None:
    """The common prefix that stands for `key` in a listing by folders; None for a key that stands for itself."""
    if not delimiter:
        return None
    at = key.find(delimiter, len(prefix))
    return None if at < 0 else key[: at + len(delimiter)]


def _utc(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _iso(at: float) -> str:
    return _utc(at).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text


def _xml(root: ElementTree.Element, status: int = 200) -> web.Response:
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return web.Response(status=status, body=body, content_type="application/xml")


def _error(request: web.Request, status: int, code: str, message: str) -> web.Response:
    root = ElementTree.Element("Error")
    _text(root, "Code", code)
    _text(root, "Message", message)
    _text(root, "Resource", request.path)
    return _xml(root, status)
