"""Whether every text that a person reads is gathered, and each catalogue is whole. What the window then shows of real
faults is tested in widgets/test_said.py."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest
from babel.messages.pofile import read_po

PACKAGING = Path(__file__).resolve().parent.parent / "packaging"


@pytest.fixture(scope="module")
def spoken() -> ModuleType:
    """The module that finds them; `packaging` is a folder of scripts."""
    spec = importlib.util.spec_from_file_location("headwater_spoken", PACKAGING / "spoken.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_text_is_gathered_and_translated() -> None:
    asked = subprocess.run(
        [sys.executable, PACKAGING / "translations.py", "--check"], capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stdout + asked.stderr


CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


@pytest.mark.parametrize(("code", "chinese"), [("de", False), ("zh_CN", True)])
def test_no_text_strayed_from_one_language_into_the_other(code: str, chinese: bool) -> None:
    with (PACKAGING.parent / "resources" / "translations" / f"{code}.po").open("rb") as stream:
        messages = [message for message in read_po(stream, locale=code) if message.id]
    assert messages
    for message in messages:
        texts, said = ((each,) if isinstance(each, str) else tuple(each or ()) for each in (message.id, message.string))
        for text in said:
            if text not in texts and re.search("[A-Za-z]{3}", re.sub(r"\{\w*\}", "", text)):
                assert bool(CHINESE.search(text)) == chinese, f"{text!r} for {texts[0]!r}"


FORMS = {
    "as it stands": ("raise ConfigError('It is shut')", {"It is shut"}),
    "with values": ("raise ConfigError(f'The {one.name} is shut')", {"The {name} is shut"}),
    "in a variable": ("what = 'It is shut'\nraise ConfigError(what)", {"It is shut"}),
    "in several": (
        "if a:\n    what, remedy = 'It is shut', 'Open it.'\nelse:\n    what, remedy = 'It is gone', ''\n"
        "raise ConfigError(what, remedy=remedy)",
        {"It is shut", "It is gone", "Open it."},
    ),
    "one of two": ("raise ConfigError('It is shut' if a else 'It is gone')", {"It is shut", "It is gone"}),
    "in a table": (
        "WORDS = {'a': ('It is shut', 'Open it.')}\ndef f(code):\n"
        "    what, remedy = WORDS.get(code, ('It is gone', ''))\n    return ConfigError(what, remedy=remedy)",
        {"It is shut", "Open it.", "It is gone"},
    ),
    "a parameter": (
        "def f(code, what):\n    return ConfigError(what)\nf(1, 'It is shut')\nf(1, what='It is gone')",
        {"It is shut", "It is gone"},
    ),
    "of a method": (
        "class A:\n    def f(self, what):\n        return ConfigError(what)\n    def g(self):\n"
        "        return self.f('It is shut')",
        {"It is shut"},
    ),
    "within another": (
        "def f(why):\n    return ConfigError(f'Not followed: {why}')\nf('it is shut')",
        {"Not followed: {why}", "it is shut"},
    ),
    "returned by a probe": (
        "class A:\n    def steps(self):\n        return Probe('a', 'Open it', self.run)\n"
        "    async def run(self):\n        return 'It is open'",
        {"Open it", "It is open"},
    ),
    "listed": (
        "findings = []\nfindings.append('It is shut')\nWhy(findings=findings)",
        {"It is shut"},
    ),
    "a field": (
        "class Known(NamedTuple):\n    kind: str\n    what: str\nKnown('not this', 'It is shut')",
        {"It is shut"},
    ),
    "set later": ("error.remedy = 'Open the door.'", {"Open the door."}),
    "counted": ("raise Warn(f'“{title}”: {counted(n, \"byte\")}')", {"“{title}”: {byte}"}),
    "marked": ("NAMES = N_({1: 'shut', 2: 'open'})", {"shut", "open"}),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_text_is_found_wherever_it_is_written(spoken: ModuleType, form: str) -> None:
    code, texts = FORMS[form]
    assert set(spoken.spoken(ast.parse(dedent(code)))) == texts


def test_what_nobody_reads_is_not_gathered(spoken: ModuleType) -> None:
    code = "log.info('It is shut')\nraise RuntimeError('This can not be')\nkey = 'not for people'"
    assert not list(spoken.spoken(ast.parse(code)))


def test_a_value_error_is_read_where_a_form_is_validated(spoken: ModuleType) -> None:
    tree = ast.parse("raise ValueError('It is no address')")
    assert list(spoken.spoken(tree, frozenset({"ValueError"}))) == ["It is no address"]
    assert not list(spoken.spoken(tree))


def test_an_error_of_the_family_is_known_by_its_base(spoken: ModuleType) -> None:
    home = ast.parse("class AuthError(HeadwaterError): ...")
    tree = ast.parse("class Gone(AuthError): ...\nraise Gone('It is gone')\nraise Else('It is not read')")
    assert list(spoken.spoken(tree, spoken.errors([tree, home]))) == ["It is gone"]


def test_what_is_counted_has_its_plural(spoken: ModuleType) -> None:
    tree = ast.parse("counted(n, 'document') + counted(n, 'entry', 'entries')")
    assert list(spoken.counts(tree)) == [("document", "documents"), ("entry", "entries")]
