"""A file of Drive as a document: its reference, fingerprint, and who may see it."""

from __future__ import annotations

import msgspec

from connectors.sdk import Access, Change, DocumentRef, Failure, HeadwaterError, Json, Upsert
from connectors.sdk.files import FileFilter, media_type
from connectors.sources._times import parse_time
from connectors.sources.google_drive.api import File, Permission
from connectors.sources.google_drive.errors import locked
from connectors.sources.google_drive.formats import Format, Formats, is_document
from connectors.sources.google_drive.tree import Place, Tree


class Handle(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What fetching needs besides the id. `export` is the type to ask for, `google` Google's own type, `md5` what
    the listed content hashes to."""

    export: str = ""
    google: str = ""
    resource_key: str = ""
    md5: str = ""


class Documents:
    """Makes documents of files, for one connection and one part of Drive."""

    def __init__(self, tree: Tree, formats: Formats, wanted: FileFilter, *, images: bool) -> None:
        self._tree = tree
        self._formats = formats
        self._wanted = wanted
        self._images = images

    def place(self, file: File) -> Place | None:
        """Where the document lies; None for what is none or is not wanted."""
        if file.trashed or not is_document(file, images=self._images):
            return None
        place = self._tree.place(file, name=shown_name(file, self._formats.of(file)))
        return place if place.wanted and self._wanted.accepts(place.below) else None

    def change(self, file: File, place: Place, access: Access | None) -> Change:
        """The document, or why it can't be one."""
        form = self._formats.of(file)
        size = int(file.size) if file.size and form is None else None
        try:
            self._wanted.check_size(place.path, size)
            if not file.capabilities.can_download:
                raise locked(place.path)
        except HeadwaterError as error:
            return Failure(source_id=file.id, title=file.name, error=error.info())
        ref = DocumentRef(
            source_id=file.id,
            title=file.name or "Untitled",
            path=place.path,
            url=file.web_view_link,
            media_type=_media_type(file, form),
            size=size,
            created_at=parse_time(file.created_time),
            updated_at=parse_time(file.modified_time),
            owner=next((owner.email_address or owner.display_name for owner in file.owners), None),
            metadata=_metadata(file),
            handle=msgspec.json.encode(_handle(file, form)).decode(),
        )
        revision = int(file.version) if file.version else None
        return Upsert(ref=ref, fingerprint=fingerprint(file, form), revision=revision, access=access)


def shown_name(file: File, form: Format | None) -> str:
    """The name with the ending of what a Google format becomes."""
    name = file.name or "Untitled"
    return name if form is None or name.lower().endswith(form.ending) else name + form.ending


def fingerprint(file: File, form: Format | None) -> str | None:
    """What changes when the content does. Google's formats have no checksum; another format is another content."""
    if form is not None:
        return f"{file.modified_time}{form.ending}" if file.modified_time else None
    if file.md5_checksum:
        return file.md5_checksum
    if file.head_revision_id:
        return file.head_revision_id
    return f"{file.size}-{file.modified_time}" if file.modified_time else None


def access_of(permissions: list[Permission]) -> Access:
    """Who may see a file. A domain counts as a group, a link that works for everyone as public."""
    given = [each for each in permissions if not each.deleted and each.view != "metadata"]
    groups = {each.email_address for each in given if each.type == "group"}
    groups |= {f"domain:{each.domain}" for each in given if each.type == "domain"}
    return Access(
        public=any(each.type == "anyone" for each in given),
        users=tuple(sorted({each.email_address for each in given if each.type == "user"} - {""})),
        groups=tuple(sorted(groups - {""})),
    )


def _media_type(file: File, form: Format | None) -> str:
    if form is not None:
        return form.media_type
    vague = file.mime_type in ("", "application/octet-stream", "text/plain")
    return (media_type(file.name) if vague else "") or file.mime_type


def _handle(file: File, form: Format | None) -> Handle:
    key = file.resource_key or ""
    if form is not None:
        return Handle(form.media_type, file.mime_type, key)
    return Handle(resource_key=key, md5=file.md5_checksum or "")


def _metadata(file: File) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if file.description:
        found["description"] = file.description
    if file.drive_id:
        found["drive_id"] = file.drive_id
    return found
