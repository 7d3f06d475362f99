"""Everything that can be done in the window, said once: menus, keys, the palette and the tray are derived from it."""

from widgets.commands.command import Command, Commands, Context, keys_text, sequences

__all__ = ["Command", "Commands", "Context", "keys_text", "sequences"]
