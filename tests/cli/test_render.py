"""Every shape has a text, and nothing in a shape, wherever it is from, reaches the terminal as a control sequence."""

from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest
from msgspec import inspect
from rich.console import Console

from app.cli import shapes
from app.cli.options import Settings
from app.cli.output import Output
from app.cli.render import render, render_error
from connectors.sdk import ErrorInfo

HOSTILE = "a\x1b[2J\x9b31m\r\nb\u202e[bold]c"
SCRIPTS_ONLY = {
    shapes.Error,
    shapes.ErrorEvent,
    shapes.RunStarted,
    shapes.Progress,
    shapes.Rotating,
    shapes.ExportProgress,
    shapes.VerifyProgress,
}
"""Errors have a text of their own; the others are a bar on a terminal."""


def sample(kind: inspect.Type, text: str) -> Any:
    """A value of a type, with `text` wherever text may be."""
    match kind:
        case inspect.StructType(cls=cls, fields=fields):
            return cls(**{field.name: sample(field.type, text) for field in fields})
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return [sample(item, text)]
        case inspect.DictType(key_type=key, value_type=value):
            return {sample(key, text): sample(value, text)}
        case inspect.UnionType(types=types):
            return sample(next(item for item in types if not isinstance(item, inspect.NoneType)), text)
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.StrType() | inspect.AnyType():
            return text
        case inspect.IntType():
            return 1
        case inspect.FloatType():
            return 1.5
        case inspect.BoolType():
            return True
    raise NotImplementedError(kind)


def rendered(shape: msgspec.Struct) -> str:
    file = io.StringIO()
    render(shape, Console(file=file, width=200, force_terminal=False, markup=False, highlight=False, emoji=False))
    return file.getvalue()


def variants(shape: type[msgspec.Struct], text: str) -> list[Any]:
    """A sample for each thing that a shape may say was done, or found."""
    one = sample(inspect.type_info(shape), text)
    found = [one]
    for field in inspect.type_info(shape).fields:  # type: ignore[attr-defined]
        if isinstance(field.type, inspect.LiteralType):
            found += [msgspec.structs.replace(one, **{field.name: value}) for value in field.type.values[1:]]
        if isinstance(field.type, inspect.ListType):
            found.append(msgspec.structs.replace(one, **{field.name: []}))
    return found


@pytest.mark.parametrize("shape", [shape for shape in shapes.all_shapes() if shape not in SCRIPTS_ONLY])
def test_every_shape_has_a_text_that_controls_nothing(shape: type[msgspec.Struct]) -> None:
    for value in variants(shape, HOSTILE):
        text = rendered(value)
        assert text.strip() or shape is shapes.TestFinished
        assert all(line.isprintable() for line in text.split("\n"))


def test_a_shape_without_a_text_is_noticed() -> None:
    with pytest.raises(NotImplementedError):
        rendered(sample(inspect.type_info(shapes.Progress), ""))


def test_an_error_controls_nothing_either() -> None:
    file = io.StringIO()
    info: ErrorInfo = sample(inspect.type_info(ErrorInfo), HOSTILE)
    render_error(info, Console(file=file, width=200, force_terminal=False, markup=False))
    assert all(line.isprintable() for line in file.getvalue().split("\n"))
    assert "[bold]" in file.getvalue()


def test_a_long_title_leaves_the_other_columns_in_sight() -> None:
    listed: Any = sample(inspect.type_info(shapes.DocumentList), "x" * 1000)
    assert max(len(line) for line in rendered(listed).splitlines()) < 600


def test_json_on_a_terminal_holds_no_control_sequence_either(capsys: pytest.CaptureFixture[str]) -> None:
    harmful = HOSTILE + "\x7f\u2066\u2028"
    Output(Settings(json=True)).document(shapes.UserInfo(account=harmful, claims={harmful: harmful}))
    told = capsys.readouterr().out
    assert told.removesuffix("\n").isprintable()
    assert msgspec.json.decode(told)["claims"] == {harmful: harmful}
