"""The window's language: gettext catalogues behind Qt's tr(), switched while the window runs.

A catalogue holds the window's own texts and, in the context "core", those of the Qt-free parts and of the built-in
sources. They speak English everywhere, in logs and at the command line too; `core` translates at the window's edge. A
text with values in it is known by its template ("The bucket {bucket} does not exist"), so that what was stored years
ago speaks the language of today, and what an unknown extension says is shown as it is.

`pseudo` stands for every language that is longer than English, `pseudo_rtl` for those that run from right to left.
"""

from __future__ import annotations

import gettext
import json
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from app.language import CONTEXT, FOLDER

if TYPE_CHECKING:
    from connectors.sdk import ErrorInfo

__all__ = ["FOLDER", "advice", "apply", "core", "foreign", "languages", "plural_form", "told"]

PLACEHOLDER = re.compile(r"\{(\w*)\}")
COUNTED = re.compile(r"([0-9,]+) (.+)")
LONGEST = 1000
"""Characters of a text that is compared with those that have values: what is longer is no sentence of ours."""


class Catalogue(Protocol):
    """The texts of one language. An unknown text comes back as it is."""

    def gettext(self, message: str) -> str: ...

    def pgettext(self, context: str, message: str) -> str: ...

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str: ...

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str: ...


class Pseudo:
    """Every letter with an accent, two fifths longer: what stays plain was not made for translation."""

    ACCENTS = str.maketrans("AEINOSUYaceinosuyz", "ÅÉÎÑÖŠÛÝåçéîñöšûýž")
    MARKS = re.compile(r"(\{\w*\}|<[^<>]+>|https?://\S+)")

    def gettext(self, message: str) -> str:
        """The text, longer."""
        if not any(letter.isalpha() for letter in message):
            return message
        parts = self.MARKS.split(message)
        said = "".join(part if self.MARKS.fullmatch(part) else part.translate(self.ACCENTS) for part in parts)
        words = sum(len(part) for part in parts if not self.MARKS.fullmatch(part))
        return f"{said}{'·' * max(1, round(words * 0.4))}"

    def pgettext(self, _context: str, message: str) -> str:
        """Contexts make no difference."""
        return self.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """As in English."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def npgettext(self, _context: str, msgid1: str, msgid2: str, n: int) -> str:
        """Contexts make no difference."""
        return self.ngettext(msgid1, msgid2, n)


class Translator(QTranslator):
    """Answers tr() from a catalogue; Qt asks it for the texts of its own widgets, too."""

    def __init__(self, catalogue: Catalogue, parent: QObject) -> None:
        super().__init__(parent)
        self._catalogue = catalogue

    def isEmpty(self) -> bool:
        """Qt asks only a translator that has something."""
        return False

    def translate(self, context: str, sourceText: str, disambiguation: str | None = None, n: int = -1) -> str:
        """The text. Asked last, after Qt's own translator: what it does not know stays English."""
        if disambiguation:
            return self._catalogue.pgettext(disambiguation, sourceText)
        return self._catalogue.gettext(sourceText)


class _Chosen:
    """What holds now, and what it put into the application."""

    code = "en"
    catalogue: Catalogue = gettext.NullTranslations()
    installed: tuple[QTranslator, ...] = ()


def languages() -> dict[str, str]:
    """The languages there are, by code, each in its own words."""
    found = {"en": "English"}
    for file in sorted(FOLDER.glob("*.mo")):
        found[file.stem] = QLocale(file.stem).nativeLanguageName()
    return found


def apply(app: QApplication, code: Literal["system"] | str = "system") -> None:
    """Speak a language from now on. Widgets that exist keep their texts until they are built anew."""
    chosen = _of_the_system() if code == "system" else code
    for translator in _Chosen.installed:
        app.removeTranslator(translator)
    _Chosen.code, _Chosen.catalogue, _Chosen.installed = chosen, _catalogue(chosen), ()
    _said.cache_clear()
    QLocale.setDefault(QLocale.system() if code == "system" or chosen.startswith("pseudo") else QLocale(chosen))
    right_to_left = chosen == "pseudo_rtl"
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if right_to_left else Qt.LayoutDirection.LeftToRight)
    if chosen == "en":
        return
    own = Translator(_Chosen.catalogue, app)
    of_qt = QTranslator(app)
    made = (own, of_qt) if of_qt.load(f"qtbase_{chosen}", _qt_folder()) else (own,)
    for translator in made:
        app.installTranslator(translator)
    _Chosen.installed = made


def core(text: str) -> str:
    """What a Qt-free part says, in the window's language."""
    return text if _Chosen.code == "en" or not text else _said(text)


def foreign() -> bool:
    """Whether anything is translated at all."""
    return _Chosen.code != "en"


