#!/usr/bin/env python3
"""Gather the texts of the app, bring the catalogues up to date, and compile them.

    python packaging/translations.py             write resources/translations/{*.po,*.mo,core.json}
    python packaging/translations.py --check     change nothing; exit 1 if a file is stale or a text has no translation

A translator edits the .po files, with any gettext editor; texts that are gone are dropped.
The window's texts are what tr() and plural() are called with. Those of the Qt-free parts, context "core", are found in
the code (`spoken.py`) and in what the built-in sources and providers declare. core.json names them for the window.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from spoken import counts, errors, spoken, telling

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = ("de", "zh_CN")
CONTEXT = "core"
MADE = datetime(2025, 1, 1, tzinfo=UTC)
"""What a compiled catalogue says of its age: the time of day must not make it another one."""
KEYWORDS = parse_keywords(("tr:1,1t", "tr:1,2c,2t", "translate:2", "QT_TRANSLATE_NOOP:2", "plural:2,3"))
DECLARED = {
    "title",
    "description",
    "markdownDescription",
    "help",
    "group",
    "purpose",
    "setup",
    "note",
    "enumDescriptions",
    "enumNames",
    "markdownEnumDescriptions",
    "patternErrorMessage",
    "x-enum-labels",
}
"""Words of schemas and providers that a person reads."""
VALIDATED = ("connectors/", "app/settings/model")
"""Where a form is validated: there a ValueError ends beside a field."""
SILENT = ("app/cli/", "app/demo/", "connectors/sdk/testing")
"""What speaks at the command line only, or to a connector's author."""


def main(argv: list[str] | None = None) -> int:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 if something is to be done")
    check = parser.parse_args(argv).check
    sys.path.insert(0, str(ROOT))
    template, core = gather()
    wanted = {"core.json": (json.dumps(core, ensure_ascii=False, indent=0) + "\n").encode()}
    problems: list[str] = []
    for language in LANGUAGES:
        catalogue = merged(language, template)
        problems += [f"{language}: {problem}" for problem in missing(catalogue)]
        wanted[f"{language}.po"] = written(catalogue)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        wanted[f"{language}.mo"] = compiled.getvalue()
    for name, content in wanted.items():
        file = FOLDER / name
        if file.exists() and file.read_bytes() == content:
            continue
        if check:
            problems.append(f"{name} is stale: run python packaging/translations.py")
        else:
            file.write_bytes(content)
    for problem in problems:
        print(problem)
    print(f"{len(template)} texts, {len(problems)} problems", file=sys.stderr)
    return 1 if problems and check else 0


def gather() -> tuple[Catalog, dict[str, Any]]:
    """All texts; of these the core's, and what it counts."""
    made = Catalog(project="Headwater", charset="utf-8")
    methods = [("**.py", "python")]
    found = extract_from_dir(ROOT / "widgets", methods, keywords=KEYWORDS, comment_tags=("Translators:",))
    for file, line, text, comments, context in found:
        made.add(text, locations=[(f"widgets/{file}", 0)], auto_comments=comments, context=context)
        del line  # line numbers would make every change of the code one of the catalogues
    numbers: dict[tuple[str, str], str] = {}
    core: dict[str, str] = {}
    for text, where in [*spoken_in_code(numbers), *declared()]:
        core.setdefault(text, where)
    for text in sorted(core):
        made.add(text, locations=[(core[text], 0)], context=CONTEXT)
    for one, many in sorted(numbers):
        made.add((f"{{0}} {one}", f"{{0}} {many}"), locations=[(numbers[one, many], 0)], context=CONTEXT)
    return made, {"texts": sorted(core), "counts": sorted(numbers)}


