"""The operating system's keyring as the vault sees it: three calls that end in time, whatever the desktop does."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from connectors.sdk import AuthError

SERVICE = "Headwater"
_WORKER = str(Path(__file__).with_name("keyring_worker.py"))
_TIMEOUT = 30.0  # a person may have to answer a prompt
_QUIET_TIMEOUT = 10.0


class NoKeyring(Exception):
    """This machine, or this session, has no keyring that may hold a key."""


class Keyring(Protocol):
    """Where the data key lives. Raises NoKeyring, or AuthError when there is a keyring that can't be used now."""

    async def title(self) -> str:
        """The keyring's name for people. Asks for nothing."""
        ...

    async def get(self, account: str, *, prompt: bool = True) -> str | None:
        """With `prompt`, a locked keyring may ask the person to unlock it."""
        ...

    async def set(self, account: str, value: str) -> str:
        """Store; returns the keyring's name for people."""
        ...

    async def delete(self, account: str) -> None: ...

    async def unlocked(self) -> None:
        """Wait until it is unlocked, without asking anybody to do so; for ever where that can't be seen."""
        ...


class SystemKeyring:
    """The `keyring` library in a process per call; a call that hangs is killed. `command` starts `keyring_worker` where
    it can't be started as a file: in a packaged build."""

    def __init__(self, *, command: Sequence[str] | None = None, timeout: float = _TIMEOUT) -> None:
        self._command = command or (sys.executable, "-P", _WORKER)
        self._timeout = timeout

    async def title(self) -> str:
        return str((await self._call("title", ""))["title"])

    async def get(self, account: str, *, prompt: bool = True) -> str | None:
        value = (await self._call("get", account, prompt=prompt)).get("value")
        return value if isinstance(value, str) else None

    async def set(self, account: str, value: str) -> str:
        return str((await self._call("set", account, value))["title"])

    async def delete(self, account: str) -> None:
        await self._call("delete", account)

    async def unlocked(self) -> None:
        await self._call("wait", "", timeout=None)

    async def _call(
        self, do: str, account: str, value: str | None = None, *, prompt: bool = True, timeout: float | None = 0.0
    ) -> dict[str, object]:
        request = {"do": do, "service": SERVICE, "account": account, "value": value, "prompt": prompt}
        if timeout == 0.0:
            timeout = self._timeout if prompt else min(self._timeout, _QUIET_TIMEOUT)
        environ = {name: text for name, text in os.environ.items() if name != "HEADWATER_VAULT_PASSPHRASE"}
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=environ,
            )
        except OSError as error:
            raise _refused(f"the keyring process could not be started: {error}") from error
        try:
            async with asyncio.timeout(timeout):
                output, _ = await process.communicate(json.dumps(request).encode())
        except TimeoutError:
            raise AuthError(
                "The system's keyring does not answer",
                where="keyring",
                remedy="Unlock the keyring, or answer its prompt, and try again.",
                code="keyring_timeout",
            ) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        try:
            answer: dict[str, object] = json.loads(output)
        except ValueError:
            answer = {"problem": "failed", "detail": f"the keyring process ended with status {process.returncode}"}
        problem, detail = answer.get("problem"), str(answer.get("detail", ""))
        if problem == "absent":
            raise NoKeyring(detail)
        if problem == "locked":
            raise AuthError(
                "The system's keyring is locked",
                where="keyring",
                remedy="Unlock it (usually by signing in to the desktop) and try again.",
                detail=detail,
                code="keyring_locked",
            )
        if problem is not None:
            raise _refused(detail)
        return answer


def _refused(detail: str) -> AuthError:
    return AuthError(
        "The system's keyring refused",
        where="keyring",
        remedy="Allow Headwater to use it, and try again.",
        detail=detail,
        code="keyring_failed",
    )
