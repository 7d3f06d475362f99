"""Reads a window as a screen reader does: over the accessibility bus, from outside of the process."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress, MatchRule, Message, MessageType, Properties, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

__all__ = ["CHECKED", "Node", "Reader"]

ACCESSIBLE = "org.a11y.atspi.Accessible"
CHECKED, FOCUSED, SHOWING, ENABLED, EDITABLE, FOCUSABLE = 4, 12, 25, 8, 7, 11
"""Numbers of AtspiStateType."""
ITEMS = ("list item", "table cell", "tree item", "page tab")
ASSERTIVE = 2
"""Of AtspiLive."""
MANY = 80
"""Cells of a table beyond this number are not looked at."""


@dataclass(frozen=True)
class Node:
    """What the bus says of one thing in a window. `value` is of a progress bar or a spin box, in parts of its range."""

    bus: str
    path: str
    role: str
    name: str
    description: str
    states: frozenset[int]
    depth: int

    @property
    def focused(self) -> bool:
        """Whether it has the keyboard."""
        return FOCUSED in self.states

    @property
    def showing(self) -> bool:
        """Whether it is on the screen."""
        return SHOWING in self.states

    @property
    def focusable(self) -> bool:
        """Whether it can have the keyboard."""
        return FOCUSABLE in self.states

    def __str__(self) -> str:
        return f"{'  ' * self.depth}{self.role} “{self.name}”{f' ({self.description})' if self.description else ''}"


class Reader:
    """A connection to the accessibility bus of a session."""

    def __init__(self, session_bus: str) -> None:
        with open_dbus_connection(bus=session_bus) as session:
            where = DBusAddress("/org/a11y/bus", bus_name="org.a11y.Bus", interface="org.a11y.Bus")
            reply = session.send_and_get_reply(new_method_call(where, "GetAddress"), timeout=10)
            (address,) = reply.body
        self._bus: DBusConnection = open_dbus_connection(bus=address)
        self._announced: deque[Message] = deque()

    def listen(self) -> None:
        """Hear announcements from now on; `announced` tells them."""
        rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Object", member="Announcement")
        self._ask(message_bus.AddMatch(rule))
        self._bus.filter(rule, queue=self._announced).__enter__()
        registry = DBusAddress(
            "/org/a11y/atspi/registry", bus_name="org.a11y.atspi.Registry", interface="org.a11y.atspi.Registry"
        )
        self._ask(new_method_call(registry, "RegisterEvent", "sas", ("object:announcement", [])))

    def announced(self) -> list[tuple[str, bool]]:
        """What was said aloud since `listen`, and whether it interrupts."""
        with suppress(TimeoutError):
            while True:
                self._bus.recv_messages(timeout=0.05)
        return [(str(one.body[3][1]), one.body[1] == ASSERTIVE) for one in self._announced]

    def close(self) -> None:
        """Hang up."""
        self._bus.close()

    def applications(self) -> list[Node]:
        """What takes part."""
        root = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
        return [self._node(*child, depth=0) for child in self._children(*root)]

    def walk(self, name: str = "Headwater") -> Iterator[Node]:
        """Everything that an application shows, from its windows down."""
        for application in self.applications():
            if application.name == name:
                yield from self._below(application)

    def find(self, role: str, name: str) -> Node | None:
        """What is shown under that role and name; a name may be cut short."""
        return next((node for node in self.walk() if node.role == role and node.name.startswith(name)), None)

    def focused(self) -> Node | None:
        """What has the keyboard. A list's current item says that it has, also while the list has not."""
        found = [node for node in self.walk() if node.focused]
        widgets = [node for node in found if node.role not in ITEMS]
        return max(widgets, key=lambda node: node.depth, default=None)

    def value(self, node: Node) -> tuple[float, float]:
        """Where a progress bar is, and its end."""
        current, most = (
            self._property(node, "org.a11y.atspi.Value", which) for which in ("CurrentValue", "MaximumValue")
        )
        return float(current), float(most)

    def text(self, node: Node) -> str:
        """What an input holds, as far as it tells."""
        where = DBusAddress(node.path, bus_name=node.bus, interface="org.a11y.atspi.Text")
        return str(self._ask(new_method_call(where, "GetText", "ii", (0, -1)))[0])

    def _below(self, node: Node) -> Iterator[Node]:
        yield node
        for child in self._children(node.bus, node.path)[:MANY]:
            found = self._node(*child, depth=node.depth + 1)
            if found.showing or found.role in ("frame", "window"):
                yield from self._below(found)

    def _children(self, bus: str, path: str) -> list[tuple[str, str]]:
        where = DBusAddress(path, bus_name=bus, interface=ACCESSIBLE)
        return [(str(one), str(other)) for one, other in self._ask(new_method_call(where, "GetChildren"), [[]])[0]]

    def _node(self, bus: str, path: str, depth: int) -> Node:
        where = DBusAddress(path, bus_name=bus, interface=ACCESSIBLE)
        role = self._ask(new_method_call(where, "GetRoleName"), [""])[0]
        low, high = self._ask(new_method_call(where, "GetState"), [[0, 0]])[0]
        bits = low | high << 32
        states = frozenset(number for number in range(64) if bits >> number & 1)
        name, description = (
            str(self._ask(Properties(where).get(which), [("s", "")])[0][1]) for which in ("Name", "Description")
        )
        return Node(bus, path, str(role), name, description, states, depth)

    def _property(self, node: Node, interface: str, name: str) -> Any:
        where = DBusAddress(node.path, bus_name=node.bus, interface=interface)
        return self._ask(Properties(where).get(name))[0][1]

    def _ask(self, message: Any, gone: Any = None) -> Any:
        """The answer; `gone` where the thing is no more, which happens while one looks."""
        reply = self._bus.send_and_get_reply(message, timeout=10)
        if reply.header.message_type == MessageType.error:
            if gone is not None:
                return gone
            raise LookupError(f"{message.header.fields}: {reply.body}")
        return reply.body
