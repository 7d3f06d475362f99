"""The contract every connector is written against. Imports neither an HTTP library nor Qt, and nothing of `app`.

What is made of pydantic is imported when it is first asked for: a window needs the errors and shapes, and no model.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from connectors.sdk.checks import CheckStep, Probe, StepState, Warn
from connectors.sdk.context import Clock, Context, Explain, Http, Log, Objects, Response, State, StreamedResponse
from connectors.sdk.documents import (
    Access,
    AccessChanged,
    Change,
    Content,
    Covers,
    Delete,
    DocumentRef,
    Failure,
    Json,
    Node,
    Option,
    Page,
    Partition,
    Progress,
    SlimRef,
    Upsert,
)
from connectors.sdk.errors import (
    AuthError,
    ConfigError,
    ErrorInfo,
    HeadwaterError,
    NotFound,
    PermanentError,
    PermissionDenied,
    RateLimited,
    TooLarge,
    TransientError,
    error_info,
)
from connectors.sdk.words import N_, counted

if TYPE_CHECKING:
    from connectors.sdk.source import Source
    from connectors.sdk.spec import (
        AccountScope,
        Authorization,
        Capability,
        ConnectorConfig,
        Endpoint,
        FileFilters,
        RateLimit,
        Secret,
        SecretRef,
        SourceSpec,
        option,
        wanted_scopes,
    )

__all__ = [
    "N_",
    "Access",
    "AccessChanged",
    "AccountScope",
    "AuthError",
    "Authorization",
    "Capability",
    "Change",
    "CheckStep",
    "Clock",
    "ConfigError",
    "ConnectorConfig",
    "Content",
    "Context",
    "Covers",
    "Delete",
    "DocumentRef",
    "Endpoint",
    "ErrorInfo",
    "Explain",
    "Failure",
    "FileFilters",
    "HeadwaterError",
    "Http",
    "Json",
    "Log",
    "Node",
    "NotFound",
    "Objects",
    "Option",
    "Page",
    "Partition",
    "PermanentError",
    "PermissionDenied",
    "Probe",
    "Progress",
    "RateLimit",
    "RateLimited",
    "Response",
    "Secret",
    "SecretRef",
    "SlimRef",
    "Source",
    "SourceSpec",
    "State",
    "StepState",
    "StreamedResponse",
    "TooLarge",
    "TransientError",
    "Upsert",
    "Warn",
    "counted",
    "error_info",
    "option",
    "wanted_scopes",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in ("spec", "source"):
            found = vars(import_module(f"{__name__}.{module}")).get(name)
            if found is not None:
                globals()[name] = found
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
