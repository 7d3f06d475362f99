"""Why a sign-in was refused or given up: one error with a stable word for scripts, told in words for people."""

from __future__ import annotations

import re

from connectors.sdk import AuthError

_WORDS = {
    "state_mismatch": ("The answer belongs to another sign-in", "Start the sign-in again, and use the page it opens."),
    "issuer_mismatch": (
        "The answer comes from another server than the one that was asked",
        "Check the issuer's address with whoever runs it; do not sign in there until that is clear.",
    ),
    "access_denied": ("The sign-in was refused on the provider's page", "Sign in again, and allow the access."),
    "timeout": ("Nobody finished the sign-in in the browser in time", "Start it again."),
    "cancelled": ("The sign-in was cancelled", "Start it again."),
    "duplicate_parameter": ("The provider's answer says the same thing twice", "Start the sign-in again."),
    "callback_invalid": ("The provider's answer has no code", "Start the sign-in again."),
    "id_token_missing": (
        "The provider sent no proof of who signed in",
        "Let the client use OpenID Connect.",
    ),
    "id_token_invalid": (
        "The proof of who signed in can't be trusted",
        "Check the issuer and the client id with whoever runs the provider.",
    ),
    "userinfo_mismatch": (
        "The provider tells of two different people in one sign-in",
        "Do not use this account; tell whoever runs the provider.",
    ),
    "profile_unreadable": ("The provider does not say who signed in", "Check which permissions the client has there."),
    "redirect_refused": (
        "The provider sends a request on to another address, which is not followed",
        "Check its addresses with whoever runs it.",
    ),
    "discovery_failed": ("The provider's own description can't be used", "Check the issuer's address."),
    "pkce_unsupported": (
        "The provider does not support the protection that this app insists on (PKCE with S256)",
        "Ask whoever runs the provider to allow it.",
    ),
    "token_answer_invalid": ("The provider's token answer can't be used", "Check the client's settings there."),
    "invalid_grant": ("The provider no longer accepts this sign-in", "Sign in again."),
    "invalid_client": (
        "The provider does not accept the client or its secret",
        "Check the client id and the client secret.",
    ),
    "redirect_unsupported": ("This provider can't send a browser back to this app", "Use another way to sign in."),
    "port_unavailable": (
        "None of the registered ports is free on this machine",
        "Close the program that uses them, or paste the address by hand.",
    ),
    "device_unsupported": ("This provider has no sign-in by code", "Sign in with the browser."),
    "expired_token": ("The code was not entered in time", "Start the sign-in again."),
    "request_refused": ("The provider refuses", "Check the client's settings at the provider."),
    "sign_in_again": ("This account must sign in again", "Sign in again."),
}


class SignInError(AuthError):
    """A sign-in that did not happen. `code` is one of the words above, or the provider's own."""

    default_code = "sign_in_failed"


_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


def refusal(code: str, *, where: str = "", detail: str = "") -> SignInError:
    """The error of a code; one that is not known is told as the provider's. What is no word is none: a callback's
    comes from whoever wrote the address."""
    if not _WORD.fullmatch(code):
        code = "request_refused"
    detail = "".join(character if character.isprintable() else " " for character in detail)
    what, remedy = _WORDS.get(code, (f"The provider refuses: {code}", "Check the client's settings at the provider."))
    return SignInError(what, where=where, remedy=remedy, detail=detail[:500], code=code)
