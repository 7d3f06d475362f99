"""Every kind of credential against a server that throws back all it was sent: the secret must show nowhere."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import web

from app.accounts import Secrets, Vault, authorizer
from app.network import Network
from connectors.sdk import Authorization, HeadwaterError, SecretRef
from tests.accounts.test_vault import FakeKeyring
from tests.network.loopback import loopback
from tests.network.opened import FakeClock
from tests.support.canary import Canary
from tests.support.context import SETTINGS, RecordingLog

KINDS: dict[str, dict[str, str]] = {
    "basic": {"username": "me", "password": "$"},
    "digest": {"username": "me", "password": "$"},
    "bearer": {"token": "$"},
    "header": {"name": "X-Api-Key", "value": "$"},
    "aws_sigv4": {"access_key_id": "AK", "secret_access_key": "$", "session_token": "$", "region": "r"},
    "oauth2_client_credentials": {
        "token_url": "/token",
        "client_id": "me",
        "client_secret": "$",
        "client_auth": "post",
    },
    "google_service_account": {"key": "$", "scope": "s"},
}


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
@pytest.mark.parametrize("kind", KINDS)
def test_the_secret_shows_nowhere(kind: str, status: int, tmp_path: Path, canary: Canary) -> None:
    async def throw_back(request: web.Request) -> web.Response:
        seen = {
            "headers": dict(request.headers),
            "body": (await request.read()).decode(),
            "query": request.query_string,
        }
        return web.Response(status=status, text=json.dumps(seen), headers={"x-echo": str(seen["body"])[:100]})

    async def run() -> None:
        vault = Vault(tmp_path / "vault.db", clock=FakeClock(), keyring=FakeKeyring(), environ={})
        await vault.open()
        ref = SecretRef(await vault.put(canary.value, label=kind))
        network, log = Network(SETTINGS, clock=FakeClock()), RecordingLog()
        async with loopback(throw_back) as server:
            params: dict[str, str | SecretRef | None] = {
                name: ref if value == "$" else value.replace("/token", f"{server.url}/token")
                for name, value in KINDS[kind].items()
            }
            asked = Authorization(kind=kind, params=params, hosts=(f"127.0.0.1:{server.port}",))  # type: ignore[arg-type]
            made = authorizer(asked, Secrets(vault), network)
            context = network.open(spec=None, endpoints=[server.endpoint()], authorizer=made, log=log, name="n")
            with pytest.raises(HeadwaterError) as raised:
                await context.http.get(f"{server.url}/?key={canary.value}", headers={"x-more": "1"})
        shown = [
            repr(raised.value),
            str(raised.value),
            raised.value.info(),
            made,
            context,
            vault,
            network.redactor,
            asked,
        ]
        await network.close()
        await vault.close()
        canary.check(tmp_path, texts={"errors and objects": "\n".join(map(repr, shown)), "log": log.text()})

    asyncio.run(run())
