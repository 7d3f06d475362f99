"""Where answers go: shapes as JSON to stdout, or as text for people; errors, once, to stderr.

Text of sources reaches the terminal only through `plain`, which leaves it no control characters.
"""

from __future__ import annotations

import re
import sys
import traceback
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from app.cli.options import Settings
from connectors.sdk import ErrorInfo, HeadwaterError, error_info

if TYPE_CHECKING:
    from rich.console import Console

    from app.cli.shapes import Document, Event

WIDE = 100_000
"""Columns where no terminal limits them, so that nothing is cut for a file or a pipe."""


_HARMFUL = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What JSON lets stand as it is, and what on a terminal is a control sequence or turns how the rest reads."""


class Output:
    """The output of one command."""

    def __init__(self, settings: Settings) -> None:
        self.json = settings.json
        self._settings = settings

    @cached_property
    def console(self) -> Console:
        """stdout for people. On a terminal the same console as `notes`, so that lines go above a bar, not into it."""
        return self.notes if sys.stdout.isatty() and sys.stderr.isatty() else _console(stderr=False)

    @cached_property
    def notes(self) -> Console:
        """stderr: progress, errors, and what is no part of the answer."""
        return _console(stderr=True)

    @property
    def live(self) -> bool:
        """Whether a person watches, so that progress may be drawn."""
        return not self.json and sys.stderr.isatty()

    def streams(self) -> None:
        """This answer is a stream, also if it fails before its first line."""
        self._settings.streamed = True

    def document(self, document: Document) -> None:
        """The answer."""
        if self.json:
            _write(document)
            return
        from app.cli.render import render

        render(document, self.console)

    def event(self, event: Event) -> None:
        """A line of an answer that streams."""
        if self.json:
            self._settings.streamed = True
            _write(event)
            return
        from app.cli.render import render

        render(event, self.console)

    def progress(self, event: Event) -> None:
        """A line that only scripts want; people see a bar."""
        if self.json:
            self.event(event)

    def note(self, text: str) -> None:
        """A hint for people. Scripts don't see it."""
        if not self.json:
            self.notes.print(text, markup=False)

    def failure(self, error: Exception) -> None:
        """An exception that ends the command. One outside the family is a defect and shows where it is from."""
        info = error_info(error)
        if not isinstance(error, HeadwaterError):
            info = msgspec.structs.replace(info, detail="".join(traceback.format_exception(error)).rstrip())
        self.problem(info)

    def problem(self, info: ErrorInfo) -> None:
        """An error: what, where, remedy."""
        if self.json:
            from app.cli.shapes import Error, ErrorEvent

            if self._settings.streamed:
                _write(ErrorEvent(error=info, code=info.code, message=info.sentence(), remedy=info.remedy))
            else:
                _write(Error(error=info))
            return
        from app.cli.render import render_error

        render_error(info, self.notes)


def _write(shape: msgspec.Struct) -> None:
    sys.stdout.write(_HARMFUL.sub(_escaped, msgspec.json.encode(shape).decode()) + "\n")
    sys.stdout.flush()


def _escaped(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else WIDE
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=not stream.isatty())
