"""The sources themselves: four types over one implementation, which differ in their fields, address and sign-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, ClassVar, Generic, TypeVar

from connectors.sdk import (
    Authorization,
    Capability,
    Change,
    Content,
    Context,
    DocumentRef,
    Endpoint,
    Failure,
    HeadwaterError,
    Json,
    Node,
    Objects,
    Option,
    Page,
    Partition,
    PermissionDenied,
    Probe,
    Response,
    SecretRef,
    Source,
    SourceSpec,
    State,
    Upsert,
    Warn,
    counted,
)
from connectors.sdk.files import FileFilter, media_type, title
from connectors.sources.s3.address import Address
from connectors.sources.s3.answers import ERRORS, Object, archived, failure, read_buckets, read_listing, refusal
from connectors.sources.s3.config import (
    AccessKey,
    BucketConfig,
    GoogleCloudStorageConfig,
    HmacKey,
    OciStorageConfig,
    R2Config,
    S3Config,
)
from connectors.sources.s3.listing import PAGE, Pass

C = TypeVar("C", bound=BucketConfig)

ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""Storage classes that must be restored before an object can be read. Archive classes of others read at once."""
NO_ETAG = "no-etag"
"""The handle of an object that was listed without ETag: what fetching answers must not replace its fingerprint."""
FOLDERS_SHOWN = 5 * PAGE
_METADATA: dict[str, dict[str, Json]] = {"": {}}


def _spec(**fields: Any) -> SourceSpec:
    """What the types have in common."""
    capabilities = frozenset({Capability.INCREMENTAL, Capability.DELETIONS, Capability.DISCOVER})
    return SourceSpec(group="Object storage", capabilities=capabilities, **fields)


