"""What a live editor may use of the form around it: its services, the values so far, and a scope for its tasks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from app.forms import FieldSpec, FormState, Kind, Path
from connectors.sdk import Node, Option
from connectors.sdk.errors import error_info
from widgets.form.services import FormServices
from widgets.language import advice
from widgets.tasks import TaskScope

if TYPE_CHECKING:
    from app.api import EngineApi


class Outside:
    """Handed to editors that ask the connector."""

    def __init__(self, state: FormState, services: FormServices, tasks: TaskScope) -> None:
        self._state = state
        self._services = services
        self.tasks = tasks

    @property
    def client(self) -> EngineApi | None:
        """Who knows the accounts and signs in; None where nobody does."""
        return self._services.client

    def start(self, coro: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None] | None:
        """Starts a task of the form; None once the form is being taken down."""
        try:
            return self.tasks.start(coro, name)
        except RuntimeError:
            coro.close()
            return None

    def scopes(self, path: Path = ()) -> list[dict[str, Any]]:
        """What the options that are switched on or filled in want an account to allow."""
        found: list[dict[str, Any]] = []
        for child in self._state.children(path):
            if child.kind is Kind.OBJECT:
                found += self.scopes((*path, child.name))
            asked = child.schema.get("x-scopes")
            if isinstance(asked, list) and self._state.get((*path, child.name)):
                found += [one for one in asked if isinstance(one, dict)]
        return found

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Calls `listener` when the form has changed."""
        self._state.subscribe(lambda _: listener())

    def presume(self, change: Callable[[], object]) -> None:
        """Makes a change that nobody has asked for: a form that nobody has touched stays untouched."""
        touched = self._state.is_dirty()
        change()
        if not touched:
            self._state.mark_saved()

    def missing(self, spec: FieldSpec) -> str:
        """The label of the first field that has to be filled in before choices can be asked for; "" if none."""
        if spec.options is None:
            return ""
        for pointer in spec.options.depends:
            for error in self._state.errors():
                if error.pointer == pointer or error.pointer.startswith(f"{pointer}/"):
                    return self._state.spec(error.path).label
        return ""

    def key(self, spec: FieldSpec) -> str:
        """What the choices depend on, so that they are asked for again only when it changed. Holds no secret."""
        depends = spec.options.depends if spec.options is not None else ()
        found = []
        for pointer in depends:
            path = self._state.find(pointer)
            if path is not None:
                value = self._state.get(path)
                found.append([repr(value), self._state.secret_revision(path)])
        return json.dumps(found)

    def surroundings(self, spec: FieldSpec) -> str:
        """What the other fields hold, to tell whether a tree was listed with other settings. Holds no secret."""
        value = self._state.value()
        others = {name: one for name, one in value.items() if name != spec.name} if isinstance(value, dict) else value
        return f"{others!r} {self._state.secret_revision(())}"

    async def options(self, spec: FieldSpec) -> list[Option]:
        """Asks for a field's choices with the values so far."""
        assert spec.options is not None
        value: Any = self._state.value()
        return await self._services.options(spec.options.source, value if isinstance(value, dict) else {})

    async def discover(self, parent: str | None) -> list[Node]:
        """Asks for what lies below a node."""
        return await self._services.discover(parent)


def reason(error: BaseException) -> str:
    """Why it failed and what to do, in one line."""
    return advice(error_info(error))


def has_loop() -> bool:
    """Whether coroutines can be started here; not in a plain test of widgets."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
