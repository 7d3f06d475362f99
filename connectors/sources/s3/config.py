"""The fields of each type, and kind words for what people paste into them."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from connectors.sdk import ConnectorConfig, FileFilters, Secret, option
from connectors.sources.s3.address import Address

BUCKET, SIGN_IN, SERVER = "Bucket", "Sign-in", "Server"
EXAMPLE = ["company-handbook"]


def _bucket_name(name: str) -> str:
    name = name.strip()
    pasted = re.match(r"(?:s3|gs|oci)://([^/]+)/?(.*)", name) or re.match(r"arn:aws[\w-]*:s3:::([^/]+)/?(.*)", name)
    if pasted:
        bucket, prefix = pasted.groups()
        if prefix:
            raise ValueError(f"Write only the bucket's name: “{bucket}”, and “{prefix}” as Prefix.")
        raise ValueError(f"Write only the bucket's name: “{bucket}”.")
    if "/" in name or any(sign.isspace() for sign in name):
        raise ValueError("A bucket's name has no slash and no space. Put a folder into Prefix.")
    return name


def _endpoint_url(url: str | None) -> str | None:
    """The endpoint without a slash at its end, None for an empty field."""
    if url is None or not url.strip():
        return None
    url = url.strip().rstrip("/")
    if "://" not in url:
        raise ValueError(f"Begin with https:// (or http:// for a server without TLS), for example https://{url}.")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("This is not an address. Write it like https://storage.example.com:9000.")
    if parts.username or parts.password:
        raise ValueError("Leave user and password out of the address; the access key goes into Sign-in.")
    if parts.query or parts.fragment:
        raise ValueError("Leave out what follows “?” or “#”; only scheme, host and port belong here.")
    return url


def _no_bucket_in(url: str, bucket: str) -> None:
    parts = urlsplit(url)
    if parts.path.rpartition("/")[2] == bucket:
        bare = url[: -len(bucket) - 1]
    elif (parts.hostname or "").startswith(f"{bucket}."):
        bare = url.replace(f"{bucket}.", "", 1)
    else:
        return
    raise ValueError(f"Leave the bucket out of the endpoint: {bare}. It is added from the field Bucket.")


BucketName = Annotated[str, AfterValidator(_bucket_name)]
EndpointUrl = Annotated[str | None, AfterValidator(_endpoint_url)]


class BucketConfig(ConnectorConfig):
    """What all types have in common. Each names its bucket by its own rules and knows its address."""

    bucket_name: BucketName = option(title="Bucket", order=30, group=BUCKET)
    prefix: str = option(
        "",
        title="Prefix",
        help="Only keys that begin with this, e.g. `handbook/`. Empty: the whole bucket.",
        order=31,
        group=BUCKET,
        tree=True,
        max_length=1024,
    )
    endpoint_url: EndpointUrl = option(
        None,
        title="Endpoint",
        help="Only if the service is reached at another address, such as a private endpoint.",
        order=60,
        group=SERVER,
        advanced=True,
        max_length=2048,
    )
    filters: FileFilters = option(FileFilters(), title="Filters", order=50)

    @field_validator("endpoint_url")
    @classmethod
    def _endpoint_without_bucket(cls, url: str | None, known: ValidationInfo) -> str | None:
        bucket = known.data.get("bucket_name")
        if url is not None and bucket:
            _no_bucket_in(url, bucket)
        return url

    def address(self) -> Address:
        """Where the bucket is."""
        raise NotImplementedError

    def lists_by_marker(self) -> bool:
        """Whether the server knows only the first version of the listing."""
        return False


class AccessKey(ConnectorConfig):
    """An access key, long-lived or temporary."""

    model_config = ConfigDict(title="Access key", str_strip_whitespace=True)

    method: Literal["access_key"] = option("access_key", title="Method", effect="tuning", order=1)
    aws_access_key_id: str = option(title="Access key ID", effect="tuning", order=2, min_length=1, max_length=256)
    aws_secret_access_key: Secret = option(title="Secret access key", effect="tuning", order=3)
    session_token: Secret | None = option(
        None,
        title="Session token",
        help="Only for temporary keys.",
        effect="tuning",
        order=4,
        advanced=True,
    )


class Anonymous(ConnectorConfig):
    """No credential at all, for buckets that are open to everybody."""

    model_config = ConfigDict(title="None (public bucket)")

    method: Literal["anonymous"] = option("anonymous", title="Method", effect="tuning", order=1)


class S3Config(BucketConfig):
    """Amazon S3, or a server that speaks its dialect."""

    bucket_name: BucketName = option(
        title="Bucket", order=30, group=BUCKET, options="buckets", depends=("/auth", "/endpoint_url"), min_length=3,
        max_length=255, examples=EXAMPLE,
    )  # fmt: skip
    region: str = option(
        "us-east-1",
        title="Region",
        help="The bucket's region. Servers without regions accept any.",
        order=10,
        group=SERVER,
        effect="tuning",
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$",
        pattern_message="A region is written like eu-central-1.",
        examples=["us-east-1", "eu-central-1", "ap-southeast-2"],
    )
    auth: Annotated[AccessKey | Anonymous, Field(discriminator="method")] = option(
        title="Sign-in", effect="tuning", order=20, group=SIGN_IN
    )
    endpoint_url: EndpointUrl = option(
        None,
        title="Endpoint",
        help="For S3-compatible servers, e.g. `https://minio.example.com:9000`. Empty: Amazon S3.",
        order=11,
        group=SERVER,
        max_length=2048,
        examples=["https://minio.example.com:9000", "https://s3.eu-central-003.backblazeb2.com"],
    )
    addressing_style: Literal["auto", "virtual", "path"] = option(
        "auto",
        title="Addressing style",
        help="How a request names the bucket. Automatic: in the host at Amazon, in the path elsewhere.",
        order=60,
        group=SERVER,
        effect="tuning",
        advanced=True,
        labels={"auto": "Automatic", "virtual": "Virtual host (bucket.host)", "path": "Path (host/bucket)"},
    )

    listing_version: Literal["2", "1"] = option(
        "2",
        title="Listing",
        help="Only old servers need the first version of the listing.",
        order=61,
        group=SERVER,
        effect="tuning",
        advanced=True,
        labels={"2": "ListObjectsV2", "1": "ListObjects"},
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.endpoint_url is None:
            if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", self.bucket_name):
                raise ValueError(
                    "Amazon S3 has no bucket of this name: 3 to 63 small letters, digits, dots and hyphens, with a "
                    "letter or digit at both ends. For another server fill in Endpoint."
                )
        elif self.addressing_style == "virtual":
            parts = urlsplit(self.endpoint_url)
            if _is_address(parts.hostname or "") or parts.path:
                raise ValueError("This endpoint can't carry the bucket in its host: choose the addressing style Path.")
        return self

    def address(self) -> Address:
        if self.endpoint_url is not None:
            path_style = self.addressing_style != "virtual"
            return Address(self.endpoint_url, self.bucket_name, self.region, path_style, typed=True)
        suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        # A dot in the name puts the bucket outside of what the service's TLS certificate covers.
        path_style = self.addressing_style == "path" or "." in self.bucket_name
        return Address(f"https://s3.{self.region}.{suffix}", self.bucket_name, self.region, path_style)

    def lists_by_marker(self) -> bool:
        return self.listing_version == "1"


class R2Config(BucketConfig):
    """Cloudflare R2."""

    bucket_name: BucketName = option(
        title="Bucket",
        order=30,
        group=BUCKET,
        options="buckets",
        examples=EXAMPLE,
        depends=("/account_id", "/jurisdiction", "/r2_access_key_id", "/r2_secret_access_key"),
        pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
        pattern_message="A bucket at R2 has 3 to 63 small letters, digits and hyphens.",
    )
    account_id: str = option(
        title="Account ID",
        help="32 signs, shown on the R2 overview page of the Cloudflare dashboard.",
        order=10,
        group=SERVER,
        pattern=r"^[0-9a-f]{32}$",
        pattern_message="An account ID has 32 digits and letters from a to f.",
    )
    jurisdiction: Literal["default", "eu", "fedramp"] = option(
        "default",
        title="Jurisdiction",
        help="Where the bucket was created to stay. A bucket is only found under its own jurisdiction.",
        order=11,
        group=SERVER,
        labels={"default": "None", "eu": "European Union", "fedramp": "FedRAMP"},
    )
    r2_access_key_id: str = option(
        title="Access key ID", effect="tuning", order=20, group=SIGN_IN, min_length=1, max_length=256
    )
    r2_secret_access_key: Secret = option(title="Secret access key", effect="tuning", order=21, group=SIGN_IN)

    def address(self) -> Address:
        if self.endpoint_url is not None:
            return Address(self.endpoint_url, self.bucket_name, "auto", path_style=True, typed=True)
        within = "" if self.jurisdiction == "default" else f".{self.jurisdiction}"
        host = f"{self.account_id}{within}.r2.cloudflarestorage.com"
        return Address(f"https://{host}", self.bucket_name, "auto", path_style=True)


class HmacKey(ConnectorConfig):
    """An interoperability key of Cloud Storage."""

    model_config = ConfigDict(title="HMAC key", str_strip_whitespace=True)

    method: Literal["hmac"] = option("hmac", title="Method", effect="tuning", order=1)
    access_key_id: str = option(title="Access ID", effect="tuning", order=2, min_length=1, max_length=256)
    secret_access_key: Secret = option(title="Secret", effect="tuning", order=3)


class ServiceAccount(ConnectorConfig):
    """A service account's key file."""

    model_config = ConfigDict(title="Service account")

    method: Literal["service_account"] = option("service_account", title="Method", effect="tuning", order=1)
    service_account_key: Secret = option(
        title="Service account key",
        help="The content of the JSON key file. The account needs the role Storage Object Viewer on the bucket.",
        effect="tuning",
        order=2,
        multiline=True,
    )


