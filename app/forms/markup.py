"""Titles that authors wrote as HTML, as the plain text they mean. A title is never markup, whatever it holds."""

from __future__ import annotations

import re

_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|code|div|em|font|h[1-6]|hr|i|img|kbd|li|mark|ol|p|pre|s|script|small|span|strong|style|sub|sup"
    r"|table|td|tr|tt|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|ndash|mdash|hellip|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)


def without_markup(text: str) -> str:
    """The text of a title. Angle brackets that are no tag of HTML stay: `<bucket>/<key>` is a title of its own."""
    if "<" not in text and "&" not in text:
        return text
    if not _TAG.search(text) and not _ENTITY.search(text):
        return text
    from selectolax.lexbor import LexborHTMLParser  # titles are read where no page is ever shown, too

    # What only looks like a tag is kept from the parser, which would take it for one.
    parser = LexborHTMLParser(re.sub(rf"<(?!{_TAG.pattern[1:]})", "&lt;", text, flags=re.IGNORECASE))
    parser.strip_tags(["script", "style"])
    body = parser.body
    return " ".join(body.text(separator=" ").split()) if body is not None else ""
