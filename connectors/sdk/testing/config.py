"""Checks of what a source says about itself: its spec, its config model, and how a wrong config is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import jsonschema_rs
from pydantic import ValidationError

from connectors.sdk.checks import CheckStep
from connectors.sdk.documents import Json
from connectors.sdk.errors import ConfigError, HeadwaterError
from connectors.sdk.source import Source
from connectors.sdk.spec import Capability, ConnectorConfig, SecretRef
from connectors.sdk.testing.kit import Case, Check, check

_NEEDS = {
    Capability.DISCOVER: "discover",
    Capability.ENUMERATE: "enumerate",
    Capability.WATCH: "watch",
    Capability.WEBHOOKS: "handle_event",
}


@check("The spec is complete, and each capability it names is implemented.")
async def spec(case: Case) -> list[str]:
    kind, wrong = case.source_class, list[str]()
    about = kind.spec
    if not re.fullmatch(r"[a-z][a-z0-9_]*", about.type):
        wrong.append(f"spec.type {about.type!r} is not lower case with underscores")
    wrong += [f"spec.{name} is empty" for name in ("title", "summary", "group", "icon") if not getattr(about, name)]
    if not re.fullmatch(r"\d+\.\d+\.\d+", about.version):
        wrong.append(f"spec.version {about.version!r} is not of the form 1.2.3")
    if about.config_version < 1 or about.checkpoint_version < 1:
        wrong.append("spec.config_version and spec.checkpoint_version begin at 1")
    for capability, method in _NEEDS.items():
        if capability in about.capabilities and getattr(kind, method) is getattr(Source, method):
            wrong.append(f"capability {capability.value} is named, but {method}() is not implemented")
    return wrong


@check("Endpoints and authorization follow from the config alone, and credentials go to named hosts only.")
async def addresses(case: Case) -> list[str]:
    config, wrong = case.validated(), list[str]()
    endpoints = case.source_class.endpoints(config)
    wrong += [
        f"endpoint {end.host}:{end.port} has no host or port" for end in endpoints if not end.host or not end.port
    ]
    authorization = case.source_class.authorization(config)
    if authorization is not None and authorization.kind != "none":
        if authorization.kind not in case.source_class.spec.auth:
            wrong.append(f"authorization is {authorization.kind}, which spec.auth does not name")
        if not authorization.hosts:
            wrong.append("authorization names no hosts, so its credential could be sent nowhere")
        wrong += [f"authorization.hosts has {host!r}, which is any host" for host in authorization.hosts if host == "*"]
    return wrong


@check("The config's JSON Schema is valid, and every field has a title.")
async def schema(case: Case) -> list[str]:
    model, wrong = case.source_class.Config, list[str]()
    if not issubclass(model, ConnectorConfig):
        return ["Config is not a ConnectorConfig"]
    document = json.loads(json.dumps(model.model_json_schema()))
    try:
        jsonschema_rs.validator_cls_for(document)
        jsonschema_rs.meta.validate(document)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        return [f"the schema is not valid: {error}"]
    wrong += [f"the field {pointer} has no title" for pointer, field in _fields(document) if not field.get("title")]
    plain = _without_references(case.validated().model_dump(mode="json"))
    if (problem := next(iter(jsonschema_rs.validator_for(document).iter_errors(plain)), None)) is not None:
        wrong.append(f"the config of this case does not fit the schema: {problem.message} at {problem.instance_path}")
    return wrong


@check("A config survives being stored, refuses unknown fields, and never shows a secret.")
async def round_trip(case: Case) -> list[str]:
    model, config, wrong = case.source_class.Config, case.validated(), list[str]()
    stored = json.loads(json.dumps(config.model_dump(mode="json")))
    if model.model_validate(stored) != config:
        wrong.append("the config read back is not the one that was stored")
    if case.source_class.migrate_config(stored, case.source_class.spec.config_version) != stored:
        wrong.append("migrate_config changes a config that is already of this version")
    try:
        model.model_validate({**stored, "no_such_field": 1})
        wrong.append("an unknown field is accepted, so a typo would be a silent default")
    except ValidationError:
        pass
    return wrong


@check("A bad config is refused with the field and the reason, or fails the connection test with a remedy.")
async def bad_configs(case: Case) -> list[str]:
    return [
        f"bad config {number}: {problem}"
        for number, bad in enumerate(case.bad_configs, 1)
        if (problem := await _refusal(case, bad))
    ]


async def _refusal(case: Case, bad: dict[str, Json]) -> str | None:
    """What is wrong with how `bad` is refused."""
    try:
        config = case.source_class.Config.model_validate(bad)
    except ValidationError as error:
        blamed = error.errors(include_input=False, include_context=False, include_url=False)
        return None if all(each["msg"] for each in blamed) else "the model refuses it without a message"
    steps: list[CheckStep] = []
    try:
        async with AsyncExitStack() as stack:
            source = await stack.enter_async_context(case.open(config))
            steps = [step async for step in source.check()]
    except HeadwaterError as error:
        return None if error.remedy else f"opening it raises {type(error).__name__} without a remedy"
    failed = [step for step in steps if step.state == "failed"]
    if not failed:
        return "it is accepted, and the connection test passes"
    if failed[0].error is not None and failed[0].error.code == "internal_error":
        return f"the connection test fails with an exception outside the family: {failed[0].error.what}"
    return None if failed[0].remedy else f"the step {failed[0].name} fails without a remedy"


@check("A config or a checkpoint of another version is brought over or refused, never a crash.")
async def versions(case: Case) -> list[str]:
    kind, wrong = case.source_class, list[str]()
    for version in (0, kind.spec.config_version + 1):
        try:
            kind.migrate_config(dict(case.config), version)
        except ConfigError:
            continue
        except Exception as error:
            wrong.append(f"migrate_config of version {version} raises {type(error).__name__}, not ConfigError")
    for old in ({}, {"page": 7}, {"after": ["not", "text"]}, {"cursor": {"deep": None}}):
        for version in (0, kind.spec.checkpoint_version + 1):
            try:
                brought = kind.migrate_checkpoint(dict(old), version)
            except Exception as error:
                wrong.append(f"migrate_checkpoint of {old} from version {version} raises {type(error).__name__}")
                continue
            if brought is not None and not isinstance(brought, dict):
                wrong.append(f"migrate_checkpoint of {old} answers neither a checkpoint nor None")
    return wrong


def _fields(document: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a schema, wherever it stands, with its pointer."""
    if isinstance(document, dict):
        for name, field in document.get("properties", {}).items():
            if isinstance(field, dict) and "const" not in field:
                yield f"{pointer}/{name}", _resolved(field, document)
        for name, below in document.items():
            yield from _fields(below, f"{pointer}/{name}")
    elif isinstance(document, list):
        for below in document:
            yield from _fields(below, pointer)


def _resolved(field: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    target = field.get("$ref", "").removeprefix("#/$defs/")
    return {**document.get("$defs", {}).get(target, {}), **field}


def _without_references(value: Any) -> Any:
    """A stored config as the form sees it: a secret is text, not a reference."""
    if isinstance(value, dict):
        if set(value) == {"$secret"}:
            return SecretRef(value["$secret"]).ref
        return {key: _without_references(below) for key, below in value.items()}
    return [_without_references(below) for below in value] if isinstance(value, list) else value


CONFIG_CHECKS: list[Check] = [spec, addresses, schema, round_trip, bad_configs, versions]
