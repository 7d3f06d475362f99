"""Google Drive as a source: one part for the account's own files, one for each shared drive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing

from connectors.sdk import (
    N_,
    Authorization,
    Capability,
    ConfigError,
    Content,
    Context,
    DocumentRef,
    Endpoint,
    Failure,
    Json,
    Node,
    NotFound,
    Page,
    Partition,
    Probe,
    RateLimit,
    Source,
    SourceSpec,
    State,
    wanted_scopes,
)
from connectors.sdk.files import FileFilter
from connectors.sources._web import authority, endpoint
from connectors.sources.google_drive import probes
from connectors.sources.google_drive.api import FOLDER, GOOGLE, Drive, File
from connectors.sources.google_drive.config import MY_DRIVE, SCOPE, GoogleDriveConfig, SignedIn
from connectors.sources.google_drive.content import Reader
from connectors.sources.google_drive.documents import Documents
from connectors.sources.google_drive.formats import Formats
from connectors.sources.google_drive.passes import Pass
from connectors.sources.google_drive.tree import MY_DRIVE_TITLE, SHARED_TITLE, Scope, Tree
from connectors.sources.google_drive.walk import inside

_SHARED = "shared-with-me"
_FOLDERS_SHOWN = 5_000


class GoogleDriveSource(Source[GoogleDriveConfig]):
    """Files by their id, which stays when they are renamed or moved."""

    spec = SourceSpec(
        type="google_drive",
        title="Google Drive",
        summary="Files, Docs, Sheets and Slides in My Drive, in shared drives and shared with an account.",
        group="Files",
        icon="google_drive",
        auth=("account", "google_service_account"),
        capabilities=frozenset({Capability.INCREMENTAL, Capability.DELETIONS, Capability.ACCESS, Capability.DISCOVER}),
        hosts=("www.googleapis.com", "oauth2.googleapis.com"),
        rate_limits=(RateLimit(requests=50, seconds=1.0),),  # 3,000 a minute, a quarter of what a person may ask for
        keywords=("google", "gdrive", "docs", "sheets", "slides", "workspace", "shared drive", "team drive", "files"),
        docs_url="https://developers.google.com/workspace/drive/api/guides/about-sdk",
    )
    Config = GoogleDriveConfig

    def __init__(self, config: GoogleDriveConfig, context: Context) -> None:
        super().__init__(config, context)
        self.drive = Drive(context, config.endpoint_url)
        self.formats = Formats(config)
        self.wanted = FileFilter(config.filters)
        self._reader = Reader(self.drive, self.wanted, context.log)
        self._root = ""

    @classmethod
    def endpoints(cls, config: GoogleDriveConfig) -> Sequence[Endpoint]:
        if config.endpoint_url is not None:
            return [endpoint(config.endpoint_url)]
        return [endpoint(GOOGLE, typed=False)]

    @classmethod
    def authorization(cls, config: GoogleDriveConfig) -> Authorization:
        hosts = (authority(config.endpoint_url or GOOGLE),)
        auth = config.auth
        if isinstance(auth, SignedIn):
            scopes = wanted_scopes(config)
            return Authorization(kind="account", params={"account": auth.account}, hosts=hosts, scopes=scopes)
        return Authorization(
            kind="google_service_account",
            params={"key": auth.service_account_key, "scope": SCOPE, "subject": auth.subject or None},
            hosts=hosts,
        )

    def probes(self) -> Sequence[Probe]:
        return probes.of(self)

    # --- choosing ----------------------------------------------------------------------------------------------------

    async def discover(self, parent: str | None) -> list[Node]:
        if parent is None:
            return await self._sections()
        query = "sharedWithMe = true and trashed = false" if parent == _SHARED else inside([parent])
        folders: list[File] = []
        page: str | None = None
        while len(folders) < _FOLDERS_SHOWN:
            only_folders = f"{query} and mimeType = '{FOLDER}'"
            listing = await self.drive.files(only_folders, corpus=None, page=page, order="name_natural")
            folders += listing.files
            page = listing.next_page_token
            if page is None:
                break
        return [
            Node(id=each.id, title=each.name or "Untitled", value=each.id, has_children=True)
            for each in {each.id: each for each in folders}.values()
        ]

    async def _sections(self) -> list[Node]:
        top = [
            Node(id=MY_DRIVE, title=MY_DRIVE_TITLE, value=MY_DRIVE, has_children=True, kind="own_drive"),
            Node(id=_SHARED, title=SHARED_TITLE, has_children=True, kind="section", selectable=False),
        ]
        drives = sorted(await self.drive.drives(), key=lambda drive: drive.name.casefold())
        return top + [
            Node(
                id=each.id,
                title=each.name or each.id,
                value=each.id,
                has_children=True,
                kind="drive",
                detail=N_("Shared"),
            )
            for each in drives
        ]

    # --- reading -----------------------------------------------------------------------------------------------------

    async def partitions(self) -> list[Partition]:
        """The account's own corpus is "", a shared drive goes by its id."""
        config = self.config
        if config.folders:
            return await self._parts_of_picked()
        parts = [Partition(title=MY_DRIVE_TITLE)] if config.my_drive or config.shared_with_me else []
        if config.shared_drives:
            drives = sorted(await self.drive.drives(), key=lambda drive: drive.id)
            parts += [Partition(id=drive.id, title=drive.name) for drive in drives]
        return parts

    async def _parts_of_picked(self) -> list[Partition]:
        found = [file for picked in self.config.folders if (file := await self.drive.find(picked)) is not None]
        if not found:
            raise ConfigError(
                "None of the chosen folders is there",
                pointer="/folders",
                where=", ".join(self.config.folders[:3]),
                remedy="Share them with the account, or choose others.",
                code="folders_missing",
            )
        drives = sorted({file.drive_id or "" for file in found})
        return [Partition(id=drive, title=drive or MY_DRIVE_TITLE) for drive in drives]

    async def scope(self, corpus: str) -> Scope:
        """What of a part is wanted. Raises NotFound for a shared drive that is out of reach."""
        picked = frozenset(self.config.folders)
        if corpus:
            drive = await self.drive.drive(corpus)
            return Scope(corpus, drive.name or corpus, picked, my_drive=False, shared_with_me=False)
        if not self._root:
            self._root = (await self.drive.file(MY_DRIVE)).id
        if MY_DRIVE in picked:
            picked = picked - {MY_DRIVE} | {self._root}
        return Scope(self._root, "", picked, self.config.my_drive, self.config.shared_with_me)

    def documents(self, tree: Tree) -> Documents:
        """Files as this connection wants them."""
        return Documents(tree, self.formats, self.wanted, images=self.config.images)

    async def read(self, partition: Partition, checkpoint: dict[str, Json] | None, state: State) -> AsyncIterator[Page]:
        try:
            scope = await self.scope(partition.id)
        except NotFound as error:
            error.what = f"The shared drive “{partition.title or partition.id}” is out of reach"
            failure = Failure(source_id=None, title=partition.title or partition.id, error=error.info())
            yield Page(changes=[failure], checkpoint=checkpoint or {})
            return
        tree = Tree(state, scope)
        others = {part.id for part in await self.partitions()} - {partition.id}

        def elsewhere(file: File) -> bool:
            if (file.drive_id or "") not in others:
                return False
            if scope.picked:
                return tree.place(file).wanted
            return bool(file.drive_id) or (self.config.my_drive if file.owned_by_me else self.config.shared_with_me)

        work = Pass(self.drive, partition.id, tree, self.documents(tree), state, self.context.log, elsewhere)
        async with aclosing(work.pages(checkpoint)) as pages:
            async for page in pages:
                yield page

    async def fetch(self, ref: DocumentRef) -> Content:
        async with AsyncExitStack() as stack:
            return await self._reader.read(ref, stack)
