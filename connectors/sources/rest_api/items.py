"""One item of an answer as a document: id, title, text, metadata, and the fingerprint of what was made of it.

The fingerprint covers the document and not the raw item: a view counter that no field shows makes no new version, and
a changed template does.
"""

from __future__ import annotations

import hashlib
import json

from connectors.sdk import DocumentRef, Json, PermanentError, Upsert
from connectors.sources._html import html_to_text
from connectors.sources._times import parse_time
from connectors.sources._unicode import well_formed
from connectors.sources.rest_api.config import RestApiConfig
from connectors.sources.rest_api.paths import fields, find, shape
from connectors.sources.rest_api.template import compile_template

RENDERING = b"1"  # raised when the same item becomes another text
TITLES = ("title", "name", "subject", "headline", "summary")
TITLE_LENGTH = 300


def read_item(config: RestApiConfig, item: Json, *, handle: str | None = None) -> Upsert:
    """The document of `item`. Raises PermanentError for an item that can't be one."""
    item = well_formed(item)
    source_id = _id(config, item)
    title = _title(config, item) or source_id
    content = _content(config, item).encode("utf-8", "replace")
    ref = DocumentRef(
        source_id=source_id,
        title=title,
        path=f"{source_id}.md",
        url=_link(config, item),
        media_type="text/markdown; charset=utf-8",
        size=len(content),
        updated_at=parse_time(find(config.timestamp_field or config.poll_timestamp_field or "updated_at", item)),
        metadata={path: value for path in config.metadata_fields if (value := find(path, item)) is not None},
        handle=handle,
    )
    return Upsert(ref=ref, fingerprint=_fingerprint(ref, content), content=content)


def _id(config: RestApiConfig, item: Json) -> str:
    if not isinstance(item, dict):
        raise PermanentError(
            f"An item is {shape(item)}, not an object",
            where=config.url,
            remedy="Let the items' path lead to the objects themselves.",
            code="item_not_object",
        )
    found = find(config.id_field, item)
    if isinstance(found, bool | dict | list) or found is None or found == "":
        nothing = found in (None, "")
        raise PermanentError(
            f"An item has no ID in '{config.id_field}'" if nothing else f"An item has {shape(found)} as its ID",
            where=config.url,
            remedy=f"Choose an ID field that every item has; this one has {', '.join(list(item)[:8])}.",
            code="item_without_id",
        )
    return str(found)


def _title(config: RestApiConfig, item: Json) -> str:
    for path in (config.title_field,) if config.title_field else TITLES:
        found = find(path, item)
        if isinstance(found, dict):  # WordPress and others wrap text: {"rendered": "..."}
            found = found.get("rendered")
        if isinstance(found, str | int | float) and str(found).strip():
            return " ".join(str(found).split())[:TITLE_LENGTH]
    return ""


def _link(config: RestApiConfig, item: Json) -> str | None:
    found = find(config.url_field, item) if config.url_field else None
    return found if isinstance(found, str) and found.startswith(("https://", "http://")) else None


def _content(config: RestApiConfig, item: Json) -> str:
    if config.content_template:
        return _render(config, item)
    if not config.content_fields:
        named = [(path, _text(config, value)) for path, value in fields(item).items()]
        return "\n".join(f"- {path}: {text}" for path, text in named if text)
    texts = [(path, _text(config, find(path, item))) for path in config.content_fields]
    if len(texts) == 1:
        return texts[0][1]
    return "\n\n".join(f"## {path}\n\n{text}" for path, text in texts if text)


def _text(config: RestApiConfig, value: Json) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return html_to_text(value) if config.content_is_html else value
    if isinstance(value, list) and not any(isinstance(part, dict | list) for part in value):
        return "\n".join(f"- {_text(config, part)}" for part in value)
    return json.dumps(value, ensure_ascii=False, indent=2 if isinstance(value, dict | list) else None)


def _render(config: RestApiConfig, item: Json) -> str:
    from jinja2 import TemplateError

    try:
        return compile_template(config.content_template).render({**item, "item": item})
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise PermanentError(
            "The content template fails for this item",
            where=str(find(config.id_field, item)),
            remedy="Correct the content template, or let it bear items that differ.",
            detail=f"{type(error).__name__}: {error}",
            code="template_failed",
        ) from error


def _fingerprint(ref: DocumentRef, content: bytes) -> str:
    shown = [ref.title, ref.url, ref.updated_at, ref.metadata]
    digest = hashlib.sha256(RENDERING)
    digest.update(
        json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")
    )
    digest.update(b"\n")
    digest.update(content)
    return digest.hexdigest()