def told(error: ErrorInfo) -> ErrorInfo:
    """An error in the window's language. Of its place and its details what is known is translated, too."""
    from msgspec.structs import replace

    if not foreign():
        return error
    where = _places().get(error.where, error.where)
    return replace(error, what=core(error.what), where=where, remedy=core(error.remedy), detail=core(error.detail))


def advice(error: ErrorInfo, *, where: bool = True) -> str:
    """What failed, where, and what to do, in one line."""
    known = told(error)
    what = known.sentence() if where else known.what
    return QCoreApplication.translate("language", "{0}. {1}").format(what, known.remedy) if known.remedy else what


def _places() -> dict[str, str]:
    """Where something is that has no address or name of its own."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("language", text)

    return {
        "vault": tr("Vault"),
        "passphrase vault": tr("Vault"),
        "keyring": tr("Keyring"),
        "callback": tr("Answer in the browser"),
        "pasted address": tr("Pasted address"),
        "proxy": tr("Proxy"),
    }


def plural_form(number: int, one: str, many: str) -> str:
    """The form that the language has for a number; English knows two."""
    return _Chosen.catalogue.ngettext(one, many, number)


def _of_the_system() -> str:
    known = languages()
    for wanted in QLocale.system().uiLanguages():
        name = wanted.replace("-", "_")
        for code in known:
            if name == code or name.split("_")[0] == code.split("_")[0]:
                return code
    return "en"


def _qt_folder() -> str:
    return QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)


def _catalogue(code: str) -> Catalogue:
    if code in ("pseudo", "pseudo_rtl"):
        return Pseudo()
    file = FOLDER / f"{code}.mo"
    if not file.exists():
        return gettext.NullTranslations()
    with file.open("rb") as stream:
        return gettext.GNUTranslations(stream)


@lru_cache(maxsize=4096)
def _said(text: str) -> str:
    known = _texts()
    if text in known.whole:
        return _Chosen.catalogue.pgettext(CONTEXT, text)
    if f"{text}." in known.whole:  # within a sentence it has no full stop
        return _Chosen.catalogue.pgettext(CONTEXT, f"{text}.").rstrip(".。")
    if (number := COUNTED.fullmatch(text)) is not None and number[2] in known.counts:
        amount, forms = int(number[1].replace(",", "")), known.counts[number[2]]
        return _Chosen.catalogue.npgettext(CONTEXT, *forms, amount).format(QLocale().toString(amount))
    if len(text) > LONGEST:
        return text
    for pattern, template in known.patterns:
        found = pattern.fullmatch(text)
        if found is not None:
            values = {name: _value(value) for name, value in found.groupdict().items()}
            said = _Chosen.catalogue.pgettext(CONTEXT, template)
            return _filled(said, values)
    return text


def _value(text: str) -> str:
    """A value in a text may be another one, or a list of them."""
    parts = text.split("; ")
    said = [core(part) for part in parts]
    listed = QCoreApplication.translate("language", "; ").join(said)
    if all(one != part for one, part in zip(said, parts, strict=True)):
        return listed
    whole = core(text)
    return whole if whole != text else listed


class _Texts(NamedTuple):
    """What the core says: texts without values, what it counts (each word with its two phrases), and a pattern for
    each text with values, the most telling first."""

    whole: frozenset[str]
    counts: dict[str, tuple[str, str]]
    patterns: list[tuple[re.Pattern[str], str]]


@cache
def _texts() -> _Texts:
    found = json.loads((FOLDER / "core.json").read_text(encoding="utf-8"))
    with_values = [text for text in found["texts"] if PLACEHOLDER.search(text)]
    with_values.sort(key=lambda text: -len(PLACEHOLDER.sub("", text)))
    forms = [((one, many), (f"{{0}} {one}", f"{{0}} {many}")) for one, many in found["counts"]]
    return _Texts(
        frozenset(found["texts"]).difference(with_values),
        {word: phrases for words, phrases in forms for word in words},
        [(_pattern(text), text) for text in with_values],
    )


def _filled(template: str, values: dict[str, str]) -> str:
    return PLACEHOLDER.sub(lambda mark: values.get(mark[1], mark[0]), template)


def _pattern(template: str) -> re.Pattern[str]:
    parts = PLACEHOLDER.split(template)
    literal, names = parts[::2], parts[1::2]
    seen: set[str] = set()
    made = re.escape(literal[0])
    for name, after in zip(names, literal[1:], strict=True):
        made += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
        seen.add(name)
        made += re.escape(after)
    return re.compile(made, re.DOTALL)


def tr(text: str, disambiguation: str | None = None) -> str:
    """For texts outside a QObject; inside one there is self.tr()."""
    return QCoreApplication.translate("", text, disambiguation)