def merged(language: str, template: Catalog) -> Catalog:
    """The catalogue of a language with the texts of today."""
    file = FOLDER / f"{language}.po"
    if file.exists():
        with file.open("rb") as stream:
            catalogue = read_po(stream, locale=language)
    else:
        catalogue = Catalog(locale=language, project="Headwater", version="1", charset="utf-8")
    catalogue.header_comment, catalogue.fuzzy = f"# Headwater, {language}", False
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.creation_date = MADE
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """As a file without anything that changes by itself."""
    stream = io.BytesIO()
    write_po(stream, catalogue, width=0, sort_output=True, include_lineno=False, omit_header=False)
    lines = stream.getvalue().decode().splitlines()
    dated = (
        '"POT-Creation-Date',
        '"PO-Revision-Date',
        '"Generated-By',
        '"Report-Msgid',
        '"Last-Translator',
        '"Language-Team',
    )
    return ("\n".join(line for line in lines if not line.startswith(dated)).strip() + "\n").encode()


def missing(catalogue: Catalog) -> Iterator[str]:
    """What a translator has to do yet."""
    for message in catalogue:
        if not message.id:
            continue
        one = str(message.id if isinstance(message.id, str) else message.id[0])
        said = [message.string or ""] if isinstance(message.id, str) else list(message.string or [""])
        if not all(said) or message.fuzzy:
            yield f"no translation of {one!r}"
            continue
        wanted = set(re.findall(r"\{\w*\}", one))
        for each in said:
            if set(re.findall(r"\{\w*\}", str(each))) != wanted:
                yield f"other values in {each!r} than in {one!r}"


# --- the core's texts -------------------------------------------------------------------------------------------------


def spoken_in_code(numbers: dict[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    """Texts that end before a person, with the file they stand in; what is counted is added to the `numbers`."""
    files = [file for folder in ("app", "connectors") for file in sorted((ROOT / folder).rglob("*.py"))]
    sources = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}
    trees = {where: ast.parse(source) for where, source in sources.items() if not where.startswith(SILENT)}
    told = errors(trees.values())
    for where, tree in trees.items():
        validates = where.startswith(VALIDATED) and "pydantic" in sources[where]
        yield from ((text, where) for text in spoken(tree, told | {"ValueError"} if validates else told))
        for pair in counts(tree):
            numbers.setdefault(pair, where)


def declared() -> Iterator[tuple[str, str]]:
    """What the built-in sources and the settings declare, the providers' files hold, and the forms say themselves."""
    from app.connections.catalogue import Catalogue
    from app.forms.messages import TEMPLATES, TYPES
    from app.forms.notation import PROBLEMS
    from app.forms.paste.entries import ORIGINS
    from app.forms.unions import LIST_LABELS, TYPE_LABELS
    from app.forms.units import SIZE_UNITS, TIME_UNITS
    from app.settings.model import settings_schema

    types = Catalogue.load()
    for view in types.views({}):
        where = f"connectors/sources/{view.type}"
        spec = types.get(view.type).spec
        yield from ((text, where) for text in (spec.title, spec.summary, spec.group))
        yield from texts_in(types.get(view.type).schema, where)
    for file in sorted((ROOT / "resources" / "providers").glob("*.json")):
        yield from texts_in(json.loads(file.read_text(encoding="utf-8")), file.relative_to(ROOT).as_posix())
    settings = texts_in(settings_schema({}), "app/settings/model.py")
    yield from ((text, where) for text, where in settings if telling(text))
    for said in (TEMPLATES, TYPES, PROBLEMS, LIST_LABELS, TYPE_LABELS):
        yield from ((text, "app/forms") for text in said.values())
    yield from ((text, "app/forms/paste/entries.py") for text in ORIGINS)
    for unit in (*SIZE_UNITS, *TIME_UNITS):
        yield from ((text, "app/forms/units.py") for text in (unit.one, unit.many) if text.islower())


def texts_in(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """What is read by a person, anywhere in a JSON value."""
    if isinstance(value, list):
        for inner in value:
            yield from texts_in(inner, where)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key in DECLARED and isinstance(inner, str) and inner:
            if not inner.endswith("Config"):  # a model's own name, which pydantic takes for a title
                yield inner, where
        elif key in DECLARED and isinstance(inner, list | dict):
            each = inner.values() if isinstance(inner, dict) else inner
            yield from ((one, where) for one in each if isinstance(one, str) and one)
            yield from texts_in(inner, where)
        elif key != "properties" or isinstance(inner, dict):
            yield from texts_in(inner, where)


if __name__ == "__main__":
    sys.exit(main())
