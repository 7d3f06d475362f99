"""The keys of one vault: what its file knows of them, and those that are open in this process.

A key is fetched once. A keyring that is locked asks a person once: whoever needs the key meanwhile shares the outcome,
and after a refusal it is only looked at, until a person says `unlock` or it is seen to be open.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.accounts.keys import Keeper, KeyLost, KeyRow
from app.accounts.vault_file import VaultFile, drop_key, insert_key, key_rows
from app.api.vault import WAITS_FOR_A_PERSON, VaultKeeper, VaultState
from connectors.sdk import AuthError, Clock, HeadwaterError

_LITTER_SECONDS = 3600.0
_STATES: dict[str, VaultState] = {
    "vault_key_lost": "lost",
    "keyring_absent": "absent",
    "keyring_locked": "locked",
    "keyring_timeout": "locked",
    "keyring_failed": "locked",
}


class VaultKeys:
    """`rows`: the keys of the file, the newest last. `problem`: why the newest can't be had; None once it could."""

    def __init__(self, file: VaultFile, keeper: Keeper, clock: Clock) -> None:
        self.rows: list[KeyRow] = []
        self.problem: AuthError | None = None
        self.title_found = ""
        self._file = file
        self._keeper = keeper
        self._clock = clock
        self._open: dict[str, AESGCM] = {}
        self._lost: set[str] = set()
        self._fetching = asyncio.Lock()
        self._making = asyncio.Lock()
        self._refusals = 0
        self._prompt = True
        self._unlocked = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Forget the keys."""
        self._open.clear()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    # --- as it stands

    @property
    def newest(self) -> KeyRow | None:
        """The key that seals what is stored now. None: the next secret makes one."""
        newest = self.rows[-1] if self.rows else None
        return None if newest is None or (newest.keeper == "session" and newest.id not in self._open) else newest

    @property
    def state(self) -> VaultState:
        """Whether secrets can be had, as far as it is known without asking."""
        newest = self.newest
        trouble = _STATES.get(self.problem.code) if self.problem is not None else None
        if newest is None:
            if self._keeper.no_keyring and self._keeper.passphrase is None:
                return "to_choose"
            return trouble or "unused"
        if newest.id in self._open:
            return "session" if newest.keeper == "session" else "open"
        if newest.keeper == "passphrase":
            return "open" if self._keeper.passphrase is not None else "passphrase"
        return trouble or "open"

    @property
    def lost(self) -> set[str]:
        """The ids of keys that can't be had any more, as far as it is known."""
        return self._lost | {row.id for row in self.rows if row.lost_at is not None}

    async def read(self) -> list[KeyRow]:
        """The keys as the file has them now."""
        self.rows = await self._file.run(key_rows)
        return self.rows

    # --- getting one

    async def current(self) -> tuple[KeyRow, AESGCM]:
        """The newest key; one is made if there is none, or if it is lost. Raises AuthError."""
        while True:
            before = (await self.read())[-1:]
            newest = self.newest
            if newest is not None:
                with suppress(KeyLost):
                    return newest, await self.get(newest)
            async with self._making:
                if before == (await self.read())[-1:]:  # nobody else has made one meanwhile
                    await self.give_up([newest] if newest is not None else [])
                    await self.make(newest.keeper if newest is not None else None)
                    return self.rows[-1], await self.get(self.rows[-1])

    async def open_all(self) -> KeyRow | None:
        """Open every key that can still be had; answers the newest. Raises AuthError where that can't be had now."""
        await self.read()
        while (newest := self.newest) is not None:
            try:
                await self.get(newest)
                break
            except KeyLost:
                if newest in self.rows:
                    raise
        for row in self.rows[:-1]:
            if row.id not in self.lost:
                with suppress(KeyLost):
                    await self.get(row)
        return newest

    async def get(self, row: KeyRow) -> AESGCM:
        """The key of a row. Raises KeyLost, or AuthError when it can't be had now."""
        if row.id in self._open:
            return self._open[row.id]
        refusals = self._refusals
        async with self._fetching:
            if row.id in self._open:
                return self._open[row.id]
            if self._refusals != refusals and self.problem is not None:
                raise self.problem  # the same question was answered while this one waited
            try:
                key = await self._keeper.fetch(row, prompt=self._prompt)
            except AuthError as error:
                # A rotation in another process may have thrown it away, and has sealed everything anew before.
                if not isinstance(error, KeyLost) or row.id in {kept.id for kept in await self.read()}:
                    self._failed(row, error)
                raise
            self._open[row.id] = key
            self._lost.discard(row.id)
            if row.lost_at is not None:
                await self._file.sql("UPDATE keys SET lost_at = NULL WHERE id = ?", (row.id,))
                await self.read()
            if self.rows and row.id == self.rows[-1].id:
                self.problem = None
            self._prompt = True
            return key

    def _failed(self, row: KeyRow, error: AuthError) -> None:
        if isinstance(error, KeyLost):
            self._lost.add(row.id)
        if error.code in WAITS_FOR_A_PERSON:
            self._refusals += 1
            self._prompt = False
        if self.rows and row.id == self.rows[-1].id:
            self.problem = error

    async def look(self) -> None:
        """Find out how it stands: whether the newest key can be had, or what would keep one."""
        await self.read()
        newest = self.newest
        if newest is None:
            self.title_found = await self._keeper.look()
            return
        with suppress(AuthError):
            await self.open_all()

    async def unlock(self, passphrase: str) -> None:
        """A person is there: give the passphrase, or have the keyring ask. Raises AuthError when it stays locked."""
        self._prompt = True
        await self.read()
        newest = self.newest
        if newest is not None and newest.id not in self._open:
            if newest.keeper == "passphrase":
                self._keeper.passphrase = passphrase or self._keeper.passphrase
            await self.get(newest)
        elif newest is None and passphrase:
            self._keeper.passphrase = passphrase
        self._unlocked.set()

    async def opened(self) -> None:
        """Wait until a person has unlocked the vault, here or in the system's keyring."""
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch(), name="vault: unlocked")
        await asyncio.shield(self._watching)

    async def _watch(self) -> None:
        self._unlocked.clear()
        while True:
            said = asyncio.create_task(self._unlocked.wait(), name="vault: said")
            seen = asyncio.create_task(self._seen_unlocked(), name="vault: seen")
            try:
                await asyncio.wait({said, seen}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                said.cancel()
                seen.cancel()
                await asyncio.gather(said, seen, return_exceptions=True)
            try:
                await self.read()
                if self.newest is not None:
                    await self.get(self.newest)
                return
            except HeadwaterError as error:
                if error.code not in WAITS_FOR_A_PERSON:
                    return  # whoever waits finds out what is wrong now
                self._unlocked.clear()

    async def _seen_unlocked(self) -> None:
        while True:
            with suppress(Exception):
                if self.newest is not None and self.newest.keeper == "keyring":
                    return await self._keeper.keyring.unlocked()
            await self._clock.sleep(3600.0)

    # --- making and leaving

    async def make(self, kind: VaultKeeper | None, passphrase: str = "") -> KeyRow:
        """A new key, from now on the newest; or the one that another process has made meanwhile."""
        newest = self.rows[-1] if self.rows else None
        id = secrets.token_hex(8)
        # Noted first: whatever ends this process, the keyring does not keep a key for nothing.
        await self._file.sql("INSERT INTO litter VALUES (?, ?)", (id, self._clock.now()))
        try:
            row, key = await self._keeper.make(id, kind, passphrase)
        except AuthError as error:
            if newest is None:
                self.problem = error
            raise
        added = await self._file.run(lambda database: insert_key(database, row, newest))
        await self.read()
        if added:
            self._open[id] = key
            self.problem = None
        await self.clear_away(() if added else (id,))
        self._unlocked.set()
        return self.rows[-1]

    async def give_up(self, rows: list[KeyRow]) -> Path | None:
        """Take these keys for lost; the file as it was is kept aside if they seal anything."""
        if not rows:
            return None
        sealed = await self._file.sql("SELECT DISTINCT key_id FROM secrets UNION SELECT key_id FROM accounts")
        aside = None
        if {row.id for row in rows} & {row[0] for row in sealed}:
            aside = await self._file.copy_aside(self._clock.now())
        for row in rows:
            await self._file.sql("UPDATE keys SET lost_at = ? WHERE id = ?", (self._clock.now(), row.id))
        await self.read()
        return aside

    async def drop_unused(self) -> None:
        """Forget older keys that seal nothing any more."""
        now = self._clock.now()
        dropped = [
            row.id
            for row in self.rows[:-1]
            if await self._file.run(lambda database, row=row: drop_key(database, row, now))  # type: ignore[misc]
        ]
        for id in dropped:
            self._open.pop(id, None)
        await self.read()
        await self.clear_away(dropped)

    async def clear_away(self, ids: list[str] | tuple[str, ...] = ()) -> None:
        """Take out of the keyring what it keeps for nothing: `ids`, and what processes left that have ended since."""
        old = self._clock.now() - _LITTER_SECONDS
        for id, since in await self._file.sql("SELECT id, since FROM litter"):
            if id in ids or since < old:
                with suppress(Exception):  # it is noted, and tried again
                    await self._keeper.keyring.delete(id)
                    await self._file.sql("DELETE FROM litter WHERE id = ?", (id,))
