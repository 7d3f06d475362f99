"""The settings' file: read tolerantly, changed setting by setting, written whole or not at all.

Only what differs from a default is written, so that a better default reaches everybody who never chose. What is in the
file and means nothing here stays there: a newer version may have written it. A value that can't be is left aside and
said; a file that is no JSON object is set aside under another name, never overwritten.
"""

from __future__ import annotations

import copy
import difflib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.settings.early import FILE_NAME
from app.settings.model import Settings, defaults
from connectors.sdk import N_, ConfigError, Json, PermanentError

VERSION = 1
"""Of the file's layout. Its key is `version`; raise it with a step in `_migrated`."""

Values = dict[str, Json]
"""Settings by pointer, such as /network/proxy."""


class SettingsStore:
    """The settings of one profile. The process that holds the profile's lease is the only one that writes."""

    def __init__(self, profile: Path) -> None:
        self._path = profile / FILE_NAME
        self.notices: list[str] = []
        """What was wrong with the file, for people."""
        self._rest = self._read()
        """What the file holds besides the settings that are known and valid."""
        self._chosen = self._take_valid()
        self.settings = _model(self._chosen)

    def values(self) -> Values:
        """Every setting with its value."""
        return {**defaults(), **self._chosen}

    def changed(self) -> list[str]:
        """The settings that differ from their default."""
        return sorted(self._chosen)

    def preview(self, values: Mapping[str, Json], reset: Sequence[str] = ()) -> Settings:
        """What the settings would be after `edit`. Raises ConfigError."""
        return _model(self._edited(values, reset))

    def edit(self, values: Mapping[str, Json], reset: Sequence[str] = ()) -> list[str]:
        """Set and reset, by pointer or dotted name ("/" resets all), and write. Answers what is other now.

        Raises ConfigError for what can't be, PermanentError when it can't be written; nothing has changed then."""
        chosen = self._edited(values, reset)
        settings = _model(chosen)
        rest = copy.deepcopy(self._rest)
        for pointer in {*chosen, *map(_pointer, values), *_named(reset)}:
            _remove(rest, pointer)
        self._write(rest, chosen)
        before, self._rest, self._chosen, self.settings = self.values(), rest, chosen, settings
        return [pointer for pointer, value in self.values().items() if before[pointer] != value]

    def _edited(self, values: Mapping[str, Json], reset: Sequence[str]) -> Values:
        usual = defaults()
        gone = set(_named(reset))
        chosen = {pointer: value for pointer, value in self._chosen.items() if pointer not in gone}
        for given, value in values.items():
            if (pointer := _pointer(given)) not in usual:
                raise unknown(given)
            chosen[pointer] = value
        return {pointer: value for pointer, value in chosen.items() if value != usual[pointer]}

    # --- the file

    def _read(self) -> dict[str, Any]:
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            return self._set_aside(str(error))
        return self._migrated(document) if isinstance(document, dict) else self._set_aside(N_("it is no JSON object"))

    def _set_aside(self, why: str) -> dict[str, Any]:
        number = 1
        while (aside := self._path.with_name(f"settings-broken-{number}.json")).exists():
            number += 1
        with suppress(OSError):
            self._path.rename(aside)
        self.notices.append(
            N_(f"The settings could not be read ({why}), so the defaults hold. The file was kept as {aside.name}.")
        )
        return {}

    def _migrated(self, document: dict[str, Any]) -> dict[str, Any]:
        version = document.get("version", VERSION)
        if isinstance(version, int) and version > VERSION:
            self.notices.append(N_("A newer version wrote the settings. What this one does not know is kept as it is."))
        return document

    def _take_valid(self) -> Values:
        """Move the settings that are known and valid out of the rest."""
        found: Values = {}
        for pointer, usual in defaults().items():
            _, section, name = pointer.split("/")
            inner = self._rest.get(section)
            if not isinstance(inner, dict) or name not in inner:
                continue
            try:
                _model({pointer: inner[name]})
            except ConfigError:
                words = f"{section}.{name}"
                self.notices.append(N_(f"The setting “{words}” can't be what the file says, so its default holds."))
                continue
            value = inner.pop(name)
            if value != usual:
                found[pointer] = value
        return found

    def _write(self, rest: dict[str, Any], chosen: Values) -> None:
        """In one step: a reader sees the old file or the new one, and a full disk costs neither."""
        whole: dict[str, Any] = {"version": VERSION, **copy.deepcopy(rest)}
        for pointer, value in chosen.items():
            _, section, name = pointer.split("/")
            if not isinstance(whole.get(section), dict):
                whole[section] = {}
            whole[section][name] = value
        try:
            handle, temporary = tempfile.mkstemp(prefix=".settings-", dir=self._path.parent)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump({name: value for name, value in whole.items() if value != {}}, file, indent=2)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, self._path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary)
                raise
        except OSError as error:
            raise PermanentError(
                "The settings can't be written",
                where=str(self._path),
                remedy="Free some space, or make the profile's folder writable; nothing has changed.",
                detail=str(error),
                code="settings_unwritable",
            ) from error


def _model(chosen: Values) -> Settings:
    """The settings with these values. Raises ConfigError for the first that can't be."""
    document: dict[str, dict[str, Json]] = {}
    for pointer, value in chosen.items():
        _, section, name = pointer.split("/")
        document.setdefault(section, {})[name] = value
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        item = error.errors(include_url=False, include_input=False, include_context=False)[0]
        pointer = "/" + "/".join(map(str, item["loc"][:2]))
        raise ConfigError(
            str(item["msg"]).removeprefix("Value error, "),
            pointer=pointer,
            where=_dotted(pointer),
            remedy="Correct the value; the setting is as it was before.",
            code="setting_invalid",
        ) from None


def _named(reset: Sequence[str]) -> list[str]:
    """The settings that these name: one each, a section's, or all for "/". Raises ConfigError."""
    found: list[str] = []
    for given in reset:
        pointer = _pointer(given)
        below = [one for one in defaults() if one == pointer or one.startswith(f"{pointer.rstrip('/')}/")]
        if not below:
            raise unknown(given)
        found += below
    return found


def _remove(document: dict[str, Any], pointer: str) -> None:
    _, section, name = pointer.split("/")
    if isinstance(document.get(section), dict):
        document[section].pop(name, None)


def _pointer(given: str) -> str:
    """`network.proxy` as `/network/proxy`."""
    return given if given.startswith("/") else "/" + given.replace(".", "/")


def _dotted(pointer: str) -> str:
    return pointer.strip("/").replace("/", ".")


def unknown(given: str) -> ConfigError:
    """The error for a name that is none, with the one that may be meant."""
    name = _dotted(_pointer(given))
    close = difflib.get_close_matches(name, map(_dotted, defaults()), 1, 0.5)
    return ConfigError(
        f"There is no setting “{name}”",
        pointer=_pointer(given),
        where=name,
        remedy=f"Did you mean {close[0]}?" if close else "`headwaterctl settings list` shows what there is.",
        code="setting_unknown",
    )
