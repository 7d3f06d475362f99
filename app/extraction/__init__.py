"""Text out of documents. Plain text, HTML and mail today; formats that need a parser in a process of its own later."""

from app.extraction.text import MOST_BYTES, extract, kind_of

__all__ = ["MOST_BYTES", "extract", "kind_of"]
