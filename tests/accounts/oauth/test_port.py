"""The way back from the browser while another program holds the port that the provider knows."""

from __future__ import annotations

import asyncio
import socket

import pytest

from app.accounts.oauth.errors import SignInError
from app.accounts.oauth.listener import Listener
from app.accounts.oauth.provider import Redirect


@pytest.mark.point(18)
def test_a_port_in_use_is_said_with_its_own_remedy_and_another_registered_one_is_taken() -> None:
    async def open_on(*ports: int) -> int:
        listener = await Listener.open(Redirect(ports=ports), "state")
        try:
            return int(listener.redirect_uri.rpartition(":")[2].partition("/")[0])
        finally:
            await listener.close()

    with socket.socket() as busy, socket.socket() as probe:
        for one in (busy, probe):
            one.bind(("127.0.0.1", 0))
        busy.listen()
        taken, free = busy.getsockname()[1], probe.getsockname()[1]
        probe.close()
        with pytest.raises(SignInError) as refused:
            asyncio.run(open_on(taken))
        assert refused.value.code == "port_unavailable"
        assert str(taken) in refused.value.where
        assert refused.value.remedy
        assert asyncio.run(open_on(taken, free)) == free
