from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from app.network.exchange import may_send_credential
from connectors.sdk import AuthError, Endpoint, PermanentError, PermissionDenied
from tests.network.loopback import loopback
from tests.network.opened import bearer, opened


def test_redirects_are_followed_and_the_credential_stays_at_its_origin() -> None:
    async def run() -> None:
        async def there(request: web.Request) -> web.Response:
            return web.Response(text="there")

        async with loopback(there) as other:

            async def here(request: web.Request) -> web.Response:
                places = {"/near": "/end?x=1", "/far": f"{other.url}/end", "/both": "/far", "/relative/a": "b"}
                if request.path in places:
                    return web.Response(status=302, headers={"location": places[request.path]})
                return web.Response(text="here")

            async with (
                loopback(here) as server,
                opened(
                    [server.endpoint(), other.endpoint()],
                    authorization=bearer(f"127.0.0.1:{server.port}", f"127.0.0.1:{other.port}"),
                    environ={"TOKEN": "t0ken"},
                ) as host,
            ):
                near = await host.http.get(f"{server.url}/near", headers={"X-Key": "k"})
                assert (near.url, near.text()) == (f"{server.url}/end?x=1", "here")
                assert server.requests[-1].headers["authorization"] == "Bearer t0ken"
                assert (await host.http.get(f"{server.url}/relative/a")).url == f"{server.url}/relative/b"

                for path in ("/far", "/both"):
                    far = await host.http.get(f"{server.url}{path}", headers={"X-Key": "k", "If-None-Match": "e"})
                    assert far.text() == "there"
                    carried = other.requests[-1].headers
                    assert "authorization" not in carried
                    assert "x-key" not in carried
                    assert carried["if-none-match"] == "e"

                assert (await host.http.get(f"{server.url}/far", accept={302})).status == 302

    asyncio.run(run())


def test_a_redirect_is_no_way_to_this_machine() -> None:
    async def run() -> None:
        async with loopback(_to("/secret")) as inner, loopback(_to(f"{inner.url}/secret")) as server:
            async with opened([server.endpoint()]) as host:
                with pytest.raises(PermanentError, match="not followed") as raised:
                    await host.http.get(server.url)
                assert raised.value.code == "address_refused"
            assert inner.requests == []

    asyncio.run(run())


def test_who_has_left_does_not_come_back_with_a_credential() -> None:
    async def run() -> None:
        home = ""

        async def back(request: web.Request) -> web.Response:
            return web.Response(status=302, headers={"location": f"{home}/private"})

        async with loopback(back) as other, loopback(_to(f"{other.url}/")) as server:
            home = server.url
            asked = bearer(f"127.0.0.1:{server.port}")
            endpoints = [server.endpoint(), other.endpoint()]
            async with opened(endpoints, authorization=asked, environ={"TOKEN": "t"}) as host:
                with pytest.raises(PermanentError):
                    await host.http.get(server.url)
            assert ["authorization" in request.headers for request in server.requests[:2]] == [True, False]

    asyncio.run(run())


def test_a_link_that_wants_a_sign_in_is_no_fault_of_the_connection() -> None:
    async def run() -> None:
        async def refuse(request: web.Request) -> web.Response:
            return web.Response(status=401)

        async def names(host: str, port: int) -> list[str]:
            return ["127.0.0.1"]

        async with loopback(refuse) as server:
            async with opened([server.endpoint()], resolve=names) as host:
                with pytest.raises(AuthError):
                    await host.http.get(server.url)
            async with opened([], resolve=names) as host:
                host.context._guard._vet = lambda *_: None  # type: ignore[method-assign]  # as if it were public
                with pytest.raises(PermissionDenied, match="asks for a sign-in"):
                    await host.http.get(f"http://link.example:{server.port}/")

    asyncio.run(run())


def test_a_login_in_a_redirect_is_not_used() -> None:
    async def run() -> None:
        async def end(request: web.Request) -> web.Response:
            return web.Response()

        async with loopback(end) as other, loopback(_to(f"http://me:pass@127.0.0.1:{other.port}/")) as server:
            async with opened([server.endpoint(), other.endpoint()]) as host:
                assert (await host.http.get(server.url)).url == f"{other.url}/"
            assert "authorization" not in other.requests[0].headers

    asyncio.run(run())


def test_redirects_that_lead_nowhere() -> None:
    async def run() -> None:
        async with loopback(_to("/again")) as server, opened([server.endpoint()]) as host:
            with pytest.raises(PermanentError, match="More than 10 redirects"):
                await host.http.get(server.url)
            assert len(server.requests) == 11
            with pytest.raises(PermanentError, match="only works for reading"):
                await host.http.request("POST", server.url)
        for target in ("ftp://127.0.0.1/", "http://[::1", "mailto:a@b"):
            async with loopback(_to(target)) as server, opened([server.endpoint()]) as host:
                with pytest.raises(PermanentError) as raised:
                    await host.http.get(server.url)
                assert raised.value.code == "url_invalid"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("pattern", "url", "sent"),
    [
        ("api.example", ("https", "api.example", 443), True),
        ("API.example.", ("https", "api.EXAMPLE", 443), True),
        ("api.example", ("https", "api.example", 8443), False),
        ("api.example:8443", ("https", "api.example", 8443), True),
        ("api.example:8443", ("https", "api.example", 443), False),
        ("api.example", ("http", "api.example", 80), False),
        ("api.example", ("https", "evil-api.example", 443), False),
        ("api.example", ("https", "api.example.evil", 443), False),
        ("*.amazonaws.com", ("https", "bucket.s3.eu-west-1.amazonaws.com", 443), True),
        ("*.amazonaws.com", ("https", "amazonaws.com", 443), False),
        ("*.amazonaws.com", ("https", "evilamazonaws.com", 443), False),
        ("nas.example", ("http", "nas.example", 5000), True),
        ("nas.example", ("https", "nas.example", 5000), True),
        ("nas.example", ("http", "nas.example", 80), False),
        ("[::1]:9000", ("http", "::1", 9000), True),
    ],
)
def test_where_a_credential_may_go(pattern: str, url: tuple[str, str, int], sent: bool) -> None:
    endpoints = (
        Endpoint(host="nas.example", port=5000, scheme="http", typed=True),
        Endpoint(host="::1", port=9000, scheme="http", typed=True),
    )
    assert may_send_credential((pattern,), endpoints, *url) is sent


def test_nothing_is_authorised_when_not_asked_for() -> None:
    async def run() -> None:
        async def answer(request: web.Request) -> web.Response:
            return web.Response()

        async with (
            loopback(answer) as server,
            opened([server.endpoint()], authorization=bearer("127.0.0.1"), environ={"TOKEN": "t"}) as host,
        ):
            await host.http.get(server.url, authorize=False)
            async with host.http.stream("GET", server.url, authorize=False):
                pass
            await host.http.get(server.url)
            assert ["authorization" in request.headers for request in server.requests] == [False, False, True]

    asyncio.run(run())


def _to(target: str):  # type: ignore[no-untyped-def]
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"location": target})

    return answer
