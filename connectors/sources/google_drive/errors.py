"""What Google's refusals mean: their reason decides, not their status."""

from __future__ import annotations

import msgspec

from connectors.sdk import (
    ConfigError,
    HeadwaterError,
    NotFound,
    PermanentError,
    PermissionDenied,
    RateLimited,
    TooLarge,
    TransientError,
)

FIRST_WAIT = 1.0
"""Seconds before the first try again; the host doubles what follows, with some chance in it, as Google asks for."""
DAY_SECONDS = 3_600.0

_TOO_MANY = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "quotaExceeded"})
_SCOPES = frozenset({"insufficientPermissions", "insufficientScopes", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
_SWITCHED_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
_LOCKED = frozenset(
    {"cannotDownloadFile", "cannotExportFile", "fileNotDownloadable", "fileNotExportable", "downloadRestricted"}
)


class TokenRefused(PermanentError):
    """A page token that Google no longer knows: the listing or the feed must begin anew."""

    default_code = "page_token_refused"


class ExportTooLarge(TooLarge):
    """Google exports at most 10 MB."""

    default_code = "export_too_large"


class _Reason(msgspec.Struct):
    reason: str = ""
    location: str = ""


class _Error(msgspec.Struct):
    message: str = ""
    errors: list[_Reason] = []
    details: list[_Reason] = []


class _Envelope(msgspec.Struct):
    error: _Error


def refusal(status: int, body: bytes, *, where: str, now: float) -> HeadwaterError:
    """The error of the family that an answer of 400, 403, 404 or 410 means."""
    try:
        error = msgspec.json.decode(body, type=_Envelope).error
    except msgspec.DecodeError:
        error = _Error(body.decode("utf-8", "replace")[:500])
    reasons = {each.reason for each in (*error.errors, *error.details)}
    detail = f"{status} {', '.join(sorted(reasons))}: {error.message}"[:2000]
    if status == 410 or any(each.location == "pageToken" for each in error.errors):
        return TokenRefused("Google no longer knows this place in the list", where=where, detail=detail)
    if status == 404:
        return NotFound(
            "It is not there, or the account may not see it", where=where, remedy="Share it again.", detail=detail
        )
    if status == 403:
        return _forbidden(reasons, where, detail, now)
    return PermanentError(
        "Google does not accept the request",
        where=where,
        remedy="Check the connection's settings; if they are right, report the details.",
        detail=detail,
        code="http_400",
    )


def _forbidden(reasons: set[str], where: str, detail: str, now: float) -> HeadwaterError:
    if reasons & _TOO_MANY or "dailyLimitExceeded" in reasons:
        return RateLimited(
            "Google asks for fewer requests",
            retry_at=now + (DAY_SECONDS if "dailyLimitExceeded" in reasons else FIRST_WAIT),
            where=where,
            remedy="Nothing to do: it goes on by itself.",
            detail=detail,
        )
    if "downloadQuotaExceeded" in reasons:
        return TransientError(
            "This file was downloaded too often of late",
            where=where,
            remedy="It is tried again with the next sync.",
            detail=detail,
            code="download_quota",
        )
    if reasons & _SCOPES:
        return PermissionDenied(
            "The sign-in does not cover the scope drive.readonly",
            where=where,
            remedy="Sign in again and allow reading Drive; for a service account, delegate that scope to it.",
            detail=detail,
            code="scope_missing",
        )
    if reasons & _SWITCHED_OFF:
        return ConfigError(
            "The Google Drive API is switched off",
            pointer="/auth",
            where=where,
            remedy="Enable the Google Drive API in the Cloud project that the client or service account belongs to.",
            detail=detail,
            code="api_disabled",
        )
    if "domainPolicy" in reasons:
        return PermissionDenied(
            "The domain's administrators do not let apps read Drive",
            where=where,
            remedy="Ask an administrator to allow this app.",
            detail=detail,
            code="domain_policy",
        )
    if "exportSizeLimitExceeded" in reasons:
        return ExportTooLarge(
            "Google exports at most 10 MB, and this would be more",
            where=where,
            remedy="Choose another format for it, or split it in Drive.",
            detail=detail,
        )
    if "cannotDownloadAbusiveFile" in reasons:
        return PermanentError(
            "Google takes this file for malware or spam and does not hand it out",
            where=where,
            remedy="Its owner can look at it in Drive. It is never downloaded from here.",
            detail=detail,
            code="abusive_file",
        )
    if reasons & _LOCKED:
        return locked(where, detail)
    return PermissionDenied(
        "The account may not read this",
        where=where,
        remedy="Ask its owner to share it with the account.",
        detail=detail,
    )


def locked(where: str, detail: str = "") -> PermissionDenied:
    """A file that may be looked at in Drive, not downloaded."""
    return PermissionDenied(
        "Its owner does not let viewers download it",
        where=where,
        remedy="Ask the owner to allow downloading, or to make the account an editor.",
        detail=detail,
        code="download_forbidden",
    )
