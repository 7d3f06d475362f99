"""What a person chooses: as whom to read, which part of Drive, and what Google's own formats become."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from connectors.sdk import AccountScope, ConnectorConfig, FileFilters, Secret, option
from connectors.sources._web import WebAddress

SCOPE = "https://www.googleapis.com/auth/drive.readonly"
SIGN_IN, WHAT, FORMATS = "Sign-in", "What to sync", "Google formats"
MY_DRIVE = "root"  # Google's own alias of the folder My Drive


def _folder_id(text: str) -> str:
    """The id of a folder, also out of the address bar."""
    text = text.strip()
    pasted = re.search(r"/folders/([\w-]+)", text) or re.search(r"[?&]id=([\w-]+)", text)
    folder = pasted[1] if pasted else text
    if not re.fullmatch(r"[\w-]{2,}", folder):
        raise ValueError("This is neither the address nor the id of a folder. Open it in Drive and copy its address.")
    return folder


FolderId = Annotated[str, AfterValidator(_folder_id)]


class SignedIn(ConnectorConfig):
    """A person's own Drive."""

    model_config = ConfigDict(title="Google account")

    method: Literal["account"] = option("account", title="Method", effect="tuning", order=1)
    account: str = option(
        title="Account",
        help="The files that this person can see are read.",
        effect="scope",
        order=2,
        min_length=1,
        account="google",
        scopes=(AccountScope(SCOPE, "Read the files, their folders and who may see them."),),
    )


class ServiceAccount(ConnectorConfig):
    """A service account, for itself or for a person of its domain."""

    model_config = ConfigDict(title="Service account")

    method: Literal["service_account"] = option("service_account", title="Method", effect="tuning", order=1)
    service_account_key: Secret = option(
        title="Service account key",
        help="The content of the JSON key file. It sees what is shared with its address.",
        effect="tuning",
        order=2,
        multiline=True,
    )
    subject: str = option(
        "",
        title="Act for",
        help="The address of a person of your domain. An administrator must have delegated the scope "
        "drive.readonly to the service account.",
        order=3,
        pattern=r"^([^@\s]+@[^@\s]+)?$",
        pattern_message="An address is written like ada@example.com.",
        examples=["ada@example.com"],
    )


class GoogleDriveConfig(ConnectorConfig):
    """Google Drive."""

    auth: Annotated[SignedIn | ServiceAccount, Field(discriminator="method")] = option(
        title="Sign-in", order=10, group=SIGN_IN
    )
    my_drive: bool = option(True, title="My Drive", order=20, group=WHAT)
    shared_with_me: bool = option(
        False, title="Shared with me", help="What others have shared with the account.", order=21, group=WHAT
    )
    shared_drives: bool = option(
        False, title="Shared drives", help="All that the account is a member of.", order=22, group=WHAT
    )
    folders: list[FolderId] = option(
        [],
        title="Only these folders",
        help="Folders and shared drives, chosen or pasted as an address. Then the switches above do not count.",
        tree=True,
        order=23,
        group=WHAT,
    )
    images: bool = option(False, title="Pictures", help="Also files that are pictures.", order=24, group=WHAT)
    filters: FileFilters = option(
        FileFilters(),
        title="Filters",
        help="Paths begin below My Drive, the shared drive or Shared with me. Google's formats have the ending that "
        "they become, such as `Plan.md`.",
        order=30,
    )
    documents: Literal["markdown", "docx", "html", "text"] = option(
        "markdown",
        title="Documents become",
        order=40,
        group=FORMATS,
        advanced=True,
        labels={"markdown": "Markdown", "docx": "Word (.docx)", "html": "Web page (.html)", "text": "Plain text"},
    )
    spreadsheets: Literal["xlsx", "csv"] = option(
        "xlsx",
        title="Spreadsheets become",
        order=41,
        group=FORMATS,
        advanced=True,
        labels={"xlsx": "Excel (.xlsx), all sheets", "csv": "CSV, only the first sheet"},
    )
    presentations: Literal["pdf", "pptx", "text"] = option(
        "pdf",
        title="Presentations become",
        order=42,
        group=FORMATS,
        advanced=True,
        labels={"pdf": "PDF", "pptx": "PowerPoint (.pptx)", "text": "Plain text"},
    )
    endpoint_url: WebAddress | None = option(
        None,
        title="Endpoint",
        help="Only if Google's API is reached at another address, such as a private endpoint.",
        order=60,
        advanced=True,
        examples=["https://www-myendpoint.p.googleapis.com"],
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.my_drive or self.shared_with_me or self.shared_drives or self.folders):
            raise ValueError("Nothing is chosen. Switch on My Drive, Shared with me or Shared drives, or pick folders.")
        return self
