"""The settings as commands: shown, changed, and applied to the running engine at once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import msgspec

from app import api
from app.accounts import Secrets, SessionVault, Vault
from app.library.runs import Runs
from app.network import Network, NetworkSettings
from app.settings.autostart import is_set, set_autostart
from app.settings.languages import languages
from app.settings.model import PROXY_PASSWORD, Settings, settings_schema
from app.settings.store import SettingsStore
from connectors.sdk import N_, ConfigError, HeadwaterError, SecretRef

_FIXED = {
    "HEADWATER_PROXY": ("/network/proxy", "/network/proxy_url"),
    "HEADWATER_NO_PROXY": ("/network/no_proxy",),
    "HEADWATER_CA_FILE": ("/network/ca_file",),
}
_BLAMED = {"proxy_invalid": "/network/proxy_url", "ca_file_unreadable": "/network/ca_file"}


class SettingsCommands:
    """The settings of one engine. `fixed`: its network was given to it, so that of the settings is not applied."""

    def __init__(
        self,
        profile: Path,
        *,
        network: Network,
        vault: Vault | SessionVault,
        secrets: Secrets,
        runs: Runs,
        fixed: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.store = SettingsStore(profile)
        self._profile = profile
        self._network = network
        self._vault = vault
        self._secrets = secrets
        self._runs = runs
        self._fixed = fixed
        self._environ = os.environ if environ is None else environ
        self._one_at_a_time = asyncio.Lock()

    async def open(self) -> None:
        """Apply what is stored. What can't be applied is said with the settings, and does not keep the engine down."""
        try:
            self._apply(await self._network_settings(self.store.settings))
        except ConfigError as error:
            self.store.notices.append(N_(f"The network's settings are not in force. {error.info().sentence()}."))

    async def vault_opened(self) -> None:
        """The proxy's password may be had now."""
        if self.store.settings.network.proxy_password is not None:
            with suppress(ConfigError):
                self._apply(await self._network_settings(self.store.settings))

    async def view(self) -> api.SettingsView:
        values = self.store.values()
        reference = values.pop(PROXY_PASSWORD)
        values["/startup/at_login"] = await asyncio.to_thread(is_set, self._profile)
        return api.SettingsView(
            values=values,
            schemas=settings_schema(languages()),
            changed=self.store.changed(),
            secrets={PROXY_PASSWORD: self._place(reference["$secret"])} if isinstance(reference, dict) else {},
            fixed={pointer: name for name, pointers in _FIXED.items() if name in self._environ for pointer in pointers},
            notices=list(self.store.notices),
        )

    async def edit(self, edit: api.SettingsEdit) -> api.SettingsView:
        """All of it or nothing. Raises ConfigError with the pointer of the first that can't be, PermanentError."""
        async with self._one_at_a_time:
            before = self.store.settings
            kept = await self._keep(edit.secrets)
            try:
                values = {**edit.values, **{pointer: _stored(ref) for pointer, ref in kept.items()}}
                wanted = self.store.preview(values, edit.reset)
                network = await self._network_settings(wanted)
                await asyncio.to_thread(self._check, network)
                starts = any("startup" in name for name in (*edit.values, *edit.reset)) or "/" in edit.reset
                if starts:
                    await self._start_at_login(wanted)
                try:
                    changed = self.store.edit(values, edit.reset)
                except BaseException:
                    if starts:
                        await self._start_at_login(before)
                    raise
            except BaseException:
                await self._forget(kept.values())
                raise
            self._apply(network)
            old = before.network.proxy_password
            if PROXY_PASSWORD in changed and old is not None:
                await self._forget([old.ref])
            if changed:
                await self._runs.record("settings_changed", None, {"changed": list(changed)})
            return await self.view()

    # --- the network

    async def _network_settings(self, settings: Settings) -> NetworkSettings:
        """With the environment's over them: who starts a process with a proxy means that process."""
        chosen = settings.network
        forced = NetworkSettings.from_environment(self._environ)
        usual = NetworkSettings()
        proxy = await self._proxy(settings) if chosen.proxy == "manual" and chosen.proxy_url else chosen.proxy
        return msgspec.structs.replace(
            usual,
            proxy=forced.proxy if forced.proxy != usual.proxy else ("system" if proxy == "manual" else proxy),
            no_proxy=forced.no_proxy or chosen.no_proxy,
            ca_file=forced.ca_file or (Path(chosen.ca_file).expanduser() if chosen.ca_file else None),
            connect_timeout=float(chosen.connect_timeout),
            read_timeout=float(chosen.read_timeout),
            attempts=chosen.attempts,
            max_connections=chosen.max_connections,
        )

    async def _proxy(self, settings: Settings) -> str:
        """The proxy's address with its login, which only the memory of this process ever holds together."""
        chosen = settings.network
        if not chosen.proxy_user:
            return chosen.proxy_url
        password = ""
        if chosen.proxy_password is not None:
            with suppress(HeadwaterError):  # a locked vault; the proxy then says that it wants a password
                password = await self._secrets.get(SecretRef(chosen.proxy_password.ref))
        scheme, _, host = chosen.proxy_url.partition("://")
        return f"{scheme}://{quote(chosen.proxy_user, safe='')}:{quote(password, safe='')}@{host}"

    def _check(self, network: NetworkSettings) -> None:
        if self._fixed:
            return
        try:
            network.check()
        except ConfigError as error:
            raise ConfigError(
                error.what,
                pointer=_BLAMED.get(error.code, ""),
                where=error.where,
                remedy=error.remedy,
                detail=error.detail,
                code=error.code,
            ) from error

    def _apply(self, network: NetworkSettings) -> None:
        if not self._fixed and network != self._network.settings:
            self._network.apply(network)

    # --- the rest

    async def _start_at_login(self, wanted: Settings) -> None:
        """Make the system's entry what is wanted. It may be other than what is stored: a person can remove it there."""
        start = wanted.startup
        await asyncio.to_thread(set_autostart, self._profile, start.at_login, hidden=start.hidden)

    async def _keep(self, given: Mapping[str, str]) -> dict[str, str]:
        """The references of the secrets; "" for one that is cleared. Raises ConfigError."""
        kept: dict[str, str] = {}
        for name, text in given.items():
            pointer = name if name.startswith("/") else "/" + name.replace(".", "/")
            form, _, rest = text.partition(":")
            if pointer != PROXY_PASSWORD or (text and (form not in ("value", "env", "file") or not rest)):
                raise ConfigError(
                    "This is no secret" if pointer != PROXY_PASSWORD else "A secret is given as env:NAME or file:PATH",
                    pointer=pointer,
                    where=name,
                    remedy="The proxy's password is the only secret of the settings.",
                )
            kept[pointer] = await self._vault.put(rest, label="Settings: proxy") if form == "value" else text
        return kept

    async def _forget(self, references: Iterable[str]) -> None:
        for reference in references:
            if reference.startswith("keyring:"):
                await self._vault.delete(reference)

    def _place(self, reference: str) -> str:
        return reference if reference.startswith(("env:", "file:")) else f"set in {self._vault.describe()}"


def _stored(reference: str) -> dict[str, str] | None:
    return {"$secret": reference} if reference else None