class BucketSource(Source[C], Generic[C]):
    """A bucket: lists it, reads its objects, explains what its server refuses."""

    def __init__(self, config: C, context: Context) -> None:
        super().__init__(config, context)
        self._address = self.address(config)
        self._filter = FileFilter(config.filters)
        self._objects: Objects | None = None

    async def __aexit__(self, *error: object) -> None:
        self._objects = None  # closes its connections

    @classmethod
    def address(cls, config: Any) -> Address:
        """Where the bucket is."""
        where: Address = config.address()
        return where

    @classmethod
    def endpoints(cls, config: Any) -> Sequence[Endpoint]:
        return cls.address(config).endpoints()

    def probes(self) -> Sequence[Probe]:
        return (
            Probe("sign_in", "Sign in and open the bucket", self._probe_bucket),
            Probe("listing", "List objects", self._probe_listing),
        )

    async def _probe_bucket(self) -> str:
        answer = await self._ask(self._listing(None, 1))
        read_listing(answer.body, where=self._address.bucket_url)
        region = answer.headers.get("x-amz-bucket-region", "")
        if region and not self._address.typed and self._address.region not in ("auto", region):
            raise Warn(f"The bucket lies in the region {region}", remedy=f"Set Region to {region}.")
        name = self.config.bucket_name
        return f"Bucket {name} answers from region {region}" if region else f"Bucket {name} answers"

    async def _probe_listing(self) -> str:
        listing = read_listing(await self._list(None, PAGE), where=self._address.bucket_url)
        found = self._to_changes(listing.objects)
        documents = sum(type(change) is Upsert for change in found)
        if documents:
            shown = counted(documents, "document")
            return f"At least {shown}" if listing.truncated else shown
        if listing.objects and listing.truncated:
            return "No document among the first 1,000 objects; the sync looks at all"
        if listing.objects:
            raise Warn(
                f"None of the {len(listing.objects):,} objects passes the filters",
                remedy="Change Include, Exclude or Largest file if documents were expected.",
            )
        if self.config.prefix:
            raise Warn(
                f"No key begins with “{self.config.prefix}”",
                remedy="Check the prefix: it has no slash at its start, and capitals count.",
            )
        raise Warn("The bucket is empty", remedy="Nothing to do: documents arrive with a later sync.")

    async def discover(self, parent: str | None) -> list[Node]:
        params = self._listing(None, PAGE) | {"delimiter": "/", "prefix": parent or ""}
        found: list[str] = []
        while len(found) < FOLDERS_SHOWN:
            listing = read_listing((await self._ask(params)).body, where=self._address.bucket_url)
            found += listing.prefixes
            if not listing.truncated or not listing.token:
                break
            params["marker" if self.config.lists_by_marker() else "continuation-token"] = listing.token
        return [
            Node(id=name, title=name[len(parent or "") :].rstrip("/"), value=name, has_children=True) for name in found
        ]

    async def options(self, source: str, values: dict[str, Json]) -> list[Option]:
        if source != "buckets":
            return []
        url = f"{self._address.endpoint}/"
        try:
            answer = await self._get(url, {}, what="list the buckets", headers=self._service_headers())
        except PermissionDenied as error:
            error.remedy = "Type the bucket's name instead: the credential may be limited to that bucket."
            raise
        return [Option(value=name, label=name) for name in read_buckets(answer.body)]

    def _service_headers(self) -> Mapping[str, str]:
        return {}

    async def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        known = checkpoint or {}
        after = known.get("after")
        going_on = isinstance(after, str)
        # Only a checkpoint of ours vouches for what the state says. A full pass that was interrupted stays one.
        trusted = (going_on or known.get("complete") is True) and not known.get("full", False)
        listing = Pass(
            self._list,
            self._to_changes,
            state,
            after=after if going_on else None,
            trusted=trusted,
            where=self._address.bucket_url,
        )
        async with aclosing(listing.pages()) as pages:
            async for page in pages:
                yield page

    async def fetch(self, ref: DocumentRef) -> Content:
        if self._objects is None:
            at = self._address
            self._objects = self.context.objects(
                at.bucket, endpoint=at.endpoint, region=at.region, path_style=at.path_style
            )
        try:
            content = await self._objects.get(ref.source_id, size=ref.size)
        except HeadwaterError as error:
            raise self._explained(error, ref.source_id) from error
        self._filter.check_size(ref.source_id, content.size)  # it may have grown since it was listed
        if ref.handle == NO_ETAG:
            content.fingerprint = None
        if ref.media_type:
            content.media_type = None
        return content

    def _to_changes(self, objects: Iterable[Object]) -> list[Change]:
        changes: list[Change] = []
        accepts, max_bytes = self._filter.accepts, self._filter.max_bytes
        for key, size, etag, modified, storage_class in objects:
            if (size == 0 and key.endswith("/")) or not accepts(key):
                continue  # a folder's marker is no document
            if storage_class in ARCHIVED:
                error = archived(key, storage_class).info()
                changes.append(Failure(source_id=key, title=title(key), error=error))
            elif size > max_bytes and (failed := self._filter.too_large(key, size)):
                changes.append(failed)
            else:
                ref = DocumentRef(
                    source_id=key,
                    title=title(key),
                    media_type=media_type(key),
                    size=size,
                    updated_at=modified,
                    metadata=_metadata(storage_class),
                    handle=None if etag else NO_ETAG,
                )
                changes.append(Upsert(ref=ref, fingerprint=etag or f"{size}-{modified}"))
        return changes

    async def _list(self, after: str | None, keys: int) -> bytes:
        return (await self._ask(self._listing(after, keys))).body

    def _listing(self, after: str | None, keys: int) -> dict[str, str | int]:
        """The parameters that ask for at most so many keys after one."""
        old = self.config.lists_by_marker()
        params: dict[str, str | int] = {"max-keys": keys, "encoding-type": "url"}
        if not old:
            params["list-type"] = 2
        if self.config.prefix:
            params["prefix"] = self.config.prefix
        if after is not None:
            params["marker" if old else "start-after"] = after
        return params

    async def _ask(self, params: Mapping[str, str | int]) -> Response:
        return await self._get(self._address.bucket_url, params, what="list the bucket")

    async def _get(
        self, url: str, params: Mapping[str, str | int], *, what: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        answer = await self.context.http.request("GET", url, params=params, headers=headers, accept=ERRORS)
        if answer.status in ERRORS:
            raise failure(
                answer.status, answer.body, answer.headers, what=what, where=url, bucket=self.config.bucket_name
            )
        return answer

    def _explained(self, error: HeadwaterError, key: str) -> HeadwaterError:
        """The error with the words of the server's own code, which the host leaves in the details."""
        return refusal(error, what="read the object", where=key, bucket=self.config.bucket_name)


class S3Source(BucketSource[S3Config]):
    """Amazon S3 and servers that speak its dialect."""

    Config = S3Config
    spec: ClassVar[SourceSpec] = _spec(
        type="s3",
        title="Amazon S3",
        summary="Objects in a bucket at Amazon S3 or a compatible server such as MinIO, Ceph, Backblaze B2 or Wasabi.",
        icon="s3",
        auth=("aws_sigv4", "none"),
        hosts=("*.amazonaws.com", "*.amazonaws.com.cn"),
        keywords=("aws", "bucket", "object storage", "minio", "ceph", "backblaze", "b2", "wasabi", "s3-compatible"),
        docs_url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html",
    )

    @classmethod
    def authorization(cls, config: S3Config) -> Authorization | None:
        if not isinstance(config.auth, AccessKey):
            return None
        auth = config.auth
        return _signed(cls.address(config), auth.aws_access_key_id, auth.aws_secret_access_key, auth.session_token)


class R2Source(BucketSource[R2Config]):
    """Cloudflare R2."""

    Config = R2Config
    spec: ClassVar[SourceSpec] = _spec(
        type="r2",
        title="Cloudflare R2",
        summary="Objects in a bucket at Cloudflare R2, in any jurisdiction.",
        icon="r2",
        auth=("aws_sigv4",),
        hosts=("*.r2.cloudflarestorage.com",),
        keywords=("cloudflare", "bucket", "object storage", "s3"),
        docs_url="https://developers.cloudflare.com/r2/",
    )

    @classmethod
    def authorization(cls, config: R2Config) -> Authorization:
        return _signed(cls.address(config), config.r2_access_key_id, config.r2_secret_access_key)


class GoogleCloudStorageSource(BucketSource[GoogleCloudStorageConfig]):
    """Google Cloud Storage through its XML API: one listing for a signed HMAC key and a service account's token."""

    Config = GoogleCloudStorageConfig
    spec: ClassVar[SourceSpec] = _spec(
        type="google_cloud_storage",
        title="Google Cloud Storage",
        summary="Objects in a bucket at Google Cloud Storage.",
        icon="gcs",
        auth=("google_service_account", "aws_sigv4"),
        hosts=("storage.googleapis.com", "oauth2.googleapis.com"),
        keywords=("gcs", "google", "gcp", "bucket", "object storage", "firebase"),
        docs_url="https://cloud.google.com/storage/docs",
    )

    @classmethod
    def authorization(cls, config: GoogleCloudStorageConfig) -> Authorization:
        address, auth = cls.address(config), config.auth
        if isinstance(auth, HmacKey):
            return _signed(address, auth.access_key_id, auth.secret_access_key)
        return Authorization(
            kind="google_service_account",
            params={
                "key": auth.service_account_key,
                "scope": "https://www.googleapis.com/auth/devstorage.read_only",
            },
            hosts=address.hosts(),
        )

    def _service_headers(self) -> Mapping[str, str]:
        return {"x-goog-project-id": self.config.project_id} if self.config.project_id else {}


class OciStorageSource(BucketSource[OciStorageConfig]):
    """Oracle Cloud Infrastructure Object Storage."""

    Config = OciStorageConfig
    spec: ClassVar[SourceSpec] = _spec(
        type="oci_storage",
        title="Oracle Object Storage",
        summary="Objects in a bucket at Oracle Cloud Infrastructure, found by namespace and region.",
        icon="oracle",
        auth=("aws_sigv4",),
        hosts=("*.oraclecloud.com",),
        keywords=("oracle", "oci", "bucket", "object storage", "s3"),
        docs_url="https://docs.oracle.com/iaas/Content/Object/home.htm",
    )

    @classmethod
    def authorization(cls, config: OciStorageConfig) -> Authorization:
        return _signed(cls.address(config), config.access_key_id, config.secret_access_key)


def _signed(
    address: Address, access_key_id: str, secret_access_key: SecretRef, session_token: SecretRef | None = None
) -> Authorization:
    return Authorization(
        kind="aws_sigv4",
        params={
            "access_key_id": access_key_id,
            "secret_access_key": secret_access_key,
            "session_token": session_token,
            "region": address.region,
            "service": "s3",
        },
        hosts=address.hosts(),
    )


def _metadata(storage_class: str) -> dict[str, Json]:
    """One dictionary per storage class instead of one per object."""
    if storage_class not in _METADATA:
        _METADATA[storage_class] = {"storage_class": storage_class}
    return _METADATA[storage_class]
