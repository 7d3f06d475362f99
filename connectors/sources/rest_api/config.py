"""What a REST API connection is configured with. The schema of these models is the form."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import ValidationInfo, field_validator

from connectors.sdk import Authorization, ConnectorConfig, Json, option
from connectors.sources._web import WebAddress, authority
from connectors.sources.rest_api.auth import Auth, NoAuth
from connectors.sources.rest_api.paging import NoPaging, Paging
from connectors.sources.rest_api.paths import JsonPath
from connectors.sources.rest_api.template import compile_template

CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "apikey"})
CREDENTIAL_PARAMETERS = frozenset({"api_key", "apikey", "api-key", "access_token", "client_secret", "password"})


class RestApiConfig(ConnectorConfig):
    """Any JSON API that lists things. Only the address is needed where the answer is a plain list with ids."""

    url: WebAddress = option(
        ...,
        title="Address",
        help="The address that lists the items.",
        order=1,
        group="Request",
        examples=["https://api.example.com/v1/articles"],
    )
    auth: Auth = option(NoAuth(), title="Sign-in", effect="tuning", order=2, group="Sign-in")
    method: Literal["GET", "POST"] = option("GET", title="Method", order=3, group="Request", advanced=True)
    query_params: dict[str, str] = option({}, title="Query parameters", order=4, group="Request", advanced=True)
    headers: dict[str, str] = option(
        {},
        title="Headers",
        help="Never a credential: that belongs to Sign-in.",
        order=5,
        group="Request",
        advanced=True,
    )
    request_body: str = option(
        "",
        title="Request body",
        help="JSON that is sent with POST.",
        order=6,
        group="Request",
        advanced=True,
        multiline=True,
        examples=['{"query": "status:open"}'],
    )
    parameters_in: Literal["query", "body"] = option(
        "query",
        title="Paging parameters go into",
        help="Where the parameters of paging and of new items only are sent. In a body a name may be dotted.",
        order=7,
        group="Request",
        advanced=True,
        labels={"query": "The address", "body": "The request body"},
        validate_default=True,
    )
    items_path: JsonPath = option(
        "",
        title="List of items",
        help="Where the list of items lies in the answer: a name or a JSONPath. Empty: the answer is the list.",
        order=10,
        group="Items",
        options="lists",
        depends=("/url",),
        examples=["results", "$.data[*]"],
    )
    items_may_be_missing: bool = option(
        False,
        title="No list means no items",
        help="Some APIs leave the list out when it is empty. Otherwise that counts as an error.",
        order=11,
        group="Items",
        advanced=True,
        effect="tuning",
    )
    id_field: JsonPath = option(
        "id",
        title="ID field",
        help="What stays the same when an item changes.",
        order=12,
        group="Items",
        options="fields",
        depends=("/url",),
        min_length=1,
    )
    title_field: JsonPath = option(
        "",
        title="Title field",
        help="Empty: title, name, subject or the ID.",
        examples=["title"],
        order=13,
        group="Items",
        options="fields",
        depends=("/url",),
    )
    content_fields: list[JsonPath] = option(
        [], title="Content fields", help="What becomes the text. Empty: the whole item.", order=14, group="Items",
        options="fields", depends=("/url",),
    )  # fmt: skip
    content_is_html: bool = option(
        False, title="Content is HTML", help="Turns HTML into readable text.", order=15, group="Items"
    )
    content_template: str = option(
        "",
        title="Content template",
        help="A Jinja template instead of content fields. `item` is the item; the filter `text` reads HTML.",
        order=16,
        group="Items",
        advanced=True,
        multiline=True,
        examples=["# {{ title }}\n\n{{ body | text }}"],
    )
    metadata_fields: list[JsonPath] = option(
        [],
        title="Metadata fields",
        help="Kept beside the text, for filters.",
        order=17,
        group="Items",
        options="fields",
        depends=("/url",),
    )
    url_field: JsonPath = option(
        "",
        title="Link field",
        help="Where the item's page is, for people.",
        examples=["html_url"],
        order=18,
        group="Items",
        options="fields",
        depends=("/url",),
    )
    timestamp_field: JsonPath = option(
        "",
        title="Changed field",
        help="When an item was last changed.",
        examples=["updated_at"],
        order=19,
        group="Items",
        options="fields",
        depends=("/url",),
    )
    pagination: Paging = option(NoPaging(), title="Paging", order=20, group="Paging")
    max_pages: int = option(
        1000,
        title="Most pages per run",
        help="A run stops here with a warning; the next one goes on from there.",
        order=21,
        group="Paging",
        advanced=True,
        effect="tuning",
        ge=1,
    )
    request_delay: float = option(
        0.0,
        title="Pause between pages",
        help="Rarely needed: the rate limits that a server tells are kept by themselves.",
        order=22,
        group="Paging",
        advanced=True,
        effect="tuning",
        unit="seconds",
        ge=0,
        le=600,
    )
    poll_timestamp_field: JsonPath = option(
        "",
        title="New items by field",
        help="The field whose highest value is remembered, to ask only for what came later.",
        order=30,
        group="New items only",
        advanced=True,
        options="fields",
        depends=("/url",),
        examples=["updated_at"],
    )
    poll_parameter: str = option(
        "",
        title="New items by parameter",
        help="The parameter in which the remembered value is sent.",
        order=31,
        group="New items only",
        advanced=True,
        examples=["updated_since"],
        validate_default=True,
    )
    poll_overlap: float = option(
        60.0,
        title="Overlap",
        help="Asks again for the last moments, because clocks are coarse. What is known is not stored twice.",
        order=32,
        group="New items only",
        advanced=True,
        effect="tuning",
        unit="seconds",
        ge=0,
    )

    @field_validator("headers")
    @classmethod
    def _no_credential_header(cls, headers: dict[str, str]) -> dict[str, str]:
        for name in headers:
            if name.strip().lower() in CREDENTIAL_HEADERS:
                raise ValueError(f"'{name}' carries a credential: choose it under Sign-in")
        return headers

    @field_validator("query_params")
    @classmethod
    def _no_credential_parameter(cls, parameters: dict[str, str]) -> dict[str, str]:
        for name in parameters:
            if name.strip().lower() in CREDENTIAL_PARAMETERS:
                raise ValueError(f"'{name}' carries a credential, which an address must not: send it as a header")
        return parameters

    @field_validator("request_body")
    @classmethod
    def _body_is_json(cls, text: str) -> str:
        if text.strip():
            try:
                json.loads(text)
            except ValueError as error:
                raise ValueError(f"the body is not JSON: {error}") from error
        return text

    @field_validator("parameters_in")
    @classmethod
    def _body_takes_parameters(cls, place: str, info: ValidationInfo) -> str:
        if place == "body":
            if info.data.get("method") != "POST":
                raise ValueError("only a POST request has a body")
            if not isinstance(json.loads(info.data.get("request_body") or "{}"), dict):
                raise ValueError("parameters can only be put into a body that is a JSON object")
        return place

    @field_validator("content_template")
    @classmethod
    def _template_is_valid(cls, text: str) -> str:
        if text:
            from jinja2 import TemplateSyntaxError

            try:
                compile_template(text)
            except TemplateSyntaxError as error:
                raise ValueError(f"the template is wrong in line {error.lineno}: {error.message}") from error
        return text

    @field_validator("poll_parameter")
    @classmethod
    def _poll_is_complete(cls, name: str, info: ValidationInfo) -> str:
        if bool(name) != bool(info.data.get("poll_timestamp_field")):
            raise ValueError("asking for new items only takes both a field and a parameter")
        return name

    def body(self) -> Json:
        """The JSON to send, None for none."""
        return json.loads(self.request_body) if self.method == "POST" and self.request_body.strip() else None

    def authorization(self) -> Authorization | None:
        return self.auth.authorization(authority(self.url))
