"""The text of a document for search and preview, made from its bytes alone, the same each time."""

from __future__ import annotations

import email
import email.policy
import mimetypes
from email.message import EmailMessage

MOST_BYTES = 4 * 1024 * 1024
"""Larger documents are searched by title only."""
MOST_TEXT = 1_000_000
TEXT_TYPES = frozenset(
    {
        "application/json",
        "application/ld+json",
        "application/xml",
        "application/x-yaml",
        "application/yaml",
        "application/toml",
        "application/javascript",
        "application/sql",
        "application/x-sh",
        "application/x-ndjson",
        "application/atom+xml",
        "application/rss+xml",
    }
)
UNKNOWN = frozenset({"", "application/octet-stream", "binary/octet-stream"})


def kind_of(media_type: str, path: str) -> str:
    """The media type without parameters; guessed from the name when the source does not know."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain in UNKNOWN:
        guessed, encoding = mimetypes.guess_type(path, strict=False)
        if encoding is None and guessed:
            return guessed
    return plain


def extract(body: bytes, media_type: str, path: str) -> str | None:
    """The text to index, None when there is none to be had (a picture, an archive, a format without reader)."""
    if len(body) > MOST_BYTES:
        return None
    kind = kind_of(media_type, path)
    if kind == "text/html" or kind == "application/xhtml+xml":
        return _html(_decode(body))[:MOST_TEXT]
    if kind == "message/rfc822":
        return _mail(body)[:MOST_TEXT]
    if kind.startswith("text/") or kind in TEXT_TYPES or kind.endswith(("+json", "+xml")):
        return _decode(body)[:MOST_TEXT]
    if kind in UNKNOWN and _looks_like_text(body):
        return _decode(body)[:MOST_TEXT]
    return None


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes  # large, and most text is UTF-8

    best = from_bytes(body[:200_000]).best()
    encoding = "utf-8" if best is None else best.encoding
    return body.decode(encoding, "replace")


def _looks_like_text(body: bytes) -> bool:
    head = body[:4096]
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(body) > len(head)
    return True


def _html(text: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    tree.strip_tags(["script", "style", "noscript", "template", "svg"])
    title = tree.css_first("title")
    body = tree.body
    lines = (line.strip() for line in ("" if body is None else body.text(separator="\n")).splitlines())
    found = "\n".join(line for line in lines if line)
    return f"{title.text().strip()}\n{found}" if title is not None else found


def _mail(body: bytes) -> str:
    message = email.message_from_bytes(body, policy=email.policy.default)
    parts = [f"{name}: {message[name]}" for name in ("Subject", "From", "To", "Cc", "Date") if message[name]]
    if isinstance(message, EmailMessage):
        content = message.get_body(preferencelist=("plain", "html"))
        if content is not None:
            try:
                text = content.get_content()
            except (LookupError, ValueError):
                text = content.get_payload(decode=True).decode("utf-8", "replace")  # type: ignore[union-attr]
            parts.append(_html(text) if content.get_content_type() == "text/html" else text)
        parts += [name for part in message.iter_attachments() if (name := part.get_filename())]
    return "\n".join(parts)
