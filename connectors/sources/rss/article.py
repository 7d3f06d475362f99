"""The article behind an entry's link: the page's main text, without menus, banners and footers."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

from connectors.sdk import PermanentError
from connectors.sources._html import html_to_text

SHORT = 140  # characters: an extraction below this most often missed the article


def extract_article(body: bytes, *, url: str, content_type: str = "") -> str:
    """The readable text of a page. Raises PermanentError when it has none."""
    html = decode(body, content_type)
    text = html_to_text(_main_part(html, url))
    if len(text) < SHORT:
        text = max(text, html_to_text(html), key=len)
    if not text:
        raise PermanentError(
            "The article's page has no text",
            where=url,
            remedy="If scripts build the page, switch off the full article: the feed's own text is used then.",
            code="no_text",
        )
    return text


def decode(body: bytes, content_type: str) -> str:
    """The page as text: as the answer declares, as UTF-8 if it is, else as its own head and its bytes suggest."""
    declared = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    for encoding in (*([declared[1]] if declared else []), "utf-8-sig"):
        try:
            return body.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    best = from_bytes(body).best()
    return str(best) if best is not None else body.decode("utf-8", "replace")


def _main_part(html: str, url: str) -> str:
    from lxml.etree import LxmlError
    from readability import Document  # here and not above: only feeds with full articles need it
    from readability.readability import Unparseable

    try:
        return str(Document(html, url=url).summary(html_partial=True))
    except (Unparseable, LxmlError, ValueError, TypeError, KeyError):
        return html
