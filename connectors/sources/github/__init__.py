"""GitHub: issues, pull requests, discussions, releases and files of repositories, on github.com or another server."""

from connectors.sources.github.source import GitHubSource

__all__ = ["GitHubSource"]
