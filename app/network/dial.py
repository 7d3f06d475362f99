"""Raw connections, TCP and TLS, for what is not HTTP: by the same guard, to the very address it vetted.

The proxy of the settings is an HTTP proxy and has no part in this.
"""

from __future__ import annotations

import asyncio
import ssl

from app.network.faults import transport_fault
from app.network.guard import Guard
from connectors.sdk import HeadwaterError, TransientError


async def open_connection(
    guard: Guard, host: str, port: int, *, tls: ssl.SSLContext | None, timeout: float
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connected streams. Tries the host's addresses in turn; raises ConfigError, PermanentError or TransientError."""
    where = f"{host}:{port}"
    last: OSError | None = None
    for address in await guard.addresses(host, port):
        try:
            async with asyncio.timeout(timeout):
                return await asyncio.open_connection(
                    address, port, ssl=tls, server_hostname=host.strip("[]") if tls is not None else None
                )
        except ssl.SSLError as error:
            raise transport_fault(error, where=where, host=host, proxy=None) from error
        except OSError as error:
            last = error
    assert last is not None
    raise _unreachable(last, host, where) from last


def _unreachable(error: OSError, host: str, where: str) -> HeadwaterError:
    if isinstance(error, TimeoutError):
        what, code = f"{host} did not accept a connection in time", "connect_timeout"
    else:
        what, code = f"{host} can't be reached", "connect_failed"
    return TransientError(
        what,
        where=where,
        remedy="Check the address and the port, and whether the server runs and a firewall lets you through.",
        detail=str(error),
        code=code,
    )
