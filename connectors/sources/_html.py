"""HTML as readable text: what a person would read, with headings, lists and tables marked the Markdown way.

Not a converter that could be turned back: it exists so that articles and HTML fields can be searched and delivered.
"""

from __future__ import annotations

import re

from lxml import etree

SPACE = re.compile(r"\s+")
SKIPPED = frozenset({"script", "style", "noscript", "template", "head", "svg", "iframe", "object", "nav"})
HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
BLOCKS = frozenset(HEADINGS) | {
    *("html", "body", "main", "section", "article", "header", "footer", "aside", "div", "p", "pre", "blockquote", "hr"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "tr", "figure", "figcaption", "details", "summary"),
    *("address", "center", "fieldset", "form"),
}


def html_to_text(html: str) -> str:
    """The text of `html`, a whole page or a fragment."""
    root = _parse(html)
    if root is None:
        return ""
    writer = _Writer()
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event in ("comment", "pi"):
            writer.text(node.tail)
        elif event == "start":
            if node.tag in SKIPPED:
                walk.skip_subtree()
            else:
                writer.start(node)
        else:
            if node.tag not in SKIPPED:
                writer.end(node)
            writer.text(node.tail)
    return writer.result()


def _parse(html: str) -> etree._Element | None:
    """The tree, or None where there is nothing. Parsed from UTF-8 bytes: text may name another encoding in its head."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    try:
        root: etree._Element | None = etree.fromstring(html.replace("\x00", "").encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None
    return root


class _Writer:
    """Collects blocks of text; inside `pre` white space is kept, elsewhere it collapses."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.line: list[str] = []
        self.prefix = ""
        self.lists: list[int | None] = []  # the running number of each open list, None for bullets
        self.pre = 0

    def text(self, text: str | None) -> None:
        if text:
            self.line.append(text if self.pre else SPACE.sub(" ", text))

    def start(self, node: etree._Element) -> None:
        tag = node.tag
        if tag in BLOCKS:
            self._flush()
        if tag in HEADINGS:
            self.prefix = HEADINGS[tag]
        elif tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.prefix = self._bullet()
        elif tag == "pre":
            self.pre += 1
        elif tag == "br":
            self.line.append("\n")
        elif tag in ("td", "th") and "".join(self.line).strip():
            self.line.append(" | ")
        elif tag == "img" and node.get("alt"):
            self.line.append(f" {node.get('alt')} ")
        self.text(node.text)

    def end(self, node: etree._Element) -> None:
        tag = node.tag
        if tag in BLOCKS:
            self._flush()
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag == "pre":
            self.pre -= 1

    def result(self) -> str:
        self._flush()
        text = "\n\n".join(self.blocks)
        return re.sub(r"(?m)^(\s*(?:- |\d+\. ).*)\n\n(?=\s*(?:- |\d+\. ))", r"\1\n", text)  # items stand together

    def _bullet(self) -> str:
        indent = "  " * max(len(self.lists) - 1, 0)
        if self.lists and self.lists[-1] is not None:
            self.lists[-1] += 1
            return f"{indent}{self.lists[-1]}. "
        return f"{indent}- "

    def _flush(self) -> None:
        text = "".join(self.line)
        self.line.clear()
        if self.pre:
            text = text.strip("\n")
        else:
            text = "\n".join(re.sub(r" {2,}", " ", line).strip() for line in text.split("\n")).strip()
        if text.strip():
            self.blocks.append(f"```\n{text}\n```" if self.pre else self.prefix + text)
            self.prefix = ""
