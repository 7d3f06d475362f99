"""Settings as commands: they hold at once for new requests, are told to everybody, and keep no secret."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from app import api
from app.accounts import SessionVault
from app.engine.engine import Engine
from app.engine.session import open_engine
from app.network import NetworkSettings
from app.settings.autostart import entry, is_set
from connectors.sdk import ConfigError, PermanentError
from tests.network.certificates import Authority
from tests.network.loopback import loopback
from tests.network.raw import forward_proxy
from tests.support.canary import Canary
from tests.support.context import RecordingLog

Body = Callable[[Engine], Coroutine[Any, Any, None]]


def with_engine(profile: Path, body: Body, settings: NetworkSettings | None = None) -> None:
    async def main() -> None:
        engine = await Engine.open(profile, vault=SessionVault(), settings=settings)
        try:
            await body(engine)
        finally:
            await engine.close()

    asyncio.run(main())


def edit(*reset: str, secrets: dict[str, str] | None = None, **values: Any) -> api.SettingsEdit:
    """A change; `appearance__scheme` stands for appearance.scheme."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    return api.SettingsEdit(values=named, reset=list(reset), secrets=secrets or {})


async def facts(engine: api.EngineApi, after: int) -> list[api.Fact]:
    """The next fact."""
    async with aclosing(engine.events(after)) as events:  # type: ignore[type-var]
        async for event in events:
            if event.fact is not None:
                return [event.fact]
    raise AssertionError


def test_a_change_is_a_fact_without_values(profile: Path) -> None:
    async def body(engine: Engine) -> None:
        start = (await engine.engine()).last_fact
        view = await engine.edit_settings(edit(appearance__scheme="dark", network__no_proxy="inner.example"))
        assert view.values["/appearance/scheme"] == "dark"
        assert view.changed == ["/appearance/scheme", "/network/no_proxy"]
        [fact] = await facts(engine, start)
        assert (fact.kind, fact.data) == ("settings_changed", {"changed": ["/appearance/scheme", "/network/no_proxy"]})
        await engine.edit_settings(edit(appearance__scheme="dark"))
        assert (await engine.engine()).last_fact == fact.seq, "what changes nothing is no fact"

    with_engine(profile, body)


def test_every_window_and_command_sees_the_same_settings(profile: Path) -> None:
    async def main() -> None:
        async with open_engine(profile) as first, open_engine(profile) as second:
            start = (await second.engine()).last_fact
            told = asyncio.create_task(facts(second, start), name="facts")
            await first.edit_settings(edit(appearance__text_size=150))
            assert (await told)[0].kind == "settings_changed"
            assert (await second.settings()).values["/appearance/text_size"] == 150
            await second.edit_settings(edit("/"))
            assert (await first.settings()).changed == []
            with pytest.raises(ConfigError) as raised:
                await second.edit_settings(edit(appearance__text_size=3))
            assert raised.value.pointer == "/appearance/text_size"

    asyncio.run(main())


def test_a_proxy_holds_at_once_also_for_a_connection_that_is_open(profile: Path, canary: Canary) -> None:
    async def body(engine: Engine) -> None:
        async with forward_proxy(user=f"me:{canary.value}") as proxy, loopback(_ok) as server:
            context = engine._network.open(
                spec=None, endpoints=[server.endpoint()], authorizer=None, log=RecordingLog(), name="x"
            )
            assert (await context.http.get(server.url)).text() == "ok"
            assert proxy.lines == []
            view = await engine.edit_settings(
                edit(
                    network__proxy="manual",
                    network__proxy_url=proxy.url,
                    network__proxy_user="me",
                    secrets={"network.proxy_password": f"value:{canary.value}"},
                )
            )
            assert "/network/proxy_password" not in view.values
            assert view.secrets == {"/network/proxy_password": f"set in {engine._vault.describe()}"}
            assert (await context.http.get(server.url)).text() == "ok"
            assert len(proxy.lines) == 1
            canary.check(profile, texts={"the settings": repr(view), "diagnostics": repr(await engine.diagnostics())})
            await engine.edit_settings(edit("network"))
            assert await engine._vault.refs() == [], "a secret that nothing names is forgotten"
            assert (await context.http.get(server.url)).text() == "ok"
            assert len(proxy.lines) == 1

    with_engine(profile, body)


