"""Turns a secret's reference into its value, at the moment it is used: `keyring:ID`, `env:NAME` or `file:PATH`."""

from __future__ import annotations

import asyncio
import copy
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from connectors.sdk import AuthError, ConfigError, SecretRef

_log = logging.getLogger(__name__)
_LARGEST_FILE = 64 * 1024


class Store(Protocol):
    """What of a vault is needed here."""

    async def get(self, ref: str) -> str: ...

    def describe(self) -> str: ...

    async def readable(self) -> set[str]: ...

    async def opened(self) -> None: ...


class Secrets:
    """Reads secrets by reference. Without a vault only `env:` and `file:` can be read."""

    def __init__(
        self,
        vault: Store | None = None,
        *,
        tenant: str = "",
        environ: Mapping[str, str] | None = None,
        warn: Callable[[str], None] = _log.warning,
    ) -> None:
        self.tenant = tenant
        """The profile that these belong to."""
        self._vault = vault
        self._environ = os.environ if environ is None else environ
        self._warn = warn
        self._warned: set[Path] = set()
        self._titles: Mapping[str, str] = {}

    def titled(self, titles: Mapping[str, str]) -> Secrets:
        """The same secrets; what goes wrong with one of these references names its field."""
        named = copy.copy(self)
        named._titles = titles
        return named

    async def get(self, ref: SecretRef) -> str:
        """The secret itself. Raises ConfigError when it isn't there, AuthError when the vault can't give it."""
        kind, _, name = ref.ref.partition(":")
        if kind == "env":
            return self._from_environment(name)
        if kind == "file":
            path = Path(name).expanduser()
            secret, open_to_others = await asyncio.to_thread(_from_file, path)
            if open_to_others and path not in self._warned:
                self._warned.add(path)
                self._warn(f"The secret in {path} is readable by others on this machine: chmod 600 {path}")
            return secret
        if kind == "keyring" and self._vault is not None:
            try:
                return await self._vault.get(ref.ref)
            except AuthError as error:
                title = self._titles.get(ref.ref, "")
                if not title:
                    raise
                words = {"remedy": error.remedy, "detail": error.detail, "code": error.code}
                raise AuthError(error.what, where=title, **words) from error
        raise ConfigError(
            "This secret's reference is of no known kind" if kind != "keyring" else "No vault is open for this secret",
            where=f"{kind}:" if name else "a secret field",
            remedy="Enter the secret again, or refer to it as env:NAME or file:PATH.",
            code="secret_reference_invalid",
        )

    async def missing(self, refs: Iterable[str]) -> set[str]:
        """Which of these references to the vault lead to nothing that can be had any more."""
        ours = {ref for ref in refs if ref.startswith("keyring:")}
        return ours - (await self._vault.readable() if ours and self._vault is not None else set())

    async def opened(self) -> None:
        """Wait until a person has unlocked the vault."""
        if self._vault is not None:
            await self._vault.opened()

    def describe(self, ref: SecretRef) -> str:
        """Where the secret is, for the window: never what it is."""
        if ref.ref.startswith("keyring:"):
            return f"set in {self._vault.describe()}" if self._vault is not None else "set in a vault"
        return ref.ref

    def _from_environment(self, name: str) -> str:
        value = self._environ.get(name, "")
        if not value:
            raise ConfigError(
                f"The environment variable {name} is not set",
                where=f"env:{name}",
                remedy=f"Set {name} for the process that runs the sync, or enter the secret in the connection.",
                code="secret_missing",
            )
        return value


def _from_file(path: Path) -> tuple[str, bool]:
    """The secret, and whether others may read it too."""
    try:
        with path.open("rb") as file:
            open_to_others = os.name == "posix" and bool(os.fstat(file.fileno()).st_mode & 0o077)
            raw = file.read(_LARGEST_FILE + 1)
        text = raw.decode("utf-8")
    except FileNotFoundError:
        raise _unusable(
            path, "The secret's file does not exist", "Create it, or enter the secret in the connection."
        ) from None
    except UnicodeDecodeError:
        raise _unusable(path, "The secret's file is not text", "Write the secret as UTF-8 text.") from None
    except OSError as error:
        remedy = f"Give this user the right to read it ({error.strerror})."
        raise _unusable(path, "The secret's file can't be read", remedy) from None
    if len(raw) > _LARGEST_FILE:
        remedy = "Name the file that holds only the secret."
        raise _unusable(path, "The secret's file is too large for a secret", remedy)
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise _unusable(path, "The secret's file is empty", "Write the secret into it.")
    return text, open_to_others


def _unusable(path: Path, what: str, remedy: str) -> ConfigError:
    return ConfigError(what, where=f"file:{path}", remedy=remedy, code="secret_missing")
