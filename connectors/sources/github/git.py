"""A Git repository read over HTTP: as much of protocol version 2 as a copy needs that is no clone.

Asked for are the last commit and its folders, without history and, where the server can leave them out, without the
files; then each file by its own id. Frames, packs and objects are read by dulwich; here stands what is said to the
server, how much of an answer is taken, and what a refusal means. Nothing here opens a socket.
"""

from __future__ import annotations

import asyncio
import logging
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from dulwich.errors import HangupException
from dulwich.object_format import DEFAULT_OBJECT_FORMAT
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree, check_hexsha
from dulwich.pack import PackData, PackInflater, take_msb_bytes
from dulwich.protocol import Protocol, pkt_line, pkt_seq

from connectors.sdk import (
    HeadwaterError,
    Http,
    NotFound,
    PermanentError,
    Response,
    TooLarge,
    TransientError,
)
from connectors.sdk.tree import Entry, ordered

MOST = 64 * 1024 * 1024
"""What the folders of a commit may take; with the files, where the server can't leave those out."""

logging.getLogger("dulwich").setLevel(logging.WARNING)  # it logs each frame that it reads

_DELIMITER = b"0001"
_VERSION = {"Git-Protocol": "version=2"}
_SERVICE = "application/x-git-upload-pack"
_PACK_HEADER = 12
_GONE = "not our ref"


class Remote:
    """A repository at an address that ends in `.git`. `known`: it is known to speak version 2 of the protocol."""

    def __init__(self, http: Http, url: str, *, known: bool = False) -> None:
        self._http = http
        self._url = url
        self._known = known
        self._features: frozenset[bytes] | None = None

    async def head(self) -> str:
        """The commit that is current, "" in a repository without one. Raises NotFound where there is no repository."""
        if not self._known:
            self._features = await self._greet()
        answer = await self._ask(b"ls-refs", b"ref-prefix HEAD\n")
        with self._reading():
            for line in list(self._lines(answer)):
                commit, _, name = line.partition(b" ")
                if name == b"HEAD\n":
                    check_hexsha(commit, "this is no commit")
                    return commit.decode()
        return ""

    async def folders(self, commit: str) -> Folders:
        """The folders of a commit. Raises TooLarge."""
        if self._features is None:
            self._features = await self._greet()
        partial = (b"filter blob:none\n",) if b"filter" in self._features else ()
        try:
            pack = await self._fetch(b"deepen 1\n", *partial, want=commit, most=MOST)
        except TooLarge as error:
            raise TooLarge(
                f"The Git repository has more than {MOST:,} bytes in its last commit",
                where=self._url,
                remedy="Make it smaller, or leave it out.",
                code="repository_too_large",
            ) from error
        with self._reading():
            return await asyncio.to_thread(_folders, pack, commit)

    async def file(self, blob: str, most: int) -> bytes:
        """A file's content by its id. Raises TooLarge, NotFound."""
        frames = most // 64 + 64 * 1024  # what may come on top of a file that can't be compressed
        pack = await self._fetch(want=blob, most=most + frames)
        with self._reading():
            if (size := _first_size(pack)) > most:
                raise TooLarge(f"The file has {size:,} bytes, the limit is {most:,}", where=blob)
            return await asyncio.to_thread(_file, pack, blob)

    async def _greet(self) -> frozenset[bytes]:
        """What the server can do when it is asked to fetch."""
        answer = await self._http.get(
            f"{self._url}/info/refs", params={"service": "git-upload-pack"}, headers=_VERSION, max_bytes=1024 * 1024
        )
        self._check_type(answer, f"{_SERVICE}-advertisement")
        with self._reading():
            told = [line.rstrip(b"\n") for line in self._lines(answer)]
        if b"version 2" not in told:
            raise PermanentError(
                "The server does not speak version 2 of Git's protocol",
                where=self._url,
                remedy="Ask the server's owner whether a proxy takes the header Git-Protocol away.",
                code="git_version",
            )
        return frozenset(next((line[6:].split() for line in told if line.startswith(b"fetch=")), []))

    async def _fetch(self, *wishes: bytes, want: str, most: int) -> bytes:
        """A pack with what is wanted."""
        wanted = f"want {want}\n".encode()
        answer = await self._ask(b"fetch", b"no-progress\n", b"ofs-delta\n", *wishes, wanted, b"done\n", most=most)
        with self._reading():
            lines, pack = self._lines(answer), []
            for line in lines:
                if line == b"packfile\n":
                    break
            for line in lines:  # the first byte says what the others are
                if line[:1] == b"\1":
                    pack.append(line[1:])
                elif line[:1] == b"\3":
                    raise self._refusal(line[1:])
            return b"".join(pack)

    async def _ask(self, command: bytes, *arguments: bytes, most: int = 1024 * 1024) -> Response:
        question = pkt_line(b"command=" + command + b"\n") + _DELIMITER + pkt_seq(*arguments)
        answer = await self._http.request(
            "POST",
            f"{self._url}/git-upload-pack",
            headers={"Content-Type": f"{_SERVICE}-request", "Accept": f"{_SERVICE}-result", **_VERSION},
            content=question,
            idempotent=True,  # it only reads
            max_bytes=most,
        )
        self._check_type(answer, f"{_SERVICE}-result")
        return answer

    def _check_type(self, answer: Response, wanted: str) -> None:
        if answer.headers.get("content-type", "").partition(";")[0] != wanted:
            raise PermanentError(
                "The answer is not one of Git's", where=self._url, detail=answer.text()[:300], code="not_git"
            )

    def _lines(self, answer: Response) -> Iterator[bytes]:
        """The lines of an answer, which has to have come to its end."""
        protocol = Protocol(BytesIO(answer.body).read, lambda data: None)
        ended = False
        while True:
            try:
                line = protocol.read_pkt_line()
            except HangupException:
                if ended:
                    return
                raise
            ended = line is None
            if line is not None:
                if line.startswith(b"ERR "):
                    raise self._refusal(line[4:])
                yield line

    def _refusal(self, told: bytes) -> HeadwaterError:
        text = told.decode("utf-8", "replace").strip()
        if _GONE in text:
            return NotFound("It is not in the Git repository any more", where=self._url, detail=text)
        return TransientError(
            "The Git server could not answer", where=self._url, remedy="It is tried again.", detail=text, code="git"
        )

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """What was answered is being read: whatever can't be is damage, and says so."""
        try:
            yield
        except HeadwaterError:
            raise
        except Exception as error:  # dulwich has no family of errors for what it finds broken
            raise TransientError(
                "The answer of the Git server is damaged",
                where=self._url,
                remedy="It is tried again.",
                detail=f"{type(error).__name__}: {error}"[:300],
                code="git_damaged",
            ) from error


