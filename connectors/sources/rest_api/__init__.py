"""REST API: any JSON API that lists things."""

from connectors.sources.rest_api.source import RestApiSource

__all__ = ["RestApiSource"]
