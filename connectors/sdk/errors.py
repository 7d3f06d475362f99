"""The one family of errors. Every error says what happened, where, and what the person can do about it.

`ErrorInfo` is the same thing as data: what is stored with a failed item, sent to the window and printed by the CLI.
Neither ever carries a secret: build `what`, `where` and `detail` from addresses and answers, never from credentials.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from connectors.sdk.words import N_

Category = Literal["config", "auth", "permission", "rate_limited", "transient", "permanent"]


class ErrorInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error as data. `retry_at` is UTC epoch seconds; `pointer` is the JSON pointer of the config field to blame."""

    category: Category
    code: str
    what: str
    where: str = ""
    remedy: str = ""
    detail: str = ""
    retry_at: float | None = None
    pointer: str | None = None

    def sentence(self) -> str:
        """What and where in one line, for tables and terminals."""
        return N_(f"{self.what} ({self.where})") if self.where else self.what


class HeadwaterError(Exception):
    """Base of the family. `code` is a stable word for scripts; it defaults to the class's own.

    `what` is one sentence without a full stop of blame, `where` names the address, path or item, `remedy` is the next
    thing to do, `detail` is raw text (an answer's body, a library's message) that the window folds away.
    """

    category: ClassVar[Category] = "permanent"
    default_code: ClassVar[str] = "failed"

    def __init__(self, what: str, *, where: str = "", remedy: str = "", detail: str = "", code: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy
        self.detail = detail
        self.code = code or self.default_code

    def info(self) -> ErrorInfo:
        """The error as data."""
        return ErrorInfo(
            category=self.category,
            code=self.code,
            what=self.what,
            where=self.where,
            remedy=self.remedy,
            detail=self.detail,
            retry_at=getattr(self, "retry_at", None),
            pointer=getattr(self, "pointer", None),
        )

    def __str__(self) -> str:
        return f"{self.what} ({self.where})" if self.where else self.what


class ConfigError(HeadwaterError):
    """The configuration can't work as it is. `pointer` names the field (RFC 6901), "" the whole."""

    category = "config"
    default_code = "config_invalid"

    def __init__(
        self, what: str, *, pointer: str = "", where: str = "", remedy: str = "", detail: str = "", code: str = ""
    ) -> None:
        super().__init__(what, where=where, remedy=remedy, detail=detail, code=code)
        self.pointer = pointer


class AuthError(HeadwaterError):
    """The credential is missing, wrong, expired or revoked: a person has to sign in again."""

    category = "auth"
    default_code = "auth_failed"


class PermissionDenied(HeadwaterError):
    """The credential is good but may not do this."""

    category = "permission"
    default_code = "permission_denied"


class RateLimited(HeadwaterError):
    """The source asks us to wait until `retry_at` (UTC epoch seconds), longer than a request may sleep."""

    category = "rate_limited"
    default_code = "rate_limited"

    def __init__(
        self, what: str, *, retry_at: float, where: str = "", remedy: str = "", detail: str = "", code: str = ""
    ) -> None:
        super().__init__(what, where=where, remedy=remedy, detail=detail, code=code)
        self.retry_at = retry_at


class TransientError(HeadwaterError):
    """Likely gone after a while: a network fault, a server's 5xx. The host retries; a source never does."""

    category = "transient"
    default_code = "temporarily_unavailable"


class PermanentError(HeadwaterError):
    """Will not get better by waiting."""

    category = "permanent"
    default_code = "failed"


class NotFound(PermanentError):
    """The thing is not there (any more). A document gone between listing and fetch is a failed item."""

    default_code = "not_found"


class TooLarge(PermanentError):
    """A document is above the connection's size limit, or an answer above the host's."""

    default_code = "too_large"


def error_info(error: BaseException) -> ErrorInfo:
    """Any exception as `ErrorInfo`. One outside the family is a defect of ours and says so."""
    if isinstance(error, HeadwaterError):
        return error.info()
    return ErrorInfo(
        category="permanent",
        code="internal_error",
        what=f"Unexpected {type(error).__name__}",
        remedy="Copy the details and report them; the other documents are not affected.",
        detail=str(error)[:2000],
    )
