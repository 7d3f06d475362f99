"""What is done beside a real keyring, each in a process and a D-Bus session of its own (see `keyring_rig`)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from app.accounts import SystemKeyring, Vault
from app.api import ConnectionDraft, ConnectionEdit, DocumentFilter, RunView
from app.engine.engine import Engine
from app.network import SystemClock
from connectors.sdk import HeadwaterError
from tests.accounts.keyring_rig import Daemon, forget, kept, lock, unlock
from tests.network.loopback import loopback


class Asked(SystemKeyring):
    """The system's keyring, counting how often a person could have been asked."""

    def __init__(self) -> None:
        super().__init__(timeout=15)
        self.prompts = 0

    async def get(self, account: str, *, prompt: bool = True) -> str | None:
        self.prompts += prompt
        return await super().get(account, prompt=prompt)


def vault_of(profile: Path, keyring: SystemKeyring | None = None) -> Vault:
    return Vault(profile / "vault.db", clock=SystemClock(), environ={}, keyring=keyring or Asked())


async def outcome(work: Awaitable[object]) -> object:
    try:
        return await work
    except HeadwaterError as error:
        return error.code


class Api:
    """Two pages behind a token; page 2 waits until it may come."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.pages: list[int] = []
        self.asked = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def answer(self, request: web.Request) -> web.Response:
        page = int(request.query.get("page", "1"))
        if page == 2:
            self.asked.set()
            await self.gate.wait()
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        self.pages.append(page)
        items = [{"id": f"{page}-{number}", "title": f"Item {page}-{number}"} for number in (1, 2)]
        return web.json_response({"items": items if page < 3 else []})


@asynccontextmanager
async def engine_of(profile: Path, keyring: SystemKeyring, *, resident: bool = True) -> AsyncIterator[Engine]:
    vault = await vault_of(profile, keyring).open()
    engine = await Engine.open(profile, vault=vault, resident=resident)
    try:
        yield engine
    finally:
        await engine.close()
        await vault.close()


async def add(engine: Engine, url: str, token: str, name: str = "Items") -> None:
    config: dict[str, Any] = {
        "url": f"{url}/items",
        "items_path": "items",
        "pagination": {"method": "page"},
        "auth": {"method": "bearer"},
    }
    await engine.add_connection(
        ConnectionDraft(type="rest_api", name=name, config=config, secrets={"/auth/token": f"value:{token}"})
    )


async def state(engine: Engine, run: RunView, *wanted: str) -> RunView:
    async with asyncio.timeout(40):
        while (found := await engine.run(run.id)).state not in wanted:
            await asyncio.sleep(0.02)
    return found


# --- scenarios


async def keeps(folder: str, secret: str) -> dict[str, object]:
    """The key between starts, and while the keyring is locked."""
    told: dict[str, object] = {}
    profile, daemon = Path(folder), Daemon()
    try:
        first = await vault_of(profile).open()
        ref = await first.put(secret)
        told["keeper"] = first.describe()
        await first.close()
        second = await vault_of(profile).open()
        told["read again"] = await second.get(ref) == secret
        await second.close()
        lock()
        third = await vault_of(profile).open()
        told["locked"] = await outcome(third.get(ref))
        told["locked, new secret"] = await outcome(third.put("x"))
        told["state"] = third.state
        await third.close()
    finally:
        daemon.stop()
    return told


async def locked_at_start(folder: str, secret: str) -> dict[str, object]:
    """Three connections sync in an engine that finds the keyring locked; it is unlocked meanwhile."""
    profile, api, told = Path(folder), Api(secret), dict[str, object]()
    async with loopback(api.answer) as server:
        daemon = Daemon()
        async with engine_of(profile, Asked()) as engine:
            for number in range(3):
                await add(engine, server.url, secret, f"Items {number}")
        daemon.stop()
        daemon = Daemon(None)
        keyring = Asked()
        async with engine_of(profile, keyring) as engine:
            runs = [await engine.start_sync(f"Items {number}") for number in range(3)]
            waiting = [await state(engine, run, "waiting", "failed", "done") for run in runs]
            told["states"] = sorted({run.state for run in waiting})
            told["reasons"] = sorted({run.reason for run in waiting})
            told["sentence"] = (await engine.connection("Items 0")).sentence
            told["vault"] = (await engine.engine()).vault_state
            await asyncio.sleep(2.5)  # the keyring is looked at meanwhile
            told["prompts"] = keyring.prompts
            told["still"] = sorted({(await engine.run(run.id)).state for run in runs})
            unlock()
            told["ended"] = sorted({(await state(engine, run, "done", "failed")).state for run in runs})
            told["documents"] = (await engine.documents(DocumentFilter())).total
            told["vault after"] = (await engine.engine()).vault_state
        daemon.stop()
    return told


async def locked_in_mid_run(folder: str, secret: str) -> dict[str, object]:
    """At page 2 the server wants another token; it is in the vault, under a key that this engine has not got yet."""
    profile, api, told = Path(folder), Api("the first token"), dict[str, object]()
    daemon = Daemon()
    async with loopback(api.answer) as server, engine_of(profile, Asked()) as engine:
        await add(engine, server.url, "the first token")
        api.gate.clear()
        run = await engine.start_sync("Items")
        await asyncio.wait_for(api.asked.wait(), 20)
        other = await vault_of(profile).open()  # another process
        [_ async for _ in other.rotate()]
        (ref,) = await other.refs()
        await other.replace(ref, secret)
        await other.close()
        api.token = secret
        lock()
        api.gate.set()
        waiting = await state(engine, run, "waiting", "failed", "done")
        told["waits"] = [waiting.state, waiting.reason]
        told["documents then"] = (await engine.documents(DocumentFilter())).total
        unlock()
        told["ended"] = (await state(engine, run, "done", "failed")).state
        told["pages"] = api.pages
        told["documents"] = (await engine.documents(DocumentFilter())).total
    daemon.stop()
    return told


async def lock_does_not_disturb(folder: str, secret: str) -> dict[str, object]:
    """A run that has its key goes on, whatever happens to the keyring."""
    profile, api = Path(folder), Api(secret)
    daemon = Daemon()
    async with loopback(api.answer) as server, engine_of(profile, Asked()) as engine:
        await add(engine, server.url, secret)
        api.gate.clear()
        run = await engine.start_sync("Items")
        await asyncio.wait_for(api.asked.wait(), 20)
        lock()
        api.gate.set()
        ended = await state(engine, run, "done", "failed", "waiting")
    daemon.stop()
    return {"ended": ended.state}


async def lost(folder: str, secret: str) -> dict[str, object]:
    """The keyring forgets the key: what is lost, what is not, and the way on."""
    profile, api, told = Path(folder), Api(secret), dict[str, object]()
    daemon = Daemon()
    async with loopback(api.answer) as server:
        async with engine_of(profile, Asked()) as engine:
            await add(engine, server.url, secret)
            await state(engine, await engine.start_sync("Items"), "done", "failed")
        told["forgotten"] = forget()
        async with engine_of(profile, Asked()) as engine:
            told["before it is asked"] = (await engine.vault()).state
            view = await engine.vault(look=True)
            told["found"] = [view.state, view.missing, view.problem.code if view.problem else ""]
            connection = await engine.connection("Items")
            told["connection"] = [connection.state, connection.sentence]
            failed = await state(engine, await engine.start_sync("Items"), "failed", "waiting", "done")
            told["run"] = [failed.state, failed.error.code, failed.error.where] if failed.error else failed.state
            started = await engine.start_vault("keyring")
            told["after"] = [started.state, started.missing, len(started.kept_aside)]
            told["still missing"] = (await engine.connection("Items")).sentence
            told["documents"] = (await engine.documents(DocumentFilter())).total
            await engine.edit_connection("Items", ConnectionEdit(secrets={"/auth/token": f"value:{secret}"}))
            run = await state(engine, await engine.start_sync("Items"), "done", "failed")
            told["again"] = [run.state, run.counts.new]
            told["nothing missing"] = (await engine.vault()).missing
        told["kept"] = len(kept())
    daemon.stop()
    return told


async def killed_while_it_rotates(folder: str, secret: str) -> dict[str, object]:
    """kill -9 at ever later moments of a rotation: every secret stays readable, the next one finishes and tidies up."""
    profile, daemon = Path(folder), Daemon()
    vault = await vault_of(profile).open()
    refs = [await vault.put(f"{secret} {number}") for number in range(300)]
    await vault.close()
    readable, cut_off = [], 0
    for attempt in range(8):
        program = (
            "import asyncio, sys; from pathlib import Path; from tests.accounts.keyring_scenarios import vault_of\n"
            "async def main():\n"
            "    vault = await vault_of(Path(sys.argv[1])).open()\n"
            "    print('ready', flush=True)\n"
            "    [None async for _ in vault.rotate()]\n"
            "asyncio.run(main())"
        )
        child = subprocess.Popen([sys.executable, "-c", program, folder], stdout=subprocess.PIPE)  # noqa: ASYNC220
        assert child.stdout is not None
        child.stdout.readline()
        await asyncio.sleep(0.25 * attempt)
        child.kill()
        cut_off += child.wait() != 0
        vault = await vault_of(profile).open()
        readable.append(all([await vault.get(ref) == f"{secret} {n}" for n, ref in enumerate(refs)]))
        await vault.close()
    vault = await vault_of(profile).open()
    await vault._file.sql("UPDATE litter SET since = 0")  # as if those attempts were long ago
    *_, last = [step async for step in vault.rotate()]
    assert last.vault is not None
    told: dict[str, object] = {"readable": set(readable) == {True}, "cut off": cut_off > 0}
    told |= {"done": last.done, "old": last.vault.old_key}
    await vault.close()
    told["kept"] = len(kept())
    daemon.stop()
    return told


async def orphan(folder: str, secret: str) -> dict[str, object]:
    """A process that waits for the keyring is killed: the one that looked for it ends too."""
    daemon = Daemon()
    vault = await vault_of(Path(folder)).open()
    await vault.put(secret)
    await vault.close()
    lock()
    program = "import asyncio; from app.accounts import SystemKeyring; asyncio.run(SystemKeyring().unlocked())"
    waiting = subprocess.Popen([sys.executable, "-c", program])  # noqa: ASYNC220
    children = Path(f"/proc/{waiting.pid}/task/{waiting.pid}/children")
    async with asyncio.timeout(20):
        while not (ids := children.read_text().split()):
            await asyncio.sleep(0.02)
        (looking,) = ids
        while b"keyring_worker" not in Path(f"/proc/{looking}/cmdline").read_bytes():
            await asyncio.sleep(0.02)
        await asyncio.sleep(1.0)  # it is on its way to the keyring
        waiting.kill()
        waiting.wait()
        while Path(f"/proc/{looking}").exists() and Path(f"/proc/{looking}/cmdline").read_bytes():
            await asyncio.sleep(0.05)
    daemon.stop()
    return {"ended": True}


async def none_at_all(folder: str, secret: str) -> dict[str, object]:
    """No session bus: what is offered, and that nothing is chosen silently."""
    vault = await vault_of(Path(folder)).open()
    told: dict[str, object] = {"put": await outcome(vault.put(secret)), "state": vault.state}
    told["keyring"] = await outcome(vault.start("keyring"))
    await vault.start("session")
    told["session"] = [vault.state, vault.describe(), await vault.get(await vault.put(secret)) == secret]
    (ref,) = await vault.refs()
    await vault.close()
    vault = await vault_of(Path(folder)).open()
    told["afterwards"] = [(await vault.view(look=True)).state, await outcome(vault.get(ref)), await vault.refs()]
    await vault.close()
    return told
