"""GitHub: issues, pull requests, discussions, releases, wikis and files, on github.com or another server."""

from connectors.sources.github.source import GitHubSource

__all__ = ["GitHubSource"]
