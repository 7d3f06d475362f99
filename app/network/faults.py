"""What goes wrong between sending and receiving, as errors of the one family: each says what, where and the remedy."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import aiohttp
import httpx
from aiohttp.http_exceptions import BadHttpMessage, BadStatusLine

from app.network.settings import public_proxy
from connectors.sdk import (
    AuthError,
    ConfigError,
    HeadwaterError,
    NotFound,
    PermanentError,
    PermissionDenied,
    TransientError,
)

FAULTS = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, aiohttp.ClientError, OSError)
"""What the network may throw at us; anything else is a defect and is not to be dressed up as one of these."""

NEVER_SENT = frozenset({"connect_failed", "connect_timeout", "dns_unavailable", "proxy_unreachable"})
"""Codes of faults before the request left: it may be repeated whatever its method."""

MORE_REQUESTS_LATER = frozenset({403, 429, 503})
"""Statuses that may be about the number of requests; `wait_asked_for` knows."""

_TEMPORARY = frozenset({408, 425})
_UNSUPPORTED = frozenset({501, 505})
DEFAULT_PAUSE = 5.0
"""Seconds to wait for a source that says "too many requests" without saying for how long."""


def transport_fault(error: BaseException, *, where: str, host: str, proxy: str | None) -> HeadwaterError:
    """The error that an exception of httpx, aiohttp or ssl means."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, HeadwaterError):
            return cause
    detail = str(causes[-1]) or type(causes[-1]).__name__
    for cause in causes:
        if isinstance(cause, aiohttp.ClientHttpProxyError):
            return proxy_refusal(cause.status, where=where, proxy=proxy or "")
        if isinstance(cause, aiohttp.ClientProxyConnectionError):
            return TransientError(
                "The proxy does not answer",
                where=public_proxy(proxy) if proxy else where,
                remedy="Check the proxy's address in the settings, and whether it runs. "
                "Nothing is sent around a proxy.",
                detail=detail,
                code="proxy_unreachable",
            )
        if isinstance(cause, ssl.SSLError):
            return tls_fault(cause, where=where, host=host)
    for cause in causes:
        if isinstance(cause, aiohttp.ClientConnectorError):
            return TransientError(
                f"{host} can't be reached",
                where=where,
                remedy="Check the address and the port, and whether the server runs and a firewall lets you through.",
                detail=detail,
                code="connect_failed",
            )
        if isinstance(cause, aiohttp.ConnectionTimeoutError):
            return _timeout("connect_timeout", f"{host} did not accept a connection in time", where)
        if isinstance(cause, TimeoutError | httpx.TimeoutException) and not isinstance(
            cause, httpx.ConnectTimeout
        ):  # httpx_aiohttp calls every broken connection a connect timeout
            return _timeout("timeout", f"{host} did not answer in time", where)
        if isinstance(cause, aiohttp.ClientPayloadError | BadHttpMessage) and not isinstance(cause, BadStatusLine):
            return TransientError(
                "The answer broke off", where=where, remedy="It is tried again.", detail=detail, code="truncated"
            )
        if isinstance(cause, BadStatusLine):
            return PermanentError(
                "The answer is not HTTP",
                where=where,
                remedy="Check the port, and whether the address begins with http:// or https://.",
                detail=str(cause.message)[:500],
                code="not_http",
            )
        if isinstance(cause, httpx.InvalidURL | httpx.UnsupportedProtocol | aiohttp.InvalidURL):
            return bad_url(where, str(cause))
    return TransientError(
        f"The connection to {host} was lost",
        where=where,
        remedy="It is tried again.",
        detail=detail,
        code="connection_lost",
    )


