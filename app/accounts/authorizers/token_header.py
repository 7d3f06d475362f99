"""A token as servers take it: as a bearer, or for Git over HTTP as the password of a name that only Git's server knows.

Which of the two is told by the address alone, so that a source with one credential may speak to both.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

import httpx

_GIT = re.compile(rb"\.git/(?:info/refs|git-upload-pack)(?:\?|$)")


def put_token(request: httpx.Request, token: str, git_user: str, remember: Callable[[str], str]) -> None:
    """Put the token on the request. What it is encoded as is kept out of the log too."""
    if git_user and _GIT.search(request.url.raw_path):
        pair = base64.b64encode(f"{git_user}:{token}".encode()).decode()
        request.headers["authorization"] = f"Basic {remember(pair)}"
    else:
        request.headers["authorization"] = f"Bearer {token}"


def token_on(request: httpx.Request) -> str:
    """The token that was put on the request, "" for none."""
    header: str = request.headers.get("authorization", "")
    kind, _, value = header.partition(" ")
    if kind != "Basic":
        return value
    try:
        return base64.b64decode(value).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