class GoogleCloudStorageConfig(BucketConfig):
    """Google Cloud Storage."""

    bucket_name: BucketName = option(
        title="Bucket",
        order=30,
        group=BUCKET,
        options="buckets",
        examples=EXAMPLE,
        depends=("/auth", "/project_id"),
        pattern=r"^[a-z0-9][a-z0-9_.-]{1,220}[a-z0-9]$",
        pattern_message="A bucket here has 3 to 63 small letters, digits, hyphens, underscores and dots.",
    )
    project_id: str = option(
        "",
        title="Project ID",
        help="Only needed to offer the project's buckets for choosing.",
        effect="tuning",
        order=61,
        group=BUCKET,
        advanced=True,
        max_length=64,
    )
    auth: Annotated[HmacKey | ServiceAccount, Field(discriminator="method")] = option(
        title="Sign-in", effect="tuning", order=20, group=SIGN_IN
    )

    def address(self) -> Address:
        endpoint = self.endpoint_url or "https://storage.googleapis.com"
        return Address(endpoint, self.bucket_name, "auto", path_style=True, typed=self.endpoint_url is not None)


class OciStorageConfig(BucketConfig):
    """Oracle Cloud Infrastructure Object Storage, through its S3 compatibility."""

    bucket_name: BucketName = option(
        title="Bucket",
        order=30,
        group=BUCKET,
        options="buckets",
        examples=EXAMPLE,
        depends=("/namespace", "/region", "/access_key_id", "/secret_access_key"),
        pattern=r"^[A-Za-z0-9_.-]{1,256}$",
        pattern_message="A bucket here has letters, digits, hyphens, underscores and dots.",
    )
    namespace: str = option(
        title="Namespace",
        help="The tenancy's Object Storage namespace, shown under Tenancy details.",
        order=10,
        group=SERVER,
        pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$",
        pattern_message="A namespace has small letters, digits, hyphens and underscores.",
    )
    region: str = option(
        title="Region",
        order=11,
        group=SERVER,
        pattern=r"^[a-z]{2,3}(-[a-z0-9]+)+$",
        pattern_message="A region is written like eu-frankfurt-1.",
        examples=["eu-frankfurt-1", "us-ashburn-1", "uk-london-1"],
    )
    access_key_id: str = option(
        title="Access key ID",
        help="Of a Customer Secret Key, made in the user's settings.",
        effect="tuning",
        order=20,
        group=SIGN_IN,
        min_length=1,
        max_length=256,
    )
    secret_access_key: Secret = option(title="Secret access key", effect="tuning", order=21, group=SIGN_IN)

    def address(self) -> Address:
        if self.endpoint_url is not None:
            return Address(self.endpoint_url, self.bucket_name, self.region, path_style=True, typed=True)
        host = f"{self.namespace}.compat.objectstorage.{self.region}.oraclecloud.com"
        return Address(f"https://{host}", self.bucket_name, self.region, path_style=True)

    def lists_by_marker(self) -> bool:
        return True  # the only listing that Oracle documents for this interface


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
