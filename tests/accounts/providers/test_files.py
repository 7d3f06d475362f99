"""The providers' files: each says only what a page of its vendor backs, and sends nobody anywhere without https."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.accounts.oauth.provider import (
    FOLDER,
    Provider,
    add_providers,
    provider,
    providers,
    read_providers,
    remove_providers,
)
from connectors.sdk import ConfigError
from tests.accounts.providers import vendors

FILES = sorted(FOLDER.glob("*.json"))
GENERIC = {"oauth2": ("www.rfc-editor.org",), "oidc": ("openid.net",)}
PAGES = {vendor.id: vendor.pages for vendor in vendors.VENDORS} | GENERIC


def read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def loaded(folder: Path, data: dict[str, Any]) -> Provider:
    (folder / f"{data['id']}.json").write_text(json.dumps(data), encoding="utf-8")
    return read_providers(folder)[data["id"]]


def test_there_are_all_of_them() -> None:
    assert set(providers()) == set(PAGES)
    assert {file.stem for file in FILES} == set(PAGES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_fact_is_on_a_page_of_the_vendor(file: Path) -> None:
    described = provider(file.stem)
    assert described.uncited == ()
    for fact in described.facts:
        assert urlsplit(fact.source).hostname in PAGES[file.stem], fact.source
        assert set(fact.fields) <= set(Provider.model_fields)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_address_is_https(file: Path) -> None:
    data = read(file)
    addresses = [text for text in texts({**data, "redirect": None}) if re.match(r"[a-z]+://", text)]
    assert all(text.startswith("https://") for text in addresses), addresses
    assert all(urlsplit(text).hostname and not urlsplit(text).username for text in addresses)


def texts(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [text for value in data.values() for text in texts(value)]
    if isinstance(data, list):
        return [text for value in data for text in texts(value)]
    return [data] if isinstance(data, str) else []


@pytest.mark.parametrize("id", [vendor.id for vendor in vendors.VENDORS])
def test_who_brings_a_client_of_their_own_is_told_how(id: str) -> None:
    described = provider(id)
    assert described.setup_url.startswith("https://")
    assert len(described.setup) > 60
    assert described.scopes or not described.scope_parameter  # some let the person pick instead
    assert all(len(scope.purpose) > 8 for scope in described.scopes)
    if described.revocation is None and described.protocol == "oauth2":
        assert described.revoke_note


CHANGES: dict[str, Any] = {
    "no facts": lambda data: data.pop("facts"),
    "a page of somebody else": lambda data: data.update(
        facts=[{**data["facts"][0], "source": "https://blog.example/x"}]
    ),
    "a page of a look-alike": lambda data: data.update(
        facts=[{**fact, "source": f"https://not{data['vendor'][0]}/x"} for fact in data["facts"]]
    ),
    "a page without https": lambda data: data["facts"][0].update(source="http://docs.example"),
    "one claim that no page backs": lambda data: data.update(pkce="supported", token_path="/nested"),
    "a field that nobody knows": lambda data: data.update(pkec="none"),
    "no vendor": lambda data: data.update(vendor=[]),
    "no addresses": lambda data: data.update(issuer="", authorize_url="", device_url="", protocol="oauth2"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_says_more_than_its_pages_is_refused(change: str, tmp_path: Path) -> None:
    data = read(FOLDER / "airtable.json")
    assert loaded(tmp_path, data).title == "Airtable"
    CHANGES[change](data)
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, data)
    assert raised.value.code == "provider_invalid"
    assert raised.value.detail


def test_an_extension_adds_one_and_takes_no_others_place(tmp_path: Path) -> None:
    extra = {**read(FOLDER / "airtable.json"), "id": "another", "title": "Another"}
    ours = tmp_path / "ours"
    ours.mkdir()
    loaded(ours, extra)
    add_providers(ours)
    try:
        assert provider("another").title == "Another"
        assert set(providers()) == {*PAGES, "another"}
    finally:
        remove_providers(ours)
    assert set(providers()) == set(PAGES)
    for broken in ({**extra, "id": "airtable"}, {**extra, "facts": []}):
        loaded_as = tmp_path / f"{broken['id']}-{len(broken['facts'])}"
        loaded_as.mkdir()
        (loaded_as / "one.json").write_text(json.dumps(broken), encoding="utf-8")
        with pytest.raises(ConfigError):
            add_providers(loaded_as)
    assert set(providers()) == set(PAGES)


VARIABLES = {
    "zendesk": ({"subdomain": "delta"}, ["evil.example/", "a.b", "x@evil.example", "", "a b"]),
    "salesforce": (
        {"domain": "delta--dev.sandbox.my.salesforce.com"},
        ["evil.example", "salesforce.com.evil.example", "evil.example/x.salesforce.com", "evilsalesforce.com"],
    ),
    "microsoft": ({"tenant": "contoso.onmicrosoft.com"}, ["../x", "a/b", "a@b", "{tenantid}"]),
    "github": ({"host": "git.delta.org", "api": "git.delta.org/api/v3"}, ["x@evil.example", "a/b", "a?b", "a#b"]),
    "gitlab": ({"host": "delta.org/gitlab"}, ["x@evil.example", "a?b", "a#b", "a b"]),
}


@pytest.mark.parametrize("id", VARIABLES)
def test_what_a_person_enters_can_not_lead_secrets_elsewhere(id: str) -> None:
    good, bad = VARIABLES[id]
    filled = provider(id).filled(good)
    for url in (filled.issuer, filled.authorize_url, filled.token_url):
        assert "$" not in url
    name = next(iter(good))
    for value in filter(None, bad):
        with pytest.raises(ConfigError) as raised:
            provider(id).filled({**good, name: value})
        assert raised.value.code == "provider_variable_invalid"


def test_the_code_names_no_provider() -> None:
    names = {vendor.id for vendor in vendors.VENDORS}
    for file in (FOLDER.parents[1] / "app" / "accounts" / "oauth").glob("*.py"):
        code = re.sub(r'""".*?"""|#[^\n]*', "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not {name for name in names if re.search(rf"\b{name}\b", code, re.IGNORECASE)}, file