class Folders:
    """The folders of a commit, listed from the top down, each once."""

    def __init__(self, trees: dict[ObjectID, Tree], top: ObjectID) -> None:
        self._trees = trees
        self._ahead = {"": top}

    async def list_folder(self, folder: str) -> list[Entry]:
        """The entries of `a/b/`; links, and other repositories within this one, are left out."""
        tree = self._trees.get(self._ahead.pop(folder))
        if tree is None:
            raise PermanentError("The Git server has left out a folder", where=folder, code="git_damaged")
        found = []
        for item in tree.iteritems():
            name = item.path.decode("utf-8", "backslashreplace")  # Git takes any bytes for a name
            if stat.S_ISDIR(item.mode):
                self._ahead[f"{folder}{name}/"] = item.sha
                found.append(Entry(name, folder=True))
            elif stat.S_ISREG(item.mode):
                found.append(Entry(name, fingerprint=item.sha.decode("ascii")))
        return ordered(found)


def _objects(pack: bytes) -> Iterator[ShaFile]:
    """The objects of a pack whose checksum is right."""
    with PackData.from_file(BytesIO(pack), DEFAULT_OBJECT_FORMAT) as data:
        data.check()
        yield from PackInflater.for_pack_data(data)


def _folders(pack: bytes, commit: str) -> Folders:
    trees: dict[ObjectID, Tree] = {}
    top: ObjectID | None = None
    for found in _objects(pack):
        if isinstance(found, Tree):
            found.check()
            trees[found.id] = found
        elif isinstance(found, Commit) and found.id == commit.encode():
            top = found.tree
    if top is None:
        raise ValueError("the pack has not the commit that was asked for")
    return Folders(trees, top)


def _first_size(pack: bytes) -> int:
    """How large a pack says that its first object is, before anything of it is unpacked."""
    first, *more = take_msb_bytes(BytesIO(pack[_PACK_HEADER:][:16]).read)[0]
    return (first & 0x0F) + sum((byte & 0x7F) << (4 + 7 * place) for place, byte in enumerate(more))


def _file(pack: bytes, blob: str) -> bytes:
    for found in _objects(pack):
        if isinstance(found, Blob) and found.id == blob.encode():
            return found.as_raw_string()
    raise ValueError("the pack has not the file that was asked for")