def tls_fault(error: ssl.SSLError, *, where: str, host: str) -> HeadwaterError:
    """Why the server's certificate or its TLS was refused."""
    reason = getattr(error, "verify_message", "") or ""
    text = f"{reason} {error}".lower()
    trust = (
        "If you trust this server, name its authority's PEM file in the settings under Network (or as "
        "HEADWATER_CA_FILE), or add it to the system."
    )
    if "self-signed" in text or "self signed" in text:
        what, remedy = f"{host} has a self-signed certificate", trust
    elif "expired" in text:
        what, remedy = f"The certificate of {host} has expired", "Its owner must renew it. Also check this clock."
    elif "not yet valid" in text:
        what, remedy = f"The certificate of {host} is not valid yet", "Check this machine's clock."
    elif "hostname mismatch" in text or "ip address mismatch" in text or "not valid for" in text:
        what, remedy = f"The certificate is for another host than {host}", "Use the host name of the certificate."
    elif "unable to get" in text and "issuer" in text:
        what, remedy = f"The certificate of {host} comes from an unknown authority", trust
    elif isinstance(error, ssl.SSLCertVerificationError):
        what, remedy = f"The certificate of {host} is not trusted", trust
    else:
        what, remedy = f"{host} does not speak TLS here", "Check the port; a server without TLS needs http://."
    return ConfigError(what, where=where, remedy=remedy, detail=reason or str(error), code="tls_failed")


def proxy_refusal(status: int, *, where: str, proxy: str) -> HeadwaterError:
    """A proxy that answered, but does not let us through."""
    if status == 407:
        return ConfigError(
            "The proxy asks for a user name and password, or refused those it got",
            where=public_proxy(proxy) if proxy else where,
            remedy="Write the proxy in the settings as http://user:password@host:port.",
            code="proxy_auth",
        )
    return TransientError(
        f"The proxy could not reach the server (it answered {status})",
        where=f"{where} through {public_proxy(proxy)}" if proxy else where,
        remedy="Check the address, and whether the proxy may go there.",
        code="proxy_refused",
    )


def status_error(status: int, *, where: str, detail: str) -> HeadwaterError:
    """The error that an answer of this status means, rate limits aside."""
    if status == 401:
        return AuthError(
            "The server does not accept the credential",
            where=where,
            remedy="Check the user name and the secret, or make a new one.",
            detail=detail,
        )
    if status == 403:
        return PermissionDenied(
            "The credential is not allowed to do this",
            where=where,
            remedy="Ask the owner to give this account access, or use another account.",
            detail=detail,
        )
    if status in (404, 410):
        return NotFound("There is nothing at this address", where=where, remedy="Check the address.", detail=detail)
    if status in _TEMPORARY or (status >= 500 and status not in _UNSUPPORTED):
        return TransientError(
            f"The server has a problem (it answered {status})",
            where=where,
            remedy="It is tried again; if it lasts, ask the server's owner.",
            detail=detail,
            code=f"http_{status}",
        )
    if status < 400:
        return PermanentError(
            f"The server redirects this request, which only works for reading (it answered {status})",
            where=where,
            remedy="Enter the address that it leads to.",
            detail=detail,
            code="redirect_refused",
        )
    return PermanentError(
        f"The server does not accept the request (it answered {status})",
        where=where,
        remedy="Check the connection's settings.",
        detail=detail,
        code=f"http_{status}",
    )


def wait_asked_for(response: httpx.Response, now: float) -> float | None:
    """Seconds that a refusal asks us to wait, None when it is not about the number of requests.

    A 429 always is; a 503 that says when to come back; a 403 only with evidence of a used-up limit."""
    status, headers = response.status_code, response.headers
    after = _retry_after(headers, now)
    if after is None and headers.get("x-ratelimit-remaining") == "0":
        after = _number(headers.get("x-ratelimit-reset", ""))
        if after is not None and after > 1e9:  # an epoch, not a number of seconds
            after = max(0.0, after - now)
    if after is None and status == 429:
        return DEFAULT_PAUSE
    return after


def _retry_after(headers: httpx.Headers, now: float) -> float | None:
    """A number of seconds, or a date, which counts from the server's own clock."""
    text = headers.get("retry-after", "").strip()
    seconds = _number(text)
    if seconds is not None:
        return seconds
    until = _date(text)
    if until is None:
        return None
    return max(0.0, until - (_date(headers.get("date", "")) or now))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return max(0.0, number) if number < float("inf") else None


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def bad_url(url: str, detail: str) -> PermanentError:
    """An address that can't be asked for."""
    return PermanentError(
        "This is not an http:// or https:// address", where=url, remedy="Check it.", detail=detail, code="url_invalid"
    )


def _timeout(code: str, what: str, where: str) -> TransientError:
    remedy = "Check the address and the network; it is tried again."
    return TransientError(what, where=where, remedy=remedy, code=code)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or getattr(error, "certificate_error", None) or error.__context__
