"""Help texts from schemas, shown safely: a small subset of Markdown and HTML, links to https only, nothing loaded.

A schema is somebody else's text. It never reaches QLabel's automatic rich text, which would load images and open files.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel
from selectolax.lexbor import LexborHTMLParser

from widgets.parts import label

_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`|\*\*(?P<bold>[^*\n]+)\*\*|\[(?P<text>[^\]\n]+)\]\((?P<url>[^)\s]+)\)|(?P<bare>https://[^\s<>)\"']+)"
)
_TAG = re.compile(r"<[a-zA-Z/!]")
_BREAKS = {"br", "p", "div", "li", "ul", "ol", "tr"}


def is_plain(text: str) -> bool:
    """Whether a text needs no markup at all."""
    return not _INLINE.search(text) and not _TAG.search(text) and "&" not in text


def safe_html(text: str) -> str:
    """A help text as the few tags we allow."""
    if _TAG.search(text):
        body = LexborHTMLParser(text).body
        return _render(body).strip() if body is not None else html.escape(text)
    return _inline(html.unescape(text)).replace("\n\n", "<br><br>")


def _render(node: object) -> str:
    parts = []
    child = getattr(node, "child", None)
    while child is not None:
        tag = child.tag
        if tag == "-text":
            parts.append(_inline(child.text_content or ""))
        elif tag in ("b", "strong", "i", "em", "code"):
            parts.append(f"<{tag}>{_render(child)}</{tag}>")
        elif tag == "a":
            parts.append(_link(child.attributes.get("href") or "", _render(child)))
        elif tag not in ("script", "style", "-comment"):
            inner = _render(child)
            parts.append(f"<br>{inner}" if tag in _BREAKS and "".join(parts).strip() else inner)
        child = child.next
    return "".join(parts)


def _inline(text: str) -> str:
    made, end = [], 0
    for found in _INLINE.finditer(text):
        made.append(html.escape(text[end : found.start()]))
        end = found.end()
        if found["code"]:
            made.append(f"<code>{html.escape(found['code'])}</code>")
        elif found["bold"]:
            made.append(f"<b>{html.escape(found['bold'])}</b>")
        elif found["url"]:
            made.append(_link(found["url"], html.escape(found["text"])))
        else:
            bare = found["bare"].rstrip(".,;:")
            made.append(_link(bare, html.escape(bare)) + html.escape(found["bare"][len(bare) :]))
    made.append(html.escape(text[end:]))
    return "".join(made)


def _link(url: str, inner: str) -> str:
    return f'<a href="{html.escape(url, quote=True)}">{inner}</a>' if _is_https(url) else inner


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def open_link(url: str) -> None:
    """The one way a link of a schema is followed: in the browser, https only."""
    if _is_https(url):
        QDesktopServices.openUrl(QUrl(url))


def help_label(text: str) -> QLabel:
    """A help text below its field."""
    made = label("", "detail", "muted", wrap=True)
    if is_plain(text):
        made.setText(text)
    else:
        made.setTextFormat(Qt.TextFormat.RichText)
        made.setText(safe_html(text))
        if "<a " in made.text():
            made.setTextInteractionFlags(
                Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
            )
            made.setAccessibleName(plain(text))
            made.linkActivated.connect(open_link)
    return made


def plain(text: str) -> str:
    """A help text without its markup, for screen readers."""
    if is_plain(text):
        return text
    body = LexborHTMLParser(safe_html(text)).body
    return body.text() if body is not None else text