def test_an_authority_is_trusted_at_once_and_a_broken_one_refused(profile: Path, tmp_path: Path) -> None:
    authority = Authority.make(tmp_path)

    async def body(engine: Engine) -> None:
        async with loopback(_ok, tls=authority.server()) as server:
            context = engine._network.open(
                spec=None, endpoints=[server.endpoint()], authorizer=None, log=RecordingLog(), name="x"
            )
            with pytest.raises(ConfigError, match="unknown authority"):
                await context.http.get(server.url)
            (tmp_path / "broken.pem").write_text("nothing")
            for broken in (tmp_path / "broken.pem", tmp_path / "absent.pem"):
                with pytest.raises(ConfigError) as raised:
                    await engine.edit_settings(edit(network__ca_file=str(broken), appearance__scheme="dark"))
                assert raised.value.pointer == "/network/ca_file"
            assert (await engine.settings()).changed == []
            await engine.edit_settings(edit(network__ca_file=str(authority.file)))
            assert (await context.http.get(server.url)).text() == "ok"

    with_engine(profile, body)


def test_what_is_stored_holds_at_the_next_start_and_a_lost_authority_file_is_said(
    profile: Path, tmp_path: Path
) -> None:
    authority = Authority.make(tmp_path)

    async def change(engine: Engine) -> None:
        await engine.edit_settings(edit(network__ca_file=str(authority.file), network__attempts=2))

    async def look(engine: Engine) -> None:
        assert engine._network.settings.ca_file == authority.file
        assert engine._network.settings.attempts == 2

    async def lost(engine: Engine) -> None:
        [notice] = (await engine.settings()).notices
        assert "authority file can't be read" in notice

    with_engine(profile, change)
    with_engine(profile, look)
    authority.file.unlink()
    with_engine(profile, lost)


def test_the_environment_of_a_process_stands_over_the_settings(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_PROXY", "http://forced.example:1")

    async def body(engine: Engine) -> None:
        view = await engine.edit_settings(edit(network__proxy="none"))
        assert view.fixed == {"/network/proxy": "HEADWATER_PROXY", "/network/proxy_url": "HEADWATER_PROXY"}
        assert engine._network.settings.proxy == "http://forced.example:1"

    with_engine(profile, body)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at an XDG desktop entry")
def test_starting_at_sign_in_is_what_the_system_says(
    profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    async def body(engine: Engine) -> None:
        await engine.edit_settings(edit(startup__at_login=True))
        assert is_set(profile)
        assert "--hidden" in Path(entry(profile)).read_text()
        await engine.edit_settings(edit(startup__hidden=False))
        assert "--hidden" not in Path(entry(profile)).read_text()
        Path(entry(profile)).unlink()  # in the desktop's own settings
        assert (await engine.settings()).values["/startup/at_login"] is False
        await engine.edit_settings(edit(appearance__scheme="dark"))
        assert not is_set(profile), "another setting does not bring it back"
        await engine.edit_settings(edit(startup__at_login=True))
        assert is_set(profile)
        await engine.edit_settings(edit("startup"))
        assert not is_set(profile)
        blocked = tmp_path / "config" / "autostart"
        blocked.rmdir()
        blocked.write_text("a file where the folder should be")
        with pytest.raises(PermanentError, match="sign-in"):
            await engine.edit_settings(edit(startup__at_login=True, appearance__scheme="light"))
        assert (await engine.settings()).changed == ["/appearance/scheme"]
        assert (await engine.settings()).values["/appearance/scheme"] == "dark"

    with_engine(profile, body)


async def _ok(_request: web.Request) -> web.Response:
    return web.Response(text="ok")
