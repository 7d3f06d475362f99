"""The one way out of this machine: HTTP, raw connections and objects behind guard, proxy, limits and retries."""

from app.network.authorize import Authorizer, AwsCredentials
from app.network.clock import SystemClock
from app.network.context import HostContext
from app.network.exchange import ExchangeRecord
from app.network.network import Network
from app.network.redact import Redactor
from app.network.settings import NetworkSettings

__all__ = [
    "Authorizer",
    "AwsCredentials",
    "ExchangeRecord",
    "HostContext",
    "Network",
    "NetworkSettings",
    "Redactor",
    "SystemClock",
]
