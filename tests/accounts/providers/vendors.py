"""The 17 vendors as their documentation describes them, for the fakes. Not derived from resources/providers.

The OpenID providers among them are in openid_vendors.py. Sources, by vendor: docs.github.com authorizing-oauth-apps,
refreshing-user-access-tokens, rest/apps/oauth-applications; developer.atlassian.com (bitbucket oauth-2,
oauth-2-3lo-apps); developers.notion.com create-a-token, revoke-token; docs.slack.dev using-pkce,
using-token-rotation; dropbox.com developers oauth-guide; developer.box.com oauth2-setup, tokens; airtable.com
oauth-reference; developers.asana.com/docs/oauth; developer.zendesk.com grant_type_tokens, oauth_tokens;
developers.hubspot.com manage-oauth-tokens; help.salesforce.com web server flow; linear.app oauth-2-0-authentication;
docs.discord.com oauth2.
"""

from __future__ import annotations

from typing import Any

from tests.accounts.providers.description import Issued, Me, Revoke, Vendor, plain
from tests.accounts.providers.openid_vendors import GITLAB, GOOGLE, MICROSOFT

LOCAL = ("127.0.0.1", "localhost")


def _bitbucket(vendor: Vendor, issued: Issued) -> dict[str, Any]:
    found = {**plain(vendor, issued), "token_type": "bearer", "refresh_token": issued.refresh}
    del found["scope"]
    return {**found, "scopes": "account pullrequest wiki"}


def _notion(vendor: Vendor, issued: Issued) -> dict[str, Any]:
    found = {**plain(vendor, issued), "token_type": "bearer", "bot_id": "bot-1", "workspace_name": "Delta"}
    return {name: value for name, value in found.items() if name not in ("scope", "expires_in")}


def _slack(vendor: Vendor, issued: Issued) -> dict[str, Any]:
    tokens = {**plain(vendor, issued), "token_type": "user"}
    if issued.again:
        return {"ok": True, **tokens, "team": {"id": "T1", "name": "Delta"}}
    return {"ok": True, "app_id": "A1", "team": {"id": "T1"}, "authed_user": {"id": "U1", **tokens}}


def _salesforce(vendor: Vendor, issued: Issued) -> dict[str, Any]:
    found = {**plain(vendor, issued), "instance_url": "https://delta.my.salesforce.com", "signature": "x"}
    return {name: value for name, value in found.items() if name != "expires_in"}


def _zendesk(vendor: Vendor, issued: Issued) -> dict[str, Any]:
    return {**plain(vendor, issued), "token_type": "bearer", "refresh_token_expires_in": 2592000}


