"""A sync that outlives the access it began with: three times over, and an outage of the provider."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any

from aiohttp import web

from app import api
from app.accounts.oauth.account import Account
from app.accounts.oauth.tokens import Tokens
from app.accounts.vault import Vault
from app.engine.engine import Engine
from app.network import NetworkSettings, SystemClock
from tests.accounts.oauth.hostile import CLIENT, HostileProvider, rt
from tests.accounts.oauth.test_renewal import PASSPHRASE, NoRing
from tests.support.web import served

PAGES, SIZE, LIFETIME = 12, 10, 1.0


class Api:
    """Pages of items, for who has a token that is good now."""

    def __init__(self, provider: HostileProvider) -> None:
        self.good_until: dict[str, float] = {}
        self.seen: Counter[int] = Counter()
        self.refused = 0
        provider.token = self._token
        self._provider = provider

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/items", self._items)
        return app

    def _token(self, form: dict[str, str]) -> tuple[int, Any]:
        status, body = self._provider.good_tokens(form)
        self.good_until[body["access_token"]] = time.time() + LIFETIME
        return status, {**body, "expires_in": LIFETIME}

    async def _items(self, request: web.Request) -> web.Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.good_until.get(token, 0.0) < time.time():
            self.refused += 1
            return web.json_response({"message": "expired"}, status=401)
        page = int(request.query.get("page", "1"))
        self.seen[page] += 1
        await asyncio.sleep(0.4)
        items = [
            {"id": number, "title": f"item {number}", "body": f"text of {number}"}
            for number in range((page - 1) * SIZE, page * SIZE)
        ]
        return web.json_response({"items": items if page <= PAGES else []})


def test_nothing_is_lost_and_nothing_is_fetched_twice(profile: Path) -> None:
    async def main(provider: HostileProvider) -> None:
        profile.mkdir()
        clock = SystemClock()
        vault = await Vault(profile / "vault.db", clock=clock, keyring=NoRing(), environ=PASSPHRASE).open()
        engine = await Engine.open(profile, settings=NetworkSettings(), clock=clock, vault=vault)
        items = Api(provider)
        try:
            assert engine._accounts is not None
            now = time.time()
            await engine._accounts._accounts.store.put(
                Account(
                    id="a",
                    provider="oidc",
                    name="Ines",
                    issuer=provider.issuer,
                    client_id=CLIENT,
                    variables={"issuer": provider.issuer},
                ),
                Tokens(access_token="old", refresh_token=rt(0), expires_at=now - 1, obtained_at=now - 9),
            )
            async with served(items.app()) as url:
                await engine.add_connection(
                    api.ConnectionDraft(
                        type="rest_api",
                        name="Items",
                        config={
                            "url": f"{url}/items",
                            "auth": {"method": "account", "account": "a"},
                            "items_path": "items",
                            "id_field": "id",
                            "title_field": "title",
                            "content_template": "{{ body }}",
                            "pagination": {"method": "page", "page_param": "page"},
                        },
                    )
                )
                run = await engine.start_sync("Items")
                await asyncio.sleep(1.5)
                provider.raw["/token"] = lambda _: web.Response(status=503)
                await asyncio.sleep(2.5)
                del provider.raw["/token"]
                async with asyncio.timeout(60):
                    while (view := await engine.run(run.id)).state not in api.FINISHED:
                        await asyncio.sleep(0.05)
            assert view.state == "done", view.summary
            assert view.counts.documents == PAGES * SIZE
        finally:
            await engine.close()
            await vault.close()
        assert set(items.seen.values()) == {1}
        assert len(items.good_until) >= 3

    with HostileProvider() as provider:
        asyncio.run(main(provider))
