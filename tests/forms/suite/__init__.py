"""The official JSON-Schema-Test-Suite (https://github.com/json-schema-org/JSON-Schema-Test-Suite at 44401e0c, MIT, see
LICENSE): its required tests for draft 7 and draft 2020-12, without what lies under `optional`. The files are as
they were published; the schemas that the suite expects on a server come from `remotes`.

`verdicts` compares our validator with the suite; `forms` puts every instance, valid or not, into a form and takes it
out again; `errors` compares what a form says of its value with the suite, and tells of each case left out why.
`python -m tests.forms.suite` prints the figures.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs

from app.forms import FormState
from app.forms.validation import compiled
from app.forms.values import same

FOLDER = Path(__file__).parent
DRAFTS = {
    "draft7": "http://json-schema.org/draft-07/schema#",
    "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
}
VERSIONS = {"draft7": jsonschema_rs.Draft7, "draft2020-12": jsonschema_rs.Draft202012}
SERVER = "http://localhost:1234/"
"""Where the suite expects its remote schemas. Nothing is fetched: a registry has them."""


@dataclass(frozen=True, slots=True)
class Case:
    """One instance of one schema."""

    name: str
    schema: Any
    instance: Any
    valid: bool


@dataclass(slots=True)
class Outcome:
    """How many cases hold, why cases were left out, and the names of those that fail."""

    held: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.held + len(self.failed)

    def lines(self) -> list[str]:
        """For people."""
        found = [f"{self.held}/{self.total} held"]
        found += [f"  left out {count}: {reason}" for reason, count in sorted(self.left_out.items())]
        return found + [f"  FAILED {name}" for name in self.failed]


def cases(draft: str) -> Iterator[Case]:
    """All cases of a draft."""
    for file in sorted((FOLDER / draft).glob("*.json")):
        for group in _read(file):
            schema = group["schema"]
            if isinstance(schema, dict):
                schema = {"$schema": DRAFTS[draft], **schema}
            for test in group["tests"]:
                name = f"{file.stem}: {group['description']}: {test['description']}"
                yield Case(name, schema, test["data"], test["valid"])


def remotes(draft: str) -> jsonschema_rs.Registry:
    """The schemas that a draft's cases refer to."""
    files = [file for file in (FOLDER / "remotes").rglob("*.json") if _concerns(file, draft)]
    documents = [(SERVER + file.relative_to(FOLDER / "remotes").as_posix(), _read(file)) for file in files]
    return jsonschema_rs.Registry(documents, draft=VERSIONS[draft])


def _concerns(file: Path, draft: str) -> bool:
    above = file.relative_to(FOLDER / "remotes").parts[0]
    return above == draft or not above.startswith("draft")


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def verdicts(draft: str) -> Outcome:
    """Our validator's verdict for every case. Formats are asserted in forms, but not by the standard's default, so
    they are not asserted here."""
    outcome = Outcome()
    registry = remotes(draft)
    for case in cases(draft):
        if compiled(case.schema, formats=False, registry=registry).is_valid(case.instance) == case.valid:
            outcome.held += 1
        else:
            outcome.failed.append(case.name)
    return outcome


def forms(draft: str) -> Outcome:
    """Whether a form gives every instance back as it was put in, loaded and set at once."""
    outcome = Outcome()
    for case in cases(draft):
        if _is_held(case):
            outcome.held += 1
        else:
            outcome.failed.append(case.name)
    return outcome


def errors(draft: str) -> Outcome:
    """Whether a form finds errors in an instance just if it is not valid."""
    outcome = Outcome()
    for case in cases(draft):
        state = FormState(case.schema)
        state.set_value(case.instance)
        if SERVER in json.dumps(case.schema):
            outcome.left_out["the schema refers to one on a server, which a form never asks"] += 1
        elif case.name.startswith("format:"):
            outcome.left_out["a form asserts formats, which the standard leaves to the application"] += 1
        elif case.schema is False:
            outcome.left_out["a schema that is no object is drawn as one that allows anything"] += 1
        elif isinstance(case.schema, dict) and case.schema.get("enum") == []:
            outcome.left_out["an enum without values is an author's mistake and is put right"] += 1
        elif bool(state.errors()) != case.valid:
            outcome.held += 1
        else:
            outcome.failed.append(case.name)
    return outcome


def _is_held(case: Case) -> bool:
    state = FormState(case.schema)
    untouched = state.value()
    state.set_value(case.instance)
    if not same(state.value(), case.instance):
        return False
    # A form that is given null as its value starts from the defaults, so only `set_value` can be tried with that.
    if case.instance is not None and not same(FormState(case.schema, case.instance).value(), case.instance):
        return False
    state.undo()
    return same(state.value(), untouched)
