"""ListObjectsV2 over a folder per bucket, from memory: `python -m tests.bench.listing BUCKETS PORT`."""

from __future__ import annotations

import sys
import time
from bisect import bisect_left, bisect_right
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

HEAD = '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'


class Bucket:
    """Keys in order, and each one's <Contents>; read again when a folder's time has changed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.stamp = 0.0
        self.keys: list[str] = []
        self.contents: list[str] = []

    def read(self) -> None:
        stamp = (self.root / ".changed").stat().st_mtime if (self.root / ".changed").exists() else 1.0
        if stamp == self.stamp:
            return
        found = []
        for path in self.root.rglob("*"):
            if path.is_file() and path.name != ".changed":
                found.append((path.relative_to(self.root).as_posix(), path.stat()))
        found.sort(key=lambda item: item[0].encode())
        self.keys = [key for key, _ in found]
        self.contents = [
            f"<Contents><Key>{quote(key)}</Key><LastModified>{_time(stat.st_mtime)}</LastModified>"
            f"<ETag>&quot;{int(stat.st_mtime):x}-{stat.st_size:x}&quot;</ETag><Size>{stat.st_size}</Size>"
            "<StorageClass>STANDARD</StorageClass></Contents>"
            for key, stat in found
        ]
        self.stamp = stamp

    def page(self, query: dict[str, str]) -> str:
        prefix, limit = query.get("prefix", ""), min(int(query.get("max-keys", 1000)), 1000)
        after = query.get("continuation-token") or query.get("start-after") or query.get("marker") or ""
        start = max(bisect_right(self.keys, after) if after else 0, bisect_left(self.keys, prefix))
        stop = start
        while stop < len(self.keys) and stop - start < limit and self.keys[stop].startswith(prefix):
            stop += 1
        more = stop < len(self.keys) and self.keys[stop].startswith(prefix) and stop > start
        token = f"<NextContinuationToken>{quote(self.keys[stop - 1])}</NextContinuationToken>" if more else ""
        return (
            f"{HEAD}<Name>{self.root.name}</Name><Prefix>{quote(prefix)}</Prefix><KeyCount>{stop - start}</KeyCount>"
            f"<MaxKeys>{limit}</MaxKeys><EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>"
            f"{token}{''.join(self.contents[start:stop])}</ListBucketResult>"
        )


def _time(stamp: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(stamp))


def main() -> None:
    root, buckets = Path(sys.argv[1]), dict[str, Bucket]()

    async def answer(request: web.Request) -> web.Response:
        name = request.path.strip("/")
        if not (root / name).is_dir():
            return web.Response(status=404, text="<Error><Code>NoSuchBucket</Code></Error>")
        bucket = buckets.setdefault(name, Bucket(root / name))
        if "location" in request.query:
            return web.Response(text="<LocationConstraint/>", content_type="application/xml")
        bucket.read()
        return web.Response(text=bucket.page(dict(request.query)), content_type="application/xml")

    app = web.Application()
    app.router.add_get("/{bucket}", answer)
    app.router.add_get("/{bucket}/", answer)
    app.router.add_route("HEAD", "/{bucket}", answer)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[2]), print=None)


if __name__ == "__main__":
    main()
