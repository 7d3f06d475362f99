"""Settings: each section, searched, wrong, engine gone."""

from __future__ import annotations

from app.api import SettingsEdit
from tests.gallery.scene import Act, Scene, Stage, does, fails, hangs, press, types
from tests.gallery.scenes.common import ENGINE_GONE
from widgets.pages.page import Place

PROXY = SettingsEdit(
    values={"network.proxy": "manual", "network.proxy_url": "http://proxy.example.com:3128"},
    secrets={"/network/proxy_password": "value:x"},
)


def section(name: str, *acts: Act, size: tuple[int, int] = (1180, 760), suffix: str = "") -> Scene:
    """One section."""
    return Scene(f"settings-{name}{suffix}", Place("settings", tab=name), acts=acts, size=size)


async def proxy(stage: Stage) -> None:
    """A proxy was set."""
    await stage.engine.edit_settings(PROXY)


def wrong(stage: Stage) -> None:
    """An address that is none."""
    form = stage.page.forms["network"]
    form.form.state.set(("proxy_url",), "socks5://x")
    form.flush()


SCENES = (
    section("appearance"),
    section("language"),
    section("startup"),
    section("library"),
    section("network"),
    section("network", does(proxy), suffix="-proxy"),
    section("network", does(proxy), does(wrong), suffix="-wrong"),
    section("vault"),
    section("diagnostics"),
    section("diagnostics", press("gather_diagnostics"), suffix="-shown"),
    section("about"),
    section("appearance", size=(900, 600), suffix="-narrow"),
    Scene("settings-search", Place("settings"), acts=(types("search", "pro"),)),
    Scene("settings-nothing", Place("settings"), acts=(types("search", "zzz"),)),
    Scene("settings-loading", Place("settings"), given=(hangs("settings"),)),
    Scene("settings-failed", Place("settings"), given=(fails(ENGINE_GONE, "settings"),)),
)
