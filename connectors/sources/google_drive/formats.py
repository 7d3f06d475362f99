"""What Google's own formats become: Docs, Sheets and Slides have no bytes until someone asks for some."""

from __future__ import annotations

from typing import NamedTuple

from connectors.sources.google_drive.api import File
from connectors.sources.google_drive.config import GoogleDriveConfig

_GOOGLE = "application/vnd.google-apps."
_OPEN_XML = "application/vnd.openxmlformats-officedocument."


class Format(NamedTuple):
    """A type that Google exports to. `ending` is added to the name."""

    media_type: str
    ending: str


MARKDOWN = Format("text/markdown", ".md")
TEXT = Format("text/plain", ".txt")
PDF = Format("application/pdf", ".pdf")
CSV = Format("text/csv", ".csv")
_FORMATS = {
    "markdown": MARKDOWN,
    "docx": Format(_OPEN_XML + "wordprocessingml.document", ".docx"),
    "html": Format("text/html", ".html"),
    "text": TEXT,
    "xlsx": Format(_OPEN_XML + "spreadsheetml.sheet", ".xlsx"),
    "csv": CSV,
    "pdf": PDF,
    "pptx": Format(_OPEN_XML + "presentationml.presentation", ".pptx"),
}
_INSTEAD = {"document": TEXT, "presentation": TEXT, "spreadsheet": CSV}


class Formats:
    """The formats of one connection."""

    def __init__(self, config: GoogleDriveConfig) -> None:
        self._chosen = {
            _GOOGLE + "document": _FORMATS[config.documents],
            _GOOGLE + "spreadsheet": _FORMATS[config.spreadsheets],
            _GOOGLE + "presentation": _FORMATS[config.presentations],
            _GOOGLE + "drawing": PDF,
        }

    def of(self, file: File) -> Format | None:
        """What a file becomes; None for one that is read as it is."""
        return self._chosen.get(file.mime_type)


def is_document(file: File, *, images: bool) -> bool:
    """Whether a file can be a document at all. Forms, sites, maps and scripts have no content that is exported."""
    if file.mime_type.startswith(_GOOGLE):
        return file.mime_type.removeprefix(_GOOGLE) in ("document", "spreadsheet", "presentation", "drawing")
    return images or not file.mime_type.startswith("image/")


def smaller(google_type: str, than: str) -> Format | None:
    """What to ask for where the chosen format is above Google's limit."""
    instead = _INSTEAD.get(google_type.removeprefix(_GOOGLE))
    return instead if instead is not None and instead.media_type != than else None
