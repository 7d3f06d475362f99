"""The vendors that are OpenID providers, as their documentation describes them, for the fakes.

Sources: developers.google.com/identity/protocols/oauth2 (native-app, web-server) and openid-connect;
learn.microsoft.com/entra/identity-platform (reply-url, v2-oauth2-auth-code-flow, v2-protocols-oidc);
docs.gitlab.com/api/oauth2 and integration/openid_connect_provider.
"""

from __future__ import annotations

from typing import Any

from tests.accounts.providers.description import Issued, Me, Revoke, Vendor, plain

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"


def _google(vendor: Vendor, issued: Issued) -> dict[str, Any]:
    scopes = [scope for scope in issued.grant.scopes if not scope.endswith("gmail.readonly")]  # unticked by the person
    return {**plain(vendor, issued), "scope": " ".join(scopes)}


GOOGLE = Vendor(
    id="google",
    pages=("developers.google.com",),
    authorize="https://accounts.google.com/o/oauth2/v2/auth",
    token="https://oauth2.googleapis.com/token",
    ports="any",
    hosts=("127.0.0.1",),
    pkce="checked",
    auth=("post",),
    offline=("access_type", "offline"),
    needs={"prompt": "consent"},
    answer=_google,
    refresh="static",
    me=Me("https://openidconnect.googleapis.com/v1/userinfo", {"sub": "1", "name": "Ines", "email": "i@x.org"}),
    who=("1", "Ines", "i@x.org"),
    revoke=Revoke("https://oauth2.googleapis.com/revoke", auth=()),
    discovery={
        "where": "https://accounts.google.com/.well-known/openid-configuration",
        "issuer": "https://accounts.google.com",
        "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_endpoint": "https://oauth2.googleapis.com/token",
        "userinfo_endpoint": "https://openidconnect.googleapis.com/v1/userinfo",
        "revocation_endpoint": "https://oauth2.googleapis.com/revoke",
        "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
        "device_authorization_endpoint": "https://oauth2.googleapis.com/device/code",
    },
    claims={"iss": "https://accounts.google.com"},
)
_ENTRA = "https://login.microsoftonline.com/"
MICROSOFT = Vendor(
    id="microsoft",
    pages=("learn.microsoft.com",),
    authorize=_ENTRA + "common/oauth2/v2.0/authorize",
    token=_ENTRA + "common/oauth2/v2.0/token",
    ports="any",
    hosts=("localhost",),
    pkce="required",
    auth=("none",),
    offline=("scope", "offline_access"),
    refresh="rotating",
    dead=(400, {"error": "invalid_grant", "error_description": "AADSTS70008", "error_codes": [70008]}),
    me=Me("https://graph.microsoft.com/oidc/userinfo", {"sub": "s1", "name": "Ines", "email": "i@x.org"}),
    who=("s1", "Ines", "i@x.org"),
    revoke=None,
    discovery={
        "where": _ENTRA + "common/v2.0/.well-known/openid-configuration",
        "issuer": _ENTRA + "{tenantid}/v2.0",
        "authorization_endpoint": _ENTRA + "common/oauth2/v2.0/authorize",
        "token_endpoint": _ENTRA + "common/oauth2/v2.0/token",
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "jwks_uri": _ENTRA + "common/discovery/v2.0/keys",
    },
    claims={"iss": f"{_ENTRA}{TENANT}/v2.0", "tid": TENANT},
)
GITLAB = Vendor(
    id="gitlab",
    pages=("docs.gitlab.com",),
    authorize="https://gitlab.com/oauth/authorize",
    token="https://gitlab.com/oauth/token",
    ports="registered",
    hosts=("127.0.0.1", "localhost"),
    pkce="checked",
    auth=("none", "post"),
    refresh="rotating",
    me=Me("https://gitlab.com/oauth/userinfo", {"sub": "5", "name": "Ines", "email": "i@x.org"}),
    who=("5", "Ines", "i@x.org"),
    revoke=Revoke("https://gitlab.com/oauth/revoke", answer=(200, {}), lenient=True),
    discovery={
        "where": "https://gitlab.com/.well-known/openid-configuration",
        "issuer": "https://gitlab.com",
        "authorization_endpoint": "https://gitlab.com/oauth/authorize",
        "token_endpoint": "https://gitlab.com/oauth/token",
        "revocation_endpoint": "https://gitlab.com/oauth/revoke",
        "userinfo_endpoint": "https://gitlab.com/oauth/userinfo",
        "jwks_uri": "https://gitlab.com/oauth/discovery/keys",
    },
    claims={"iss": "https://gitlab.com"},
)
