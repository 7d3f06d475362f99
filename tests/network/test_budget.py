"""What a host's answers say of the requests it still grants."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from aiohttp import web

from app.network.budget import Budget, budget_told, scarcest
from tests.network.loopback import loopback
from tests.network.opened import FakeClock, opened

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (
            {
                "X-RateLimit-Limit": "5000",
                "X-RateLimit-Remaining": "4210",
                "X-RateLimit-Reset": "1800000600",
                "X-RateLimit-Resource": "core",
            },
            Budget(5000, 4210, NOW + 600, "core"),
        ),
        (
            {"RateLimit-Limit": "100, 100;w=60", "RateLimit-Remaining": "7", "RateLimit-Reset": "30"},
            Budget(100, 7, NOW + 30),
        ),
        (
            {"X-Rate-Limit-Limit": "700", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "1800000001000"},
            Budget(700, 0, NOW + 1),
        ),
    ],
)
def test_the_ways_in_which_it_is_told(headers: dict[str, str], told: Budget) -> None:
    assert budget_told(httpx.Headers(headers), NOW) == told


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-RateLimit-Remaining": "10"},
        {"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "11", "X-RateLimit-Reset": "5"},
        {"X-RateLimit-Limit": "0", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "5"},
        {"X-RateLimit-Limit": "many", "X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "5"},
        {"X-RateLimit-Limit": "inf", "X-RateLimit-Remaining": "nan", "X-RateLimit-Reset": "5"},
        {"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "5"},
    ],
)
def test_what_makes_no_sense_is_not_told_on(headers: dict[str, str]) -> None:
    assert budget_told(httpx.Headers(headers), NOW) is None


def test_the_scarcest_that_still_holds_is_the_one_that_matters() -> None:
    core, search = Budget(5000, 4000, NOW + 60, "core"), Budget(30, 3, NOW + 5, "search")
    assert scarcest([core, search], NOW) == search
    assert scarcest([core, search], NOW + 10) == core
    assert scarcest([core, search], NOW + 100) is None


def test_a_connection_knows_what_its_hosts_have_told_until_the_time_is_over() -> None:
    async def run() -> None:
        left = [5, 4]

        async def answer(_request: web.Request) -> web.Response:
            headers = {"RateLimit-Limit": "5", "RateLimit-Remaining": str(left.pop()), "RateLimit-Reset": "60"}
            return web.Response(text="ok", headers=headers)

        async def silent(_request: web.Request) -> web.Response:
            return web.Response(text="ok")

        clock = FakeClock(NOW)
        async with (
            loopback(answer) as server,
            loopback(silent) as other,
            opened([server.endpoint(), other.endpoint()], clock=clock) as host,
        ):
            await host.http.get(other.url)
            assert host.network.budget("test") is None
            await host.http.get(server.url)
            assert host.network.budget("test") == ("127.0.0.1", Budget(5, 4, NOW + 60))
            assert host.network.budget("another") is None
            clock.time += 61
            assert host.network.budget("test") is None

    asyncio.run(run())
