"""The network of this process: opens a context per connection, and closes what it opened."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from functools import cached_property
from urllib.parse import unquote, urlsplit

from app.network.authorize import Authorizer
from app.network.budget import Budget, scarcest
from app.network.context import HostContext
from app.network.exchange import ExchangeRecord, Shared
from app.network.guard import Guard, Resolve, normal_host, system_resolve
from app.network.limits import Limiter
from app.network.probes import network_probes
from app.network.redact import RedactedLog, Redactor
from app.network.settings import NetworkSettings
from app.network.transport import GuardedResolver, Transport
from connectors.sdk import Clock, Endpoint, Log, Probe, SourceSpec


class Network:
    """One per process and event loop. Everything that leaves the machine goes through what it opens."""

    def __init__(
        self,
        settings: NetworkSettings,
        *,
        clock: Clock,
        on_exchange: Callable[[ExchangeRecord], None] | None = None,
        resolve: Resolve = system_resolve,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.redactor = Redactor()
        self._on_exchange = on_exchange
        self._resolve = resolve
        self._limiters: dict[tuple[str, str], Limiter] = {}
        self._asked: dict[str, set[tuple[str, str]]] = {}
        """Which limiters a connection has used."""
        self._open: set[HostContext] = set()

    def apply(self, settings: NetworkSettings) -> None:
        """Other settings, for every request that begins from now on. Raises ConfigError and changes nothing if the
        certificate authorities can't be read. What is under way ends as it began."""
        settings.check()
        if settings.ca_file != self.settings.ca_file:
            self.__dict__["tls"] = settings.ssl_context()
        self.settings = settings
        for limiter in self._limiters.values():
            limiter.set_bounds(settings.max_connections, settings.longest_wait)
        for context in self._open:
            context.apply(self._shared(), self.tls)

    def _shared(self) -> Shared:
        return Shared(self.settings, self.clock, self.redactor, self._on_exchange)

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """The one TLS context; made at first use, reading the system's authorities takes a moment."""
        return self.settings.ssl_context()

    def open(
        self,
        *,
        spec: SourceSpec | None,
        endpoints: Sequence[Endpoint],
        authorizer: Authorizer | None,
        log: Log,
        name: str,
    ) -> HostContext:
        """A context for the connection `name`, whose source names `endpoints`. Close it after use."""
        guard = self.guard(endpoints)
        proxies = _ProxyConsent(self._resolve, self.settings.connect_timeout)

        def proxy_for(scheme: str, host: str) -> str | None:
            proxy = self.settings.proxy_for(scheme, host)
            if proxy is not None:
                proxies.allow(proxy)
                self.redactor.remember(unquote(urlsplit(proxy).password or ""))
            return proxy

        def limiter(host: str, credential: bool) -> Limiter:
            account = authorizer.account if authorizer is not None and credential else f"connection {name}"
            self._asked.setdefault(name, set()).add((host, account))
            return self._limiter(host, account, spec)

        context = HostContext(
            self._shared(),
            endpoints=tuple(endpoints),
            authorizer=authorizer,
            guard=guard,
            transport=Transport(
                resolver=GuardedResolver(guard, proxies),
                tls=self.tls,
                max_connections=4 * self.settings.max_connections,  # the limiters bound each host
            ),
            tls=self.tls,
            limiter=limiter,
            proxy_for=proxy_for,
            log=RedactedLog(log, self.redactor),
            on_close=self._open.discard,
        )
        self._open.add(context)
        return context

    def budget(self, name: str) -> tuple[str, Budget] | None:
        """The host that grants the connection `name` the least now, of those that tell, and how much that is."""
        now = self.clock.now()
        told = {key[0]: scarcest(self._limiters[key].budgets.values(), now) for key in self._asked.get(name, ())}
        known = {budget: host for host, budget in told.items() if budget is not None}
        least = scarcest(known, now)
        return (known[least], least) if least is not None else None

    def guard(self, endpoints: Sequence[Endpoint]) -> Guard:
        """What a connection with these endpoints may connect to."""
        return Guard(endpoints, resolve=self._resolve, timeout=self.settings.connect_timeout)

    def probes(self, endpoints: Sequence[Endpoint]) -> list[Probe]:
        """The network's steps of a connection test, for the first endpoint."""
        return network_probes(endpoints, self.settings, guard=self.guard(endpoints), tls=self.tls, clock=self.clock)

    async def close(self) -> None:
        """Close every context that is still open."""
        while self._open:
            await self._open.pop().close()

    def _limiter(self, host: str, account: str, spec: SourceSpec | None) -> Limiter:
        key = (host, account)
        if key not in self._limiters:
            self._limiters[key] = Limiter(
                self.clock,
                name=host,
                concurrency=self.settings.max_connections,
                rates=spec.rate_limits if spec is not None else (),
                longest_wait=self.settings.longest_wait,
            )
        return self._limiters[key]


class _ProxyConsent(Guard):
    """The settings' proxies are consent for themselves, and for nothing else."""

    def __init__(self, resolve: Resolve, timeout: float) -> None:
        super().__init__((), resolve=resolve, timeout=timeout)

    def allow(self, proxy: str) -> None:
        parts = urlsplit(proxy)
        key = (normal_host(parts.hostname or ""), parts.port or (443 if parts.scheme == "https" else 80))
        self._endpoints |= {key}
        self._typed |= {key}
