"""A fast S3 server on loopback: nginx serves the objects, a small app the listings; every request is logged."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PORT, LISTING_PORT = 9771, 9772
CONFIG = """
worker_processes 1; daemon off; pid {run}/nginx.pid; error_log {run}/nginx.err; {user}
events {{ worker_connections 2048; }}
http {{
  log_format line '$request_method $status $request_uri';
  access_log {run}/requests.log line buffer=64k flush=100ms;
  sendfile on; tcp_nodelay on; etag on; keepalive_requests 100000000; default_type text/markdown;
  open_file_cache max=8000 inactive=60s; open_file_cache_valid 1s;
  client_body_temp_path {run}/body; proxy_temp_path {run}/proxy; fastcgi_temp_path {run}/fastcgi;
  uwsgi_temp_path {run}/uwsgi; scgi_temp_path {run}/scgi;
  upstream listing {{ server 127.0.0.1:{listing}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location ~ ^/[^/]+/?$ {{
      proxy_pass http://listing; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffers 64 16k;
    }}
    location / {{ root {buckets}; }}
  }}
}}
"""


@dataclass(frozen=True)
class Server:
    """The running server. `buckets` holds a folder per bucket."""

    url: str
    buckets: Path
    run: Path

    def requests(self) -> int:
        """How many requests were answered so far."""
        time.sleep(0.25)  # nginx writes its log a little later
        log = self.run / "requests.log"
        return sum(1 for _ in log.open("rb")) if log.exists() else 0


@contextmanager
def serve(home: Path, cpu: str | None) -> Iterator[Server]:
    """Serve home/buckets until the block ends; on its own core when `cpu` names one."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin") or _install()
    run, buckets = home / "run", home / "buckets"
    run.mkdir(exist_ok=True, parents=True)
    (run / "requests.log").unlink(missing_ok=True)
    user = "user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
    config = run / "nginx.conf"
    config.write_text(CONFIG.format(run=run, buckets=buckets, port=PORT, listing=LISTING_PORT, user=user))
    pinned = ["taskset", "-c", cpu] if cpu is not None and shutil.which("taskset") else []
    listing = [sys.executable, "-m", "tests.bench.listing", str(buckets), str(LISTING_PORT)]
    processes = [
        subprocess.Popen([*pinned, nginx, "-c", str(config)], stderr=subprocess.DEVNULL),
        subprocess.Popen([*pinned, *listing], stdout=subprocess.DEVNULL),
    ]
    try:
        _wait(f"http://127.0.0.1:{PORT}/small?list-type=2&max-keys=1", processes)
        yield Server(f"http://127.0.0.1:{PORT}", buckets, run)
    finally:
        for process in processes:
            process.terminate()
            process.wait(10)


def _wait(url: str, processes: list[subprocess.Popen[bytes]]) -> None:
    for _ in range(200):
        if any(process.poll() is not None for process in processes):
            break
        try:
            urllib.request.urlopen(url, timeout=5).read()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("The bench's server did not start; is one of its ports taken?")


def _install() -> str:
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "nginx-light"], check=True, stdout=subprocess.DEVNULL)
        return "/usr/sbin/nginx"
    raise SystemExit("The bench needs nginx: sudo apt-get install nginx-light")