GITHUB = Vendor(
    id="github",
    pages=("docs.github.com",),
    authorize="https://github.com/login/oauth/authorize",
    token="https://github.com/login/oauth/access_token",
    device="https://github.com/login/device/code",
    ports="any",
    hosts=("127.0.0.1",),
    pkce="checked",
    auth=("post",),
    headers={"accept": "application/json"},
    answer_separator=",",
    refresh="rotating",
    dead=(
        200,
        {"error": "bad_refresh_token", "error_description": "The refresh token passed is incorrect or expired."},
    ),
    me=Me(
        "https://api.github.com/user",
        {"login": "ines", "id": 7, "name": None, "email": "i@x.org"},
        scopes=("read:user", "user:email"),
    ),
    who=("7", "ines", "i@x.org"),
    revoke=Revoke(
        "https://api.github.com/applications/CLIENT/grant",
        method="DELETE",
        send="json",
        parameter="access_token",
        kinds=("access",),
        auth=("basic",),
        answer=(204, None),
    ),
)
BITBUCKET = Vendor(
    id="bitbucket",
    pages=("developer.atlassian.com", "support.atlassian.com"),
    authorize="https://bitbucket.org/site/oauth2/authorize",
    token="https://bitbucket.org/site/oauth2/access_token",
    ports="registered",
    hosts=LOCAL,
    pkce="unknown",
    auth=("basic",),
    scope_parameter="",
    answer=_bitbucket,
    granted=("account", "pullrequest", "wiki"),
    refresh="static",
    me=Me("https://api.bitbucket.org/2.0/user", {"uuid": "{u}", "display_name": "Ines", "account_id": "a"}),
    who=("{u}", "Ines", ""),
    revoke=None,
)
ATLASSIAN = Vendor(
    id="atlassian",
    pages=("developer.atlassian.com",),
    authorize="https://auth.atlassian.com/authorize",
    token="https://auth.atlassian.com/oauth/token",
    ports="registered",
    hosts=LOCAL,
    pkce="unknown",
    auth=("post",),
    body="json",
    needs={"audience": "api.atlassian.com", "prompt": "consent"},
    offline=("scope", "offline_access"),
    refresh="rotating",
    dead=(403, {"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."}),
    me=Me(
        "https://api.atlassian.com/me", {"account_id": "5b", "name": "Ines", "email": "i@x.org"}, scopes=("read:me",)
    ),
    who=("5b", "Ines", "i@x.org"),
    revoke=None,
)
NOTION = Vendor(
    id="notion",
    pages=("developers.notion.com",),
    authorize="https://api.notion.com/v1/oauth/authorize",
    token="https://api.notion.com/v1/oauth/token",
    ports="registered",
    hosts=("localhost",),
    pkce="unknown",
    auth=("basic",),
    body="json",
    scope_parameter="",
    headers={"notion-version": "2022-06-28"},
    needs={"owner": "user"},
    kept={"workspace": "Delta"},
    answer=_notion,
    refresh="rotating",
    me=Me(
        "https://api.notion.com/v1/users/me",
        {"id": "b1", "bot": {"owner": {"user": {"id": "u", "name": "Ines", "person": {"email": "i@x.org"}}}}},
        headers={"notion-version": "2022-06-28"},
    ),
    who=("b1", "Ines", "i@x.org"),
    revoke=Revoke("https://api.notion.com/v1/oauth/revoke", send="json", kinds=("access",), answer=(200, {})),
)
SLACK = Vendor(
    id="slack",
    pages=("docs.slack.dev",),
    authorize="https://slack.com/oauth/v2/authorize",
    token="https://slack.com/api/oauth.v2.access",
    ports="registered",
    hosts=("localhost",),
    pkce="required",
    auth=("none",),
    scope_parameter="user_scope",
    separator=",",
    answer_separator=",",
    answer=_slack,
    kept={"team": "T1"},
    refresh="rotating",
    dead=(200, {"ok": False, "error": "invalid_refresh_token"}),
    me=Me("https://slack.com/api/auth.test", {"ok": True, "user_id": "U1", "user": "ines"}, method="POST"),
    who=("U1", "ines", ""),
    revoke=Revoke(
        "https://slack.com/api/auth.revoke",
        send="bearer",
        kinds=("access",),
        answer=(200, {"ok": True, "revoked": True}),
    ),
)
DROPBOX = Vendor(
    id="dropbox",
    pages=("developers.dropbox.com", "www.dropbox.com", "dropbox.tech"),
    authorize="https://www.dropbox.com/oauth2/authorize",
    token="https://api.dropboxapi.com/oauth2/token",
    ports="registered",
    hosts=LOCAL,
    pkce="checked",
    auth=("none", "post"),
    offline=("token_access_type", "offline"),
    refresh="static",
    me=Me(
        "https://api.dropboxapi.com/2/users/get_current_account",
        {"account_id": "dbid:1", "name": {"display_name": "Ines"}, "email": "i@x.org"},
        method="POST",
        scopes=("account_info.read",),
    ),
    who=("dbid:1", "Ines", "i@x.org"),
    revoke=Revoke("https://api.dropboxapi.com/2/auth/token/revoke", send="bearer", kinds=("access",)),
)
BOX = Vendor(
    id="box",
    pages=("developer.box.com",),
    authorize="https://account.box.com/api/oauth2/authorize",
    token="https://api.box.com/oauth2/token",
    ports="registered",
    hosts=LOCAL,
    pkce="unknown",
    auth=("post",),
    refresh="rotating",
    dead=(400, {"error": "invalid_grant", "error_description": "Refresh token has expired"}),
    me=Me("https://api.box.com/2.0/users/me", {"type": "user", "id": "11", "name": "Ines", "login": "i@x.org"}),
    who=("11", "Ines", "i@x.org"),
    revoke=Revoke("https://api.box.com/oauth2/revoke"),
)
AIRTABLE = Vendor(
    id="airtable",
    pages=("airtable.com",),
    authorize="https://airtable.com/oauth2/v1/authorize",
    token="https://airtable.com/oauth2/v1/token",
    ports="registered",
    hosts=("localhost",),
    pkce="required",
    auth=("none", "basic"),
    refresh="rotating",
    me=Me("https://api.airtable.com/v0/meta/whoami", {"id": "usr1", "email": "i@x.org"}, scopes=("user.email:read",)),
    who=("usr1", "i@x.org", "i@x.org"),
    revoke=None,
)
ASANA = Vendor(
    id="asana",
    pages=("developers.asana.com",),
    authorize="https://app.asana.com/-/oauth_authorize",
    token="https://app.asana.com/-/oauth_token",
    ports="registered",
    hosts=LOCAL,
    pkce="checked",
    auth=("post",),
    refresh="static",
    me=Me(
        "https://app.asana.com/api/1.0/users/me",
        {"data": {"gid": "9", "name": "Ines", "email": "i@x.org"}},
        scopes=("users:read",),
    ),
    who=("9", "Ines", "i@x.org"),
    revoke=Revoke("https://app.asana.com/-/oauth_revoke", kinds=("refresh",)),
)
ZENDESK = Vendor(
    id="zendesk",
    pages=("developer.zendesk.com", "support.zendesk.com"),
    authorize="https://delta.zendesk.com/oauth/authorizations/new",
    token="https://delta.zendesk.com/oauth/tokens",
    variables={"subdomain": "delta"},
    ports="registered",
    hosts=LOCAL,
    pkce="required",
    auth=("none", "post"),
    body="json",
    exchange=("scope",),
    answer=_zendesk,
    refresh="rotating",
    me=Me(
        "https://delta.zendesk.com/api/v2/users/me.json",
        {"user": {"id": 3, "name": "Ines", "email": "i@x.org"}},
        scopes=("users:read",),
    ),
    who=("3", "Ines", "i@x.org"),
    revoke=Revoke(
        "https://delta.zendesk.com/api/v2/oauth/tokens/current.json",
        method="DELETE",
        send="bearer",
        kinds=("access",),
        answer=(204, None),
    ),
)
HUBSPOT = Vendor(
    id="hubspot",
    pages=("developers.hubspot.com",),
    authorize="https://app.hubspot.com/oauth/authorize",
    token="https://api.hubapi.com/oauth/2026-03/token",
    ports="registered",
    hosts=("localhost",),
    pkce="unknown",
    auth=("post",),
    refresh="static",
    dead=(400, {"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"}),
    denied=None,
    me=Me(
        "https://api.hubapi.com/account-info/2026-03/details",
        {"portalId": 62, "uiDomain": "app.hubspot.com"},
        scopes=("oauth",),
    ),
    who=("62", "app.hubspot.com", ""),
    revoke=Revoke("https://api.hubapi.com/oauth/2026-03/token/revoke", kinds=("refresh",)),
)
SALESFORCE = Vendor(
    id="salesforce",
    pages=("help.salesforce.com", "developer.salesforce.com"),
    authorize="https://login.salesforce.com/services/oauth2/authorize",
    token="https://login.salesforce.com/services/oauth2/token",
    ports="registered",
    hosts=("localhost",),
    pkce="required",
    auth=("none", "post"),
    offline=("scope", "refresh_token"),
    answer=_salesforce,
    kept={"instance_url": "https://delta.my.salesforce.com"},
    refresh="rotating",
    dead=(400, {"error": "invalid_grant", "error_description": "expired access/refresh token"}),
    me=Me(
        "https://login.salesforce.com/services/oauth2/userinfo",
        {"sub": "https://x/id/1", "user_id": "005", "name": "Ines", "email": "i@x.org"},
        scopes=("openid",),
    ),
    who=("005", "Ines", "i@x.org"),
    revoke=Revoke("https://login.salesforce.com/services/oauth2/revoke", auth=()),
)
LINEAR = Vendor(
    id="linear",
    pages=("linear.app",),
    authorize="https://linear.app/oauth/authorize",
    token="https://api.linear.app/oauth/token",
    ports="registered",
    hosts=LOCAL,
    pkce="checked",
    auth=("none", "post"),
    separator=",",
    refresh="rotating",
    me=Me(
        "https://api.linear.app/graphql",
        {"data": {"viewer": {"id": "v", "name": "Ines", "email": "i@x.org"}}},
        method="POST",
        body="viewer",
        scopes=("read",),
    ),
    who=("v", "Ines", "i@x.org"),
    revoke=Revoke("https://api.linear.app/oauth/revoke", auth=()),
)
DISCORD = Vendor(
    id="discord",
    pages=("docs.discord.com",),
    authorize="https://discord.com/oauth2/authorize",
    token="https://discord.com/api/oauth2/token",
    ports="registered",
    hosts=LOCAL,
    pkce="checked",
    auth=("none", "basic"),
    refresh="rotating",
    me=Me(
        "https://discord.com/api/v10/users/@me",
        {"id": "80", "username": "ines_", "global_name": "Ines", "email": "i@x.org"},
        scopes=("identify", "email"),
    ),
    who=("80", "Ines", "i@x.org"),
    revoke=Revoke("https://discord.com/api/oauth2/token/revoke"),
)
VENDORS = (
    GOOGLE,
    MICROSOFT,
    GITHUB,
    GITLAB,
    BITBUCKET,
    ATLASSIAN,
    NOTION,
    SLACK,
    DROPBOX,
    BOX,
    AIRTABLE,
    ASANA,
    ZENDESK,
    HUBSPOT,
    SALESFORCE,
    LINEAR,
    DISCORD,
)
