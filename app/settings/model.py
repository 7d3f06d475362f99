"""What can be set. Titles, helps, limits and defaults stand here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.settings.early import TEXT_SIZES
from connectors.sdk import Secret

PROXY_PASSWORD = "/network/proxy_password"
TextSize = Literal[100, 110, 125, 150, 175, 200]
assert get_args(TextSize) == TEXT_SIZES


class Section(BaseModel):
    """What is set together. Unknown names are no concern of the model: the store keeps them."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Appearance(Section):
    scheme: Literal["system", "light", "dark"] = Field(
        "system",
        title="Colours",
        json_schema_extra={"enumNames": ["As the system", "Light", "Dark"], "display_type": "radio"},
    )
    text_size: TextSize = Field(
        100,
        title="Text size",
        json_schema_extra={"enumNames": [f"{size} %" for size in TEXT_SIZES], "display_type": "radio"},
    )
    reduced_motion: bool = Field(
        False, title="Reduce motion", description="Menus and progress without animation, whatever the system says."
    )


class Language(Section):
    language: str = Field(
        "system",
        title="Language",
        pattern=r"^[A-Za-z]{2,8}(_[A-Za-z]{2,8})?$",
        description="Names and messages that a source sends stay in its language.",
    )


class Startup(Section):
    at_login: bool = Field(False, title="Start when you sign in to this computer")
    hidden: bool = Field(
        True,
        title="Start in the tray",
        description="When started at sign-in; without a tray the window opens as usual.",
    )
    keep_running: bool = Field(
        False,
        title="Keep running when the window is closed",
        description="Syncs go on, and the tray's icon brings the window back. Needs a tray.",
    )
    notifications: bool = Field(
        True,
        title="Notify of what needs you",
        description="A sync that failed, an account that must sign in again, deletions that wait for your decision.",
    )


class Network(Section):
    proxy: Literal["system", "none", "manual"] = Field(
        "system",
        title="Proxy",
        json_schema_extra={"enumNames": ["As the system", "None", "This one"], "display_type": "radio"},
    )
    proxy_url: str = Field(
        "",
        title="Proxy address",
        pattern=r"^$|^https?://[^@\s/?#]+/?$",
        description="An HTTP proxy. Its user name and password go into the fields below.",
        examples=["http://proxy.example.com:3128"],
        json_schema_extra={"patternErrorMessage": "Write it as http://host:port, without a user name."},
    )
    proxy_user: str = Field("", title="User name at the proxy", max_length=200)
    proxy_password: Secret | None = Field(None, title="Password at the proxy")
    no_proxy: str = Field(
        "",
        title="Hosts without the proxy",
        description="Separated by commas. A name stands for its subdomains, too.",
        examples=["intranet.example.com, .local"],
    )
    ca_file: str = Field(
        "",
        title="Additional certificate authorities",
        description="A PEM file whose authorities are trusted beside the system's. Verification is never switched off.",
        json_schema_extra={"x-path": "file"},
    )
    connect_timeout: int = Field(
        10, title="Give up connecting after", ge=1, le=120, json_schema_extra={"x-unit": "s", "x-advanced": True}
    )
    read_timeout: int = Field(
        60, title="Give up on silence after", ge=5, le=3600, json_schema_extra={"x-unit": "s", "x-advanced": True}
    )
    attempts: int = Field(
        4,
        title="Attempts",
        description="How often a request is made in all before its failure is reported.",
        ge=1,
        le=10,
        json_schema_extra={"x-advanced": True},
    )
    max_connections: int = Field(
        64,
        title="Requests at once",
        description="To one host; fewer where it asks for that.",
        ge=1,
        le=256,
        json_schema_extra={"x-advanced": True},
    )

    @field_validator("proxy_url")
    @classmethod
    def _a_real_port(cls, value: str) -> str:
        _host, found, port = value.removesuffix("/").rpartition("://")[2].rpartition(":")
        if found and not port.endswith("]") and not (port.isdecimal() and 0 < int(port) < 65536):
            raise ValueError("The port must be a number from 1 to 65535.")
        return value


class Settings(BaseModel):
    """All of them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    appearance: Appearance = Field(default=Appearance.model_validate({}), title="Appearance")
    language: Language = Field(default=Language.model_validate({}), title="Language")
    startup: Startup = Field(default=Startup.model_validate({}), title="Start-up and background")
    network: Network = Field(default=Network.model_validate({}), title="Network")


SECTIONS: dict[str, type[Section]] = {name: field.annotation for name, field in Settings.model_fields.items()}  # type: ignore[misc]
"""The sections by name, in the order they are shown."""


def settings_schema(languages: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """A JSON Schema for each section. `languages` are those that the window speaks, by code, in their own words."""
    found = {name: section.model_json_schema() for name, section in SECTIONS.items()}
    for schema in found.values():
        schema.pop("title", None)
        schema.pop("description", None)
        schema["required"] = [name for name, one in schema["properties"].items() if "enum" in one]
        for one in schema["properties"].values():
            one["always_show"] = "x-advanced" not in one
    manual = {"if": {"properties": {"proxy": {"const": "manual"}}, "required": ["proxy"]}}
    network = found["network"]
    of_a_proxy = {name: network["properties"].pop(name) for name in list(network["properties"]) if "proxy_" in name}
    of_a_proxy["no_proxy"] = network["properties"].pop("no_proxy")
    network["allOf"] = [{**manual, "then": {"properties": of_a_proxy}}]
    for order, name in enumerate(SECTIONS["network"].model_fields):
        (of_a_proxy.get(name) or network["properties"][name])["order"] = order
    chosen = found["language"]["properties"]["language"]
    chosen.pop("pattern")
    found["language"]["required"] = ["language"]
    chosen |= {"enum": ["system", *languages], "enumNames": ["As the system", *languages.values()]}
    return found


def defaults() -> dict[str, Any]:
    """Every setting's default by its pointer, such as /network/proxy; a secret's is None."""
    return {
        f"/{section}/{name}": field.default
        for section, model in SECTIONS.items()
        for name, field in model.model_fields.items()
    }
