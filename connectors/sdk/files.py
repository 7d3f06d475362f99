"""What every source of files needs: which paths are wanted, what a name says about the content, a cap on bodies.

A path here is relative to the connection's root, with `/` between parts, and is the document's id. Everything is pure
and the same on every platform: no system table of media types, no case folding.
"""

from __future__ import annotations

import fnmatch
import mimetypes
import re
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from connectors.sdk.documents import Failure
from connectors.sdk.errors import TooLarge
from connectors.sdk.spec import FileFilters

MEDIA_TYPES = {
    ".adoc": "text/asciidoc",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".epub": "application/epub+zip",
    ".jsonl": "application/jsonl",
    ".log": "text/plain",
    ".markdown": "text/markdown",
    ".md": "text/markdown",
    ".msg": "application/vnd.ms-outlook",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".rst": "text/x-rst",
    ".rtf": "application/rtf",
    ".toml": "application/toml",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}
"""Endings that the standard table lacks or knows only on some versions of Python."""

_types = mimetypes.MimeTypes()  # an instance of its own: the module's functions read the machine's registry
for _ending, _type in MEDIA_TYPES.items():
    _types.add_type(_type, _ending)
_by_ending: dict[str, str] = {**_types.types_map[0], **_types.types_map[1]}
_packed = {".gz": "application/gzip", ".bz2": "application/x-bzip2", ".xz": "application/x-xz", ".br": "application/br"}


def title(path: str) -> str:
    """The last part of a path, as a person would name the file."""
    return path.rstrip("/").rpartition("/")[2] or path


def media_type(path: str) -> str:
    """What the name's ending says, "" when it says nothing."""
    dot = path.rfind(".")
    if dot <= path.rfind("/") + 1:  # none, or a dot file
        return ""
    ending = path[dot:].lower()
    return _packed.get(ending) or _by_ending.get(ending, "")


class FileFilter:
    """Include and exclude globs and the size cap, ready for a hundred thousand paths.

    Globs read as in a `.gitignore`: `*` and `?` stay within a part, `**` spans parts, a pattern without `/` matches a
    name at any depth, and one that matches a folder matches all that is below it. `folders` are what a person picked
    from the tree; empty means all.
    """

    def __init__(self, filters: FileFilters, *, folders: Sequence[str] = ()) -> None:
        self.max_bytes = filters.max_bytes
        self._include = _any_of(filters.include)
        self._exclude = _any_of(filters.exclude)
        picked = [folder.strip("/") for folder in folders]
        self._picked = tuple(f"{folder}/" for folder in picked if folder) if all(picked) else ()
        self._wanted = self._picked or _literal_folders(filters.include)

    def accepts(self, path: str) -> bool:
        """Whether the file at `path` is one of the connection's documents."""
        if self._picked and not path.startswith(self._picked):
            return False
        if self._include is not None and not self._include(path):
            return False
        return self._exclude is None or not self._exclude(path)

    def enters(self, folder: str) -> bool:
        """Whether anything below `folder` can be accepted, so that a walk may leave out what can't."""
        inside = folder.rstrip("/") + "/"
        if self._wanted and not any(inside.startswith(wanted) or wanted.startswith(inside) for wanted in self._wanted):
            return False
        return self._exclude is None or not self._exclude(inside)

    def too_large(self, path: str, size: int | None) -> Failure | None:
        """The failed item for a file above the cap. One of unknown size is let through: `capped` ends its body."""
        try:
            self.check_size(path, size)
        except TooLarge as error:
            return Failure(source_id=path, title=title(path), error=error.info())
        return None

    def check_size(self, path: str, size: int | None) -> None:
        """For `fetch`, when the answer tells the size: a file may have grown since it was listed. Raises TooLarge."""
        if size is not None and size > self.max_bytes:
            raise _too_large(path, size, self.max_bytes)


async def capped(chunks: AsyncIterator[bytes], max_bytes: int, *, path: str) -> AsyncGenerator[bytes, None]:
    """The chunks of a body whose size nobody announced, ended by TooLarge above the cap. Closes what it reads from."""
    seen = 0
    try:
        async for chunk in chunks:
            seen += len(chunk)
            if seen > max_bytes:
                raise _too_large(path, seen, max_bytes)
            yield chunk
    finally:
        if isinstance(chunks, AsyncGenerator):
            await chunks.aclose()


def _too_large(path: str, size: int, max_bytes: int) -> TooLarge:
    return TooLarge(
        f"The file has {size:,} bytes or more, the limit is {max_bytes:,}",
        where=path,
        remedy="Raise “Largest file” in the connection's filters, or leave the file out with an exclude pattern.",
    )


class _Pattern:
    """Globs as one compiled expression; called for every path, hence without indirection."""

    def __init__(self, globs: Sequence[str]) -> None:
        self._match = re.compile("|".join(f"(?:{_expression(glob)})" for glob in globs), re.DOTALL).fullmatch

    def __call__(self, path: str) -> bool:
        return self._match(path) is not None


def _any_of(globs: Sequence[str]) -> _Pattern | None:
    wanted = [glob for glob in globs if glob.strip("/")]
    return _Pattern(wanted) if wanted else None


def _expression(glob: str) -> str:
    below_only = glob.endswith("/")
    parts = [part for part in glob.split("/") if part]
    if "/" not in glob.rstrip("/"):
        parts.insert(0, "**")
    if below_only:
        parts.append("**")
    *front, last = parts
    head = "".join("(?:.*/)?" if part == "**" else _part(part) + "/" for part in front)
    return head + (".*" if last == "**" else _part(last) + "(?:/.*)?")


_TOKEN = re.compile(r"\[!?\]?[^\]]*\]|.", re.DOTALL)


def _part(part: str) -> str:
    return "".join(_token(token) for token in _TOKEN.findall(part)) if part != "*" else "[^/]+"


def _token(token: str) -> str:
    if token == "*":
        return "[^/]*"
    if token == "?":
        return "[^/]"
    if len(token) > 1:  # a bracket expression; the library knows its traps, its frame `(?s:...)\Z` is ours to drop
        return "(?!/)" + fnmatch.translate(token)[4:-3]
    return re.escape(token)


def _literal_folders(globs: Sequence[str]) -> tuple[str, ...]:
    """The folders that include globs begin with, when each begins with one: nothing outside of them can match."""
    folders = []
    for glob in globs:
        if not glob.strip("/"):
            continue
        parts = [part for part in glob.split("/") if part]
        literal = []
        for part in parts[:-1]:
            if any(sign in part for sign in "*?["):
                break
            literal.append(part)
        if not literal:
            return ()
        folders.append("/".join(literal) + "/")
    return tuple(folders)
