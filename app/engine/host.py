"""The engine as a process of its own, for a window: `python -m app.engine.host PROFILE [--passphrase]`.

With --passphrase the first line of standard input is the vault's.

Says on its standard output, in one line of JSON, whether it holds the profile. Ends when its standard input ends, so
that it never outlives the window that started it, however that went; commands of other processes that are attached
are let finish first.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

import msgspec

from app.accounts.keys import take_passphrase
from app.engine.loop import loop_factory
from app.engine.session import Held, hold, profile_folder
from app.engine.wire import Started, trouble

CLOSE_SECONDS = 5.0


def main(argv: list[str]) -> int:
    """0 when it was told to end, 1 when it could not start."""
    logging.basicConfig(level=logging.WARNING, format="engine: %(levelname)s %(name)s: %(message)s")
    for name in ("SIGINT", "SIGHUP"):  # the terminal's; the window has them too and decides
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    # Whoever gave it in the environment: what is started from here does not inherit it.
    take_passphrase(_line() if "--passphrase" in argv else None)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(_serve(Path(argv[0])))


async def _serve(profile: Path) -> int:
    try:
        held = await hold(profile_folder(profile), resident=True)
    except Exception as error:
        _say(Started("failed", trouble(error)))
        return 1
    if held is None:
        _say(Started("held"))
        return 1
    stop = _told_to_stop()
    _say(Started("ready"))
    await stop.wait()
    await held.idle()
    await _close(held)
    return 0


async def _close(held: Held) -> None:
    """Everything committed is safe at any moment: what does not end in time is left to the next start."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await held.close()
    except TimeoutError:
        logging.getLogger(__name__).error("The engine did not close within %s s", CLOSE_SECONDS)
        os._exit(1)


def _line() -> str:
    """The first line of standard input, and no byte more: its end is watched later."""
    line = b""
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        line += byte
    return line.decode()


def _told_to_stop() -> asyncio.Event:
    """Set by the end of standard input or by SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def read() -> None:
        while os.read(0, 4096):
            pass
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(stop.set)

    # A thread, because Windows can't watch an anonymous pipe from a loop.
    threading.Thread(target=read, name="standard input", daemon=True).start()
    with suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGTERM, stop.set)
    return stop


def _say(started: Started) -> None:
    with suppress(BrokenPipeError):
        sys.stdout.buffer.write(msgspec.json.encode(started) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
