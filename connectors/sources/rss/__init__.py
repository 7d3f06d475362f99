"""RSS: feeds in RSS, Atom or JSON Feed, with the whole article where wanted."""

from connectors.sources.rss.source import RssSource

__all__ = ["RssSource"]
