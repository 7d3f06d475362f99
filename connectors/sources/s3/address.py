"""Where a bucket's requests go: the endpoint, how the bucket is named in it, and the addresses the host may dial."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors.sdk import Endpoint


@dataclass(frozen=True, slots=True)
class Address:
    """A bucket's address. `endpoint` has a scheme and no slash at its end; `typed` says that the person wrote it."""

    endpoint: str
    bucket: str
    region: str
    path_style: bool
    typed: bool = False

    @property
    def bucket_url(self) -> str:
        """The URL that lists the bucket."""
        if self.path_style:
            return f"{self.endpoint}/{self.bucket}"
        scheme, _, rest = self.endpoint.partition("://")
        return f"{scheme}://{self.bucket}.{rest}/"

    def endpoints(self) -> list[Endpoint]:
        """The bucket's own host first, then the service's, which lists the buckets."""
        found = [_endpoint(self.bucket_url, self.typed)]
        service = _endpoint(self.endpoint, self.typed)
        return found if service == found[0] else [*found, service]

    def hosts(self) -> tuple[str, ...]:
        """The only places a credential is sent to."""
        return tuple(f"{endpoint.host}:{endpoint.port}" for endpoint in self.endpoints())


def _endpoint(url: str, typed: bool) -> Endpoint:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Endpoint(host=parts.hostname or "", port=port, scheme=parts.scheme, typed=typed)
