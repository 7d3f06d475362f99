"""Object storage: Amazon S3 and what speaks its dialect. One implementation, four types.

`config` holds the fields of each type, `address` where its requests go, `answers` the XML of the servers, `listing` the
incremental pass over a bucket, `source` the sources themselves.
"""

from connectors.sources.s3.source import GoogleCloudStorageSource, OciStorageSource, R2Source, S3Source

__all__ = ["GoogleCloudStorageSource", "OciStorageSource", "R2Source", "S3Source"]
